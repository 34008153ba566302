package io.fraudstream.cli;

import io.fraudstream.config.Settings;
import io.fraudstream.config.SettingsException;
import io.fraudstream.kafka.RecordProducer;
import io.fraudstream.kafka.TopicNames;
import io.fraudstream.kafka.Topics;
import io.fraudstream.recording.LabelFile;
import io.fraudstream.training.LabelCheck;
import io.fraudstream.training.StoreException;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.LabelCodec;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Brings verdicts from outside into the stream, and checks those that are stored. */
@Command(
        name = "labels",
        description = "Imports chargebacks and analysts' verdicts, and checks stored ones.",
        footer = {"  fraudstream labels import chargebacks.csv", "  fraudstream labels check"},
        subcommands = LabelsCommand.Import.class)
final class LabelsCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "import or check is missing");
    }

    @Command(
            name = "check",
            description =
                    "Shows how well the stored labels fit the stored transactions, and how late"
                            + " they become known.",
            footer = "  fraudstream labels check --summary labels.json")
    int check(
            @Mixin StoreCommand.Place place,
            @Option(
                            names = "--summary",
                            paramLabel = "FILE",
                            description = "Write the same there as JSON; lags in milliseconds.")
                    Path summaryFile)
            throws SettingsException, StoreException, IOException {
        LabelCheck found = LabelCheck.of(place.directory());
        PrintWriter out = spec.commandLine().getOut();
        out.printf(Locale.ROOT, "%,d labels, %,d of them fraud%n", found.labels(), found.frauds());
        print(out, "unmatched", found.unmatched(), "their transaction is not stored");
        print(
                out,
                "mismatched",
                found.mismatched(),
                "their transaction has another event time, terminal or merchant");
        print(out, "without terminal", found.withoutTerminal(), "nor merchant");
        print(out, "contradictory", found.contradictory(), "differ from the verdict before");
        print(out, "repeated", found.repeated(), "agree with the verdict before");
        out.printf(
                Locale.ROOT,
                "Known after the event: p50 %.1f d, p90 %.1f d, p99 %.1f d, max %.1f d%n",
                days(found.lag().p50()),
                days(found.lag().p90()),
                days(found.lag().p99()),
                days(found.lag().max()));
        out.flush();
        if (summaryFile != null) {
            StoreCommand.writeJson(summaryFile, found);
        }
        return Fraudstream.DONE;
    }

    private static void print(PrintWriter out, String name, long count, String words) {
        out.printf(Locale.ROOT, "  %-16s %,10d  %s%n", name, count, words);
    }

    private static double days(long millis) {
        return millis / 86_400_000.0;
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
