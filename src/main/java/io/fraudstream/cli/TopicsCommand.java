package io.fraudstream.cli;

import io.fraudstream.config.Settings;
import io.fraudstream.config.SettingsException;
import io.fraudstream.kafka.RegisteredValue;
import io.fraudstream.kafka.TopicTail;
import io.fraudstream.kafka.Topics;
import io.fraudstream.recording.Durations;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Looks after the project's topics. */
@Command(
        name = "topics",
        description = "Creates, lists, deletes and shows the topics.",
        footer = {
            "  fraudstream topics create --partitions 4",
            "  fraudstream topics list",
            "  fraudstream topics tail alerts --from-beginning --max 10"
        },
        subcommands = {
            TopicsCommand.Create.class,
            TopicsCommand.ListTopics.class,
            TopicsCommand.Delete.class,
            TopicsCommand.Tail.class
        })
final class TopicsCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "create, list, delete or tail is missing");
    }

    @Command(
            name = "create",
            description = "Creates those topics that are not there yet.",
            footer = "  fraudstream topics create --partitions 8 --retention 30d")
    static final class Create implements Callable<Integer> {
        @Mixin private SettingsOptions options;

        @Option(
                names = "--partitions",
                paramLabel = "N",
                defaultValue = "4",
                description =
                        "Partitions of each topic; models always has one (default:"
                                + " ${DEFAULT-VALUE}).")
        private int partitions;

        @Option(
                names = "--replication",
                paramLabel = "N",
                description = "Brokers that hold each partition (default: the broker's own).")
        private Short replication;

        @Option(
                names = "--retention",
                paramLabel = "DURATION",
                converter = DurationConverter.class,
                description =
                        "How long records stay, such as 30d (default: for ever). models keeps the"
                                + " last of each slot.")
        private Duration retention;

        @Spec private CommandSpec spec;

        @Override
        public Integer call() throws SettingsException {
            if (partitions < 1) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--partitions is " + partitions + ", expected 1 or more");
            }
            try (Topics topics = SettingsOptions.topics(options.kafka())) {
                List<String> created =
                        topics.create(
                                new Topics.Layout(
                                        partitions,
                                        Optional.ofNullable(replication),
                                        Optional.ofNullable(retention)));
                spec.commandLine()
                        .getOut()
                        .println(
                                created.isEmpty()
                                        ? "All topics are there."
                                        : "Created " + String.join(", ", created));
            }
            return 0;
        }
    }

    @Command(
            name = "list",
            description = "Lists the topics that are there, with their partitions and records.",
            footer = "  fraudstream topics list")
    static final class ListTopics implements Callable<Integer> {
        @Mixin private SettingsOptions options;

        @Spec private CommandSpec spec;

        @Override
        public Integer call() throws SettingsException {
            PrintWriter out = spec.commandLine().getOut();
            try (Topics topics = SettingsOptions.topics(options.kafka())) {
                out.printf(Locale.ROOT, "%-30s %10s %15s%n", "topic", "partitions", "records");
                for (Topics.Size size : topics.list()) {
                    out.printf(
                            Locale.ROOT,
                            "%-30s %10d %15d%n",
                            size.topic(),
                            size.partitions(),
                            size.records());
                }
            }
            return 0;
        }
    }

    @Command(
            name = "delete",
            description = "Deletes the topics and all that lies in them.",
            footer = "  fraudstream topics delete --topic-prefix trial- --yes")
    static final class Delete implements Callable<Integer> {
        @Mixin private SettingsOptions options;

        @Option(names = "--yes", required = true, description = "Confirms that the records may go.")
        private boolean confirmed;

        @Spec private CommandSpec spec;

        @Override
        public Integer call() throws SettingsException {
            if (!confirmed) {
                throw new ParameterException(
                        spec.commandLine(), "--yes is false, expected a confirmation");
            }
            try (Topics topics = SettingsOptions.topics(options.kafka())) {
                List<String> deleted = topics.delete();
                spec.commandLine()
                        .getOut()
                        .println(
                                deleted.isEmpty()
                                        ? "No topic is there."
                                        : "Deleted " + String.join(", ", deleted));
            }
            return 0;
        }
    }

    @Command(
            name = "tail",
            description =
                    "Prints a topic's records: partition@offset, key and value, with tabs between."
                            + " Avro and JSON with schema ids are read by kafka.schemaRegistry.",
            footer = "  fraudstream topics tail alerts --from-beginning --max 10")
    static final class Tail implements Callable<Integer> {
        @Mixin private SettingsOptions options;

        @Parameters(
                paramLabel = "TOPIC",
                description = "Its name without the prefix, such as alerts.")
        private String topic;

        @Option(
                names = "--from-beginning",
                description = "Begin with the first record, not the next to come.")
        private boolean fromBeginning;

        @Option(names = "--headers", description = "Print the headers too, before the value.")
        private boolean headers;

        @Option(
                names = "--max",
                paramLabel = "N",
                description = "End after so many records (default: at Ctrl-C).")
        private Long max;

        @Spec private CommandSpec spec;

        @Override
        public Integer call() throws SettingsException {
            PrintWriter out = spec.commandLine().getOut();
            Settings.Kafka kafka = options.kafka();
            String fullName = kafka.topic(topic);
            try (Topics topics = SettingsOptions.topics(kafka)) {
                topics.require(fullName);
            }
            RegisteredValue values =
                    new RegisteredValue(kafka.openRegistry(System.getenv()).orElse(null));
            try (TopicTail tail =
                    new TopicTail(kafka.bootstrapServers(), fullName, kafka.properties())) {
                tail.read(
                        fromBeginning,
                        max == null ? Long.MAX_VALUE : max,
                        record -> {
                            out.println(line(record, values));
                            out.flush();
                        });
            }
            return 0;
        }

        private String line(TopicTail.Entry record, RegisteredValue values) {
            String key =
                    record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
            return record.partition()
                    + "@"
                    + record.offset()
                    + "\t"
                    + key
                    + "\t"
                    + (headers ? record.headers() + "\t" : "")
                    + (record.value() == null ? "" : values.text(record.value()));
        }
    }

    /** Lets picocli report a bad duration as wrong usage. */
    static final class DurationConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            try {
                return Durations.parse(text);
            } catch (IllegalArgumentException unreadable) {
                throw new TypeConversionException(unreadable.getMessage());
            }
        }
    }
}
