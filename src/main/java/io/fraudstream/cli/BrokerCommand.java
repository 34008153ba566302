package io.fraudstream.cli;

import io.fraudstream.kafka.LocalBroker;
import io.fraudstream.kafka.TopicNames;
import io.fraudstream.kafka.Topics;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs a real Kafka broker in the foreground, for people without one. */
@Command(
        name = "broker",
        description =
                "Runs a single Kafka broker on this machine until Ctrl-C, and creates the topics.",
        footer = "  fraudstream broker --directory data/broker --port 9092")
final class BrokerCommand implements Callable<Integer> {
    @Option(
            names = "--directory",
            paramLabel = "DIR",
            defaultValue = "data/broker",
            description =
                    "Where its data lies, also for the next start (default: ${DEFAULT-VALUE}).")
    private Path directory;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "9092",
            description = "Where clients connect; 0 for any free port (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--topic-prefix",
            paramLabel = "PREFIX",
            defaultValue = "",
            description = "Before every topic's name (default: none).")
    private String topicPrefix;

    @Option(names = "--no-topics", description = "Do not create the topics.")
    private boolean withoutTopics;

    @Option(
            names = "--property",
            paramLabel = "KEY=VALUE",
            description =
                    "One of Kafka's own broker settings, such as message.max.bytes=2000000; may be"
                            + " repeated.")
    private Map<String, String> properties = new LinkedHashMap<>();

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (port < 0 || port > 65_535) {
            throw new ParameterException(
                    spec.commandLine(), "--port is " + port + ", expected 0 to 65535");
        }
        TopicNames names;
        try {
            names = new TopicNames(topicPrefix);
        } catch (IllegalArgumentException unusable) {
            throw new ParameterException(spec.commandLine(), unusable.getMessage(), unusable);
        }
        try (LocalBroker broker =
                LocalBroker.start(directory, port, LocalBroker.Door.openWith(properties))) {
            Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "broker-shutdown"));
            if (!withoutTopics) {
                try (Topics topics = new Topics(broker.bootstrapServers(), names)) {
                    topics.create(Topics.Layout.DEFAULT);
                }
            }
            PrintWriter out = spec.commandLine().getOut();
            out.println(
                    "Kafka is at "
                            + broker.bootstrapServers()
                            + ", its data in "
                            + directory
                            + "; Ctrl-C ends it.");
            out.flush();
            broker.awaitEnd();
        }
        return 0;
    }
}
