package io.fraudstream.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fraudstream.config.CodecParts;
import io.fraudstream.config.Settings;
import io.fraudstream.config.SettingsException;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.model.BundleException;
import io.fraudstream.model.ModelBundle;
import io.fraudstream.recording.Durations;
import io.fraudstream.recording.Mapping;
import io.fraudstream.training.Backtest;
import io.fraudstream.training.BookProtocol;
import io.fraudstream.training.Evaluation;
import io.fraudstream.training.RecordedEvents;
import io.fraudstream.training.ScoredEvent;
import io.fraudstream.training.TrainingException;
import io.fraudstream.training.TrainingReport;
import io.fraudstream.training.TrainingSettings;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Trains on one range of a recording and scores a later one. */
@Command(
        name = "backtest",
        description =
                "Trains on one range of recorded files and scores every transaction of a later"
                        + " one.",
        footer = {
            "  fraudstream backtest --transactions data/*.csv.gz \\",
            "      --mapping config/mappings/handbook.yaml --label-delay 7d \\",
            "      --test-from 2018-08-08 --model dense --scores scores.csv"
        })
final class BacktestCommand implements Callable<Integer> {
    private final Clock clock = Clock.systemUTC();

    @Mixin private SettingsOptions settingsOptions;

    @Mixin private TrainingOptions training;

    @Option(
            names = "--transactions",
            paramLabel = "FILE",
            arity = "1..*",
            required = true,
            description =
                    "Recorded files; features warm up on all that lies before the training range.")
    private List<Path> files;

    @Option(
            names = "--mapping",
            paramLabel = "FILE",
            required = true,
            description =
                    "What the columns of the files mean, such as config/mappings/handbook.yaml.")
    private Path mappingFile;

    /** Which days to train on. */
    enum Protocol {
        ALL,
        HANDBOOK
    }

    @Option(
            names = "--protocol",
            paramLabel = "NAME",
            defaultValue = "all",
            description =
                    "all: train on everything whose labels are known when the test begins."
                            + " handbook: as the book does, train on one week, skip the label"
                            + " delay, test on one week (default: ${DEFAULT-VALUE}).")
    private Protocol protocol;

    @Option(
            names = "--train-from",
            paramLabel = "DATE",
            description =
                    "The first day to train on, UTC (default: 30 days into the recording, when"
                            + " histories are full).")
    private LocalDate trainFrom;

    @Option(
            names = "--train-to",
            paramLabel = "DATE",
            description =
                    "The last day, UTC (default: the last one whose labels are known when the test"
                            + " begins).")
    private LocalDate trainTo;

    @Option(
            names = "--test-from",
            paramLabel = "DATE",
            required = true,
            description = "The first day to score, UTC.")
    private LocalDate testFrom;

    @Option(
            names = "--test-to",
            paramLabel = "DATE",
            description = "The last day, UTC (default: a week).")
    private LocalDate testTo;

    @Option(
            names = "--label-delay",
            paramLabel = "DURATION",
            required = true,
            description = "From an event to its label, such as 7d.")
    private String labelDelayText;

    @Option(
            names = "--scores",
            paramLabel = "FILE",
            required = true,
            description = "Write transaction_id,score for every transaction of the test range.")
    private Path scoresFile;

    @Option(
            names = "--model-out",
            paramLabel = "BUNDLE",
            description = "Write the trained bundle there.")
    private Path modelOut;

    @Option(
            names = "--summary",
            paramLabel = "FILE",
            description = "Write metrics and times there as JSON.")
    private Path summaryFile;

    @Spec private CommandSpec spec;

    @Override
    public Integer call()
            throws IOException, SettingsException, TrainingException, BundleException {
        long started = System.nanoTime();
        Settings settings = settingsOptions.settings();
        CodecParts parts = SettingsOptions.codecParts(settings);
        Duration labelDelay;
        Mapping mapping;
        TrainingSettings trainingSettings;
        RecordedEvents events;
        BacktestDays days;
        ModelBundle champion;
        FeatureSchema schema = new FeatureSchema(parts.rates());
        try {
            champion = training.champion(schema, settings.registry());
            labelDelay = Durations.parse(labelDelayText);
            // Before anything is read: of days in the wrong order it is told at once.
            LocalDate behind = days(LocalDate.EPOCH, labelDelay).testTo();
            mapping = Mapping.load(mappingFile).withLabelDelay(labelDelay);
            trainingSettings = training.settings(settings.training()).withLabelMaturity(labelDelay);
            events =
                    RecordedEvents.read(
                            files,
                            mapping,
                            parts.transactionCodec(clock),
                            TrainingOptions.endOf(behind));
            days = days(firstDay(events), labelDelay);
        } catch (IllegalArgumentException | TypeConversionException wrong) {
            throw new ParameterException(spec.commandLine(), wrong.getMessage(), wrong);
        }
        PrintWriter err = spec.commandLine().getErr();
        TrainingOptions.warnOfRejections(err, events.rejected(), events.firstRejection());
        Backtest.Result result;
        try (TrainingDisplay display = new TrainingDisplay(err, Terminal.isInteractive())) {
            result =
                    new Backtest(schema, trainingSettings, display, champion)
                            .run(
                                    events,
                                    TrainingOptions.startOf(days.trainFrom()),
                                    TrainingOptions.endOf(days.trainTo()),
                                    TrainingOptions.startOf(days.testFrom()),
                                    TrainingOptions.endOf(days.testTo()));
        }
        writeScores(result.scored());
        if (modelOut != null) {
            Files.write(modelOut, result.model().zip());
        }
        if (training.report() != null) {
            new TrainingReport(schema)
                    .write(
                            training.report(),
                            result.model(),
                            null,
                            List.of(
                                    new TrainingReport.Section(
                                            "Test days",
                                            result.all(),
                                            result.scored(),
                                            bookMetrics(result.book()),
                                            result.champion())));
        }
        double seconds = (System.nanoTime() - started) / 1e9;
        print(result, events.rejected(), seconds);
        if (summaryFile != null) {
            new ObjectMapper()
                    .writerWithDefaultPrettyPrinter()
                    .writeValue(summaryFile.toFile(), summary(result, events, seconds));
        }
        return Fraudstream.DONE;
    }

