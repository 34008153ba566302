package io.fraudstream.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fraudstream.config.Settings;
import io.fraudstream.config.SettingsException;
import io.fraudstream.kafka.Pause;
import io.fraudstream.kafka.RecordProducer;
import io.fraudstream.kafka.RecordingSender;
import io.fraudstream.kafka.ReplaySpeed;
import io.fraudstream.kafka.SendProgress;
import io.fraudstream.kafka.TopicNames;
import io.fraudstream.kafka.Topics;
import io.fraudstream.recording.DayRange;
import io.fraudstream.recording.Durations;
import io.fraudstream.recording.Mapping;
import io.fraudstream.recording.RecordedTransaction;
import io.fraudstream.recording.RecordingReader;
import io.fraudstream.recording.TopicFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Streams recorded files into Kafka. */
@Command(
        name = "replay",
        description =
                "Sends recorded files (CSV or JSON lines, gzip or not) to the transactions and"
                        + " labels topics; or, with --verify, runs them through the job here and"
                        + " hashes what comes out.",
        subcommands = ReplayDiffCommand.class,
        footer = {
            "  fraudstream replay handbook-2018-04.csv.gz handbook-2018-05.csv.gz \\",
            "      --mapping config/mappings/handbook.yaml",
            "  fraudstream replay stream.jsonl.gz --mapping config/mappings/wire.yaml \\",
            "      --speed 60x --from 2026-01-10",
            "  fraudstream replay --verify handbook-2018-08.csv.gz \\",
            "      --mapping config/mappings/handbook.yaml --model model.zip \\",
            "      --parallelism 4 --kill --summary summary.json"
        })
final class ReplayCommand implements Callable<Integer> {
    private final Clock clock = Clock.systemUTC();

    @Mixin private SettingsOptions options;
    @Mixin private VerifyOptions verification;
    @Mixin private RangeOptions range;

    @Parameters(
            paramLabel = "FILE",
            arity = "0..*",
            description = "Recorded files, in the order of their events.")
    private List<Path> files = List.of();

    @Option(
            names = "--mapping",
            paramLabel = "FILE",
            description =
                    "What the columns of the files mean, such as config/mappings/handbook.yaml.")
    private Path mappingFile;

    @Option(
            names = "--speed",
            paramLabel = "max|FACTORx",
            defaultValue = "max",
            description =
                    "Event time against the clock: max, or a factor (default: ${DEFAULT-VALUE}).")
    private String speedText;

    @Option(
            names = "--from",
            paramLabel = "DATE",
            description = "The first day, UTC, such as 2018-06-01.")
    private LocalDate from;

    @Option(names = "--to", paramLabel = "DATE", description = "The last day, UTC.")
    private LocalDate to;

    @Option(
            names = "--summary",
            paramLabel = "FILE",
            description = "Write the counts there as JSON.")
    private Path summaryFile;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        boolean recorded = areRecordedTopics();
        if (files.isEmpty() == !verification.topics) {
            throw wrong(
                    verification.topics
                            ? "both FILE and --topics are given, expected one of them"
                            : "FILE is missing, expected recorded files");
        }
        if (verification.topics && !verification.verify) {
            throw wrong("--topics is given, expected --verify with it");
        }
        if (mappingFile == null && !recorded && !verification.topics) {
            throw wrong(
                    "--mapping is missing, expected what the columns of the files mean (or files"
                            + " that record wrote)");
        }
        if ((from != null || to != null) && (recorded || verification.topics)) {
            throw wrong("--from and --to choose days of mapped files, expected neither");
        }
        if (verification.verify) {
            return verify(recorded);
        }
        return recorded ? sendTopics() : send();
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /** Whether the files are what {@code record} wrote: all of them, or none. */
    private boolean areRecordedTopics() {
        int count = 0;
        for (Path file : files) {
            try {
                count += TopicFile.isOne(file) ? 1 : 0;
            } catch (NoSuchFileException missing) {
                throw wrong(file + " does not exist, expected a recorded file");
            } catch (IOException unreadable) {
                throw wrong(Failures.describe(unreadable));
            }
        }
        if (count > 0 && count < files.size()) {
            throw wrong("only some of the files were written by record, expected all or none");
        }
        return count > 0;
    }

