package io.fraudstream.cli;

import io.fraudstream.config.Settings;
import io.fraudstream.config.SettingsException;
import io.fraudstream.kafka.RecordProducer;
import io.fraudstream.kafka.TopicNames;
import io.fraudstream.kafka.Topics;
import io.fraudstream.recording.LabelFile;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.LabelCodec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Brings verdicts from outside into the stream. */
@Command(
        name = "labels",
        description = "Imports chargebacks and analysts' verdicts.",
        footer = "  fraudstream labels import chargebacks.csv",
        subcommands = LabelsCommand.Import.class)
final class LabelsCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "import is missing");
    }

    @Command(
            name = "import",
            description = {
                "Sends the verdicts of a CSV file to the labels topic: all of them or, if a line is"
                        + " wrong, none.",
                "Columns: transaction_id, card_id, terminal_id or merchant_id, event_time (of the"
                    + " transaction), verdict (fraud or legitimate), source, and known_at where it"
                    + " is not now. Times: ISO 8601, or milliseconds since the epoch."
            },
            footer = "  fraudstream labels import chargebacks.csv")
    static final class Import implements Callable<Integer> {
        private final Clock clock = Clock.systemUTC();

        @Mixin private SettingsOptions options;

        @Parameters(paramLabel = "FILE.csv", description = "The verdicts, with a header line.")
        private Path file;

        @Spec private CommandSpec spec;

        @Override
        public Integer call() throws SettingsException {
            Settings settings = options.settings();
            LabelCodec codec = SettingsOptions.codecParts(settings).labelCodec(clock);
            List<FraudLabel> labels = new LabelFile(codec, clock).read(file);
            Settings.Kafka kafka = settings.kafka();
            TopicNames names = SettingsOptions.names(kafka);
            try (Topics topics = SettingsOptions.topics(kafka)) {
                topics.require(names.labels());
            }
            try (RecordProducer producer =
                    RecordProducer.forThroughput(kafka.bootstrapServers(), kafka.properties())) {
                for (FraudLabel label : labels) {
                    producer.send(
                            names.labels(),
                            label.cardId().getBytes(StandardCharsets.UTF_8),
                            LabelCodec.encode(label));
                }
                producer.flush();
            }
            long frauds = labels.stream().filter(FraudLabel::fraud).count();
            spec.commandLine()
                    .getOut()
                    .println(
                            "Sent "
                                    + labels.size()
                                    + " labels to "
                                    + names.labels()
                                    + ", "
                                    + frauds
                                    + " of them fraud.");
            return 0;
        }
    }
}
