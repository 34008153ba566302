package io.fraudstream.cli;

import io.fraudstream.kafka.TopicNames;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where Kafka is and how the project's topics are named there. */
final class KafkaOptions {
    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            defaultValue = "localhost:9092",
            description = "Kafka brokers, separated by commas (default: ${DEFAULT-VALUE}).")
    private String bootstrapServers;

    @Option(
            names = "--topic-prefix",
            paramLabel = "PREFIX",
            defaultValue = "",
            description = "Stands in front of every topic's name (default: none).")
    private String topicPrefix;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    String bootstrapServers() {
        return bootstrapServers;
    }

    TopicNames topics() {
        try {
            return new TopicNames(topicPrefix);
        } catch (IllegalArgumentException unusable) {
            throw new ParameterException(command.commandLine(), unusable.getMessage(), unusable);
        }
    }
}