    private BacktestDays days(LocalDate first, Duration labelDelay) {
        if (protocol == Protocol.ALL) {
            return BacktestDays.all(first, labelDelay, trainFrom, trainTo, testFrom, testTo);
        }
        if (trainFrom != null || trainTo != null || testTo != null) {
            throw new IllegalArgumentException(
                    "--protocol is handbook, expected no --train-from, --train-to and --test-to:"
                            + " it sets them");
        }
        return BacktestDays.handbook(testFrom, labelDelay);
    }

    private static LocalDate firstDay(RecordedEvents events) {
        if (events.transactions().isEmpty()) {
            throw new IllegalArgumentException(
                    "the files hold 0 transactions before the end of the test, expected 1 or more");
        }
        long first = events.transactions().get(0).eventTime();
        return Instant.ofEpochMilli(first).atOffset(ZoneOffset.UTC).toLocalDate();
    }

    private void writeScores(List<ScoredEvent> scored) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(scoresFile)) {
            out.write("transaction_id,score\n");
            for (ScoredEvent event : scored) {
                out.write(quoted(event.transactionId()));
                out.write(',');
                out.write(Double.toString(event.score()));
                out.write('\n');
            }
        }
    }

    /** As RFC 4180 asks, only where the id would break the line. */
    private static String quoted(String id) {
        boolean plain = id.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return plain ? id : '"' + id.replace("\"", "\"\"") + '"';
    }

    private static Map<String, Double> bookMetrics(BookProtocol book) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("bookEvents", (double) book.evaluation().events());
        metrics.put("bookAveragePrecision", book.evaluation().averagePrecision());
        metrics.put("bookAreaUnderRoc", book.evaluation().areaUnderRoc());
        metrics.put("bookCardPrecisionAt" + book.k(), book.cardPrecision());
        metrics.put("bookPerfectCardPrecisionAt" + book.k(), book.perfectCardPrecision());
        return metrics;
    }

    private void print(Backtest.Result result, long rejected, double seconds) {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                Locale.ROOT,
                "Bundle %s: %s, trained on %,d events (%,d frauds), best epoch %d of %d.%n",
                result.model().bundle().id(),
                result.model().bundle().kind().wireName(),
                result.model().fittedEvents(),
                result.model().fittedFrauds(),
                result.model().bestEpoch(),
                result.model().epochs().size());
        print(out, "All test transactions", result.all(), "");
        BookProtocol book = result.book();
        print(
                out,
                "Without cards known to be compromised",
                book.evaluation(),
                String.format(
                        Locale.ROOT,
                        ", CP@%d %.4f of a perfect scorer's %.4f",
                        book.k(),
                        book.cardPrecision(),
                        book.perfectCardPrecision()));
        out.printf(
                Locale.ROOT,
                "Left out: %,d duplicates, %,d refused rows.%n",
                result.duplicates(),
                rejected);
        out.printf(
                Locale.ROOT,
                "Seconds: %.1f in all; features %.1f, training %.1f, scoring %.1f.%n",
                seconds,
                result.featureSeconds(),
                result.trainingSeconds(),
                result.scoringSeconds());
        out.flush();
    }

    private static void print(PrintWriter out, String title, Evaluation evaluation, String more) {
        out.printf(
                Locale.ROOT,
                "%s: %,d events, %,d frauds, AUC %.4f, AP %.4f%s.%n",
                title,
                evaluation.events(),
                evaluation.frauds(),
                evaluation.areaUnderRoc(),
                evaluation.averagePrecision(),
                more);
    }

    private static Map<String, Object> summary(
            Backtest.Result result, RecordedEvents events, double seconds) {
        Map<String, Object> summary = new LinkedHashMap<>();
        summary.put("bundle", result.model().bundle().id());
        summary.put("scored", result.scored().size());
        summary.put("rejected", events.rejected());
        summary.put("duplicate", result.duplicates());
        summary.put("test", result.all().metrics());
        summary.put("book", bookMetrics(result.book()));
        summary.put("validation", result.model().validation().metrics());
        summary.put("featureSeconds", result.featureSeconds());
        summary.put("trainingSeconds", result.trainingSeconds());
        summary.put("scoringSeconds", result.scoringSeconds());
        summary.put("seconds", seconds);
        return summary;
    }
}