    private int verify(boolean recorded) throws Exception {
        Verification verify = new Verification(verification, options, spec);
        if (verification.topics) {
            Settings.Kafka kafka = options.kafka();
            TopicNames names = SettingsOptions.names(kafka);
            try (Topics topics = SettingsOptions.topics(kafka)) {
                topics.require(names.transactions(), names.labels());
            }
            try (RecordedTopics topics = RecordedTopics.of(kafka, range.since, range.until)) {
                return verify.run(topics::layOut, topics.partitions(), summaryFile);
            }
        }
        if (recorded) {
            try (RecordedTopics topics = RecordedTopics.of(files)) {
                return verify.run(topics::layOut, topics.partitions(), summaryFile);
            } catch (IllegalArgumentException unusable) {
                throw new ParameterException(spec.commandLine(), unusable.getMessage(), unusable);
            }
        }
        DayRange days;
        RecordingReader opened;
        try {
            days = new DayRange(from, to);
            opened = new RecordingReader(files, Mapping.load(mappingFile));
        } catch (IllegalArgumentException unusable) {
            throw new ParameterException(spec.commandLine(), unusable.getMessage(), unusable);
        }
        try (RecordingReader reader = opened) {
            return verify.run(
                    layout -> {
                        Iterator<RecordedTransaction> rows = days.select(reader);
                        try (Progress progress =
                                Progress.start("Bytes", reader.totalBytes(), spec)) {
                            while (rows.hasNext()) {
                                layout.add(rows.next());
                                progress.at(reader.bytesRead());
                            }
                        }
                    },
                    verification.partitions,
                    summaryFile);
        }
    }

    /** Sends recorded topics as they were, byte by byte, in the order of their timestamps. */
    private int sendTopics() throws IOException, InterruptedException, SettingsException {
        Settings.Kafka kafka = options.kafka();
        ReplaySpeed speed;
        try {
            speed = ReplaySpeed.parse(speedText);
        } catch (IllegalArgumentException unreadable) {
            throw new ParameterException(spec.commandLine(), unreadable.getMessage(), unreadable);
        }
        try (RecordedTopics recorded = RecordedTopics.of(files);
                Topics topics = SettingsOptions.topics(kafka)) {
            topics.require(recorded.names().stream().map(kafka::topic).toArray(String[]::new));
            try (RecordProducer producer =
                    RecordProducer.forThroughput(kafka.bootstrapServers(), kafka.properties())) {
                Map<String, Long> sent = recorded.sendTo(producer, kafka, speed);
                sent.forEach(
                        (topic, records) ->
                                spec.commandLine()
                                        .getOut()
                                        .printf(
                                                Locale.ROOT,
                                                "Sent %,d records to %s.%n",
                                                records,
                                                kafka.topic(topic)));
                spec.commandLine().getOut().flush();
            }
        }
        return Fraudstream.DONE;
    }

    private int send() throws IOException, InterruptedException, SettingsException {
        Settings.Kafka kafka = options.kafka();
        Mapping mapping;
        ReplaySpeed speed;
        DayRange days;
        RecordingReader reader;
        try {
            mapping = Mapping.load(mappingFile);
            speed = ReplaySpeed.parse(speedText);
            days = new DayRange(from, to);
            reader = new RecordingReader(files, mapping);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), wrong.getMessage(), wrong);
        }
        TopicNames names = SettingsOptions.names(kafka);
        try (reader;
                Topics topics = SettingsOptions.topics(kafka)) {
            topics.require(names.transactions(), names.labels());
            try (RecordProducer producer =
                            speed.isMax()
                                    ? RecordProducer.forThroughput(
                                            kafka.bootstrapServers(), kafka.properties())
                                    : RecordProducer.forLatency(
                                            kafka.bootstrapServers(), kafka.properties());
                    Display display =
                            !Terminal.isInteractive()
                                    ? new PlainDisplay(spec.commandLine().getErr(), reader)
                                    : new BarDisplay(reader)) {
                return send(
                        new RecordingSender(producer, names, speed, clock, Pause.SLEEP),
                        days,
                        reader,
                        display);
            }
        }
    }

    @SuppressWarnings("try") // The hook is there to be closed.
    private int send(RecordingSender sender, DayRange days, RecordingReader reader, Display display)
            throws IOException, InterruptedException {
        try (OnSignal signal =
                new OnSignal(sender::stop, "the broker took none of the last records in time")) {
            SendProgress result = sender.send(days.select(reader), display);
            display.close();
            report(result, reader);
            return result.complete() ? 0 : 1;
        }
    }

    private void report(SendProgress result, RecordingReader reader) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        double seconds = result.elapsed().toMillis() / 1000.0;
        out.printf(
                Locale.ROOT,
                "%s %,d transactions and %,d labels in %.1f s, %,.0f transactions/s; event times %s"
                        + " to %s.%n",
                result.complete() ? "Sent" : "Stopped after",
                result.transactions(),
                result.labels(),
                seconds,
                result.rate(),
                time(result.firstEventTime()),
                time(result.lastEventTime()));
        if (!result.complete()) {
            out.printf(
                    Locale.ROOT,
                    "Not sent: the rest of the files, and %,d labels that were not known yet.%n",
                    result.pendingLabels());
        }
        if (reader.unmapped() > 0) {
            out.printf(
                    Locale.ROOT,
                    "%,d rows could not be mapped; the job puts them to the dead letters.%n",
                    reader.unmapped());
        }
        if (reader.unusableLabels() > 0) {
            out.printf(
                    Locale.ROOT,
                    "%,d rows said fraud without a usable label.%n",
                    reader.unusableLabels());
        }
        out.flush();
        if (summaryFile == null) {
            return;
        }
        Map<String, Object> summary = new LinkedHashMap<>();
        summary.put("transactions", result.transactions());
        summary.put("labels", result.labels());
        summary.put("pendingLabels", result.pendingLabels());
        summary.put("unmapped", reader.unmapped());
        summary.put("unusableLabels", reader.unusableLabels());
        summary.put("firstEventTime", time(result.firstEventTime()));
        summary.put("lastEventTime", time(result.lastEventTime()));
        summary.put("complete", result.complete());
        summary.put("seconds", seconds);
        new ObjectMapper()
                .writerWithDefaultPrettyPrinter()
                .writeValue(summaryFile.toFile(), summary);
    }

    private static String time(long millis) {
        return millis == Long.MAX_VALUE || millis == Long.MIN_VALUE
                ? "none"
                : Instant.ofEpochMilli(millis).toString();
    }

    /** Shows how far the sending has come, on standard error. */
    private interface Display extends Consumer<SendProgress>, AutoCloseable {
        @Override
        void close();

        static String speedAndLag(SendProgress progress) {
            return String.format(
                    Locale.ROOT,
                    "%s %,.0f/s, lag %s",
                    time(progress.lastEventTime()),
                    progress.rate(),
                    Durations.format(progress.lag().truncatedTo(ChronoUnit.MILLIS)));
        }
    }

    private static final class BarDisplay implements Display {
        private final RecordingReader reader;
        private final ProgressBar bar;

        BarDisplay(RecordingReader reader) {
            this.reader = reader;
            this.bar =
                    new ProgressBarBuilder()
                            .setTaskName("replay")
                            .setInitialMax(reader.totalBytes())
                            .setUnit(" MB", 1_000_000)
                            .build();
        }

        @Override
        public void accept(SendProgress progress) {
            bar.stepTo(reader.bytesRead()).setExtraMessage(Display.speedAndLag(progress));
        }

        @Override
        public void close() {
            bar.close();
        }
    }

    private static final class PlainDisplay implements Display {
        private static final Duration INTERVAL = Duration.ofSeconds(5);

        private final PrintWriter err;
        private final RecordingReader reader;
        private Duration next = INTERVAL;

        PlainDisplay(PrintWriter err, RecordingReader reader) {
            this.err = err;
            this.reader = reader;
        }

        @Override
        public void accept(SendProgress progress) {
            if (progress.elapsed().compareTo(next) < 0) {
                return;
            }
            next = progress.elapsed().plus(INTERVAL);
            err.printf(
                    Locale.ROOT,
                    "replay %d %%: %,d transactions, at %s%n",
                    100 * reader.bytesRead() / Math.max(1, reader.totalBytes()),
                    progress.transactions(),
                    Display.speedAndLag(progress));
            err.flush();
        }

        @Override
        public void close() {
            err.flush();
        }
    }
}
