package io.fraudstream.cli;

import io.fraudstream.config.CodecParts;
import io.fraudstream.config.JobPlan;
import io.fraudstream.config.Settings;
import io.fraudstream.config.SettingsException;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.job.FlinkSettings;
import io.fraudstream.job.JobCounts;
import io.fraudstream.job.KafkaSettings;
import io.fraudstream.job.ReplayInput;
import io.fraudstream.job.ReplayRun;
import io.fraudstream.job.kafka.Codecs;
import io.fraudstream.job.replay.RecordedPartitions;
import io.fraudstream.recording.CanonicalEvent;
import io.fraudstream.recording.CanonicalOutput;
import io.fraudstream.recording.LineSorter;
import io.fraudstream.registry.ModelPointer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;

/** Runs a recording through the job and hashes what comes out. */
final class Verification {
    private static final long SORT_MEMORY = 256L << 20;

    private final VerifyOptions wanted;
    private final Settings settings;
    private final CodecParts parts;
    private final Codecs codecs;
    private final JobPlan plan;
    private final CommandSpec spec;

    /** Adds the records of a recording to a layout. */
    @FunctionalInterface
    interface Source {
        void layOut(RecordingLayout layout) throws IOException, InterruptedException;
    }

    /**
     * @throws SettingsException for settings or a bundle that cannot be used
     */
    Verification(VerifyOptions wanted, SettingsOptions options, CommandSpec spec)
            throws SettingsException {
        this.wanted = wanted;
        this.spec = spec;
        Map<String, String> decided = new LinkedHashMap<>();
        decided.put("job.order", "event-time");
        decided.put("job.scoredTopic", "false");
        decided.put("job.storeEvents", "false");
        if (wanted.parallelism != null) {
            decided.put("job.parallelism", wanted.parallelism.toString());
        }
        if (wanted.stateBackend != null) {
            decided.put("job.stateBackend", wanted.stateBackend.name().toLowerCase(Locale.ROOT));
        }
        this.settings = options.settings(decided);
        this.parts = SettingsOptions.codecParts(settings);
        this.codecs = JobPlan.recordedCodecs(parts);
        ModelPointer champion =
                PinnedModel.of(wanted.model, wanted.threshold, settings, parts, spec);
        this.plan =
                JobPlan.of(settings, parts, KafkaSettings.Start.EARLIEST, Map.of(), champion, -1);
    }

    /**
     * Runs it.
     *
     * @param partitions of the recording
     * @return the exit code
     */
    @SuppressWarnings("try") // The hook is there to be closed.
    int run(Source recording, int partitions, Path summaryFile) throws Exception {
        Path parent = wanted.work == null ? null : Files.createDirectories(wanted.work);
        Path work =
                parent == null
                        ? Files.createTempDirectory("fraudstream-replay-")
                        : Files.createTempDirectory(parent, "fraudstream-replay-");
        Thread worker = Thread.currentThread();
        try (OnSignal signal =
                new OnSignal(worker::interrupt, "files are left behind in " + work)) {
            try {
                return run(recording, partitions, work, summaryFile);
            } finally {
                Directories.delete(work);
            }
        } catch (InterruptedException stopped) {
            spec.commandLine().getErr().println("fraudstream: stopped; nothing was written");
            return Fraudstream.FAILED;
        }
    }

    private int run(Source recording, int partitions, Path work, Path summaryFile)
            throws Exception {
        long began = System.nanoTime();
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        err.println("Laying the recording out ...");
        err.flush();
        RecordedPartitions transactions;
        RecordedPartitions labels;
        try (RecordingLayout layout = new RecordingLayout(work, partitions, codecs, SORT_MEMORY)) {
            recording.layOut(layout);
            transactions = layout.transactions();
            labels = layout.labels();
        }
        Path directory = Files.createDirectory(work.resolve("run"));
        ReplayRun.Result result = runJob(transactions, labels, directory);
        JobCounts counts = result.counts();
        CanonicalOutput.Written written = canonical(directory, work, counts.scored());
        if (written.events() != counts.scored()) {
            throw new IllegalStateException(
                    written.events() + " lines were kept, expected " + counts.scored());
        }
        Duration elapsed = Duration.ofNanos(System.nanoTime() - began);
        report(counts, result, written, elapsed, out);
        summarise(counts, result, written, elapsed, transactions, summaryFile);
        if (wanted.expected != null && !wanted.expected.equalsIgnoreCase(written.hash())) {
            err.println(
                    "fraudstream: the hash is " + written.hash() + ", expected " + wanted.expected);
            return Fraudstream.FAILED;
        }
        return Fraudstream.DONE;
    }

    private ReplayRun.Result runJob(
            RecordedPartitions transactions, RecordedPartitions labels, Path directory)
            throws Exception {
        FlinkSettings flink =
                new FlinkSettings(
                        plan.flink().parallelism(),
                        plan.flink().maxParallelism(),
                        plan.flink().checkpointInterval(),
                        directory.resolve("checkpoints").toUri(),
                        plan.flink().rocksDb(),
                        -1,
                        plan.flink().extra());
        try (BrokerFeed broker =
                        wanted.way == VerifyOptions.Way.BROKER
                                ? new BrokerFeed(directory.resolve("broker"), transactions, labels)
                                : null;
                ReplayRun run =
                        new ReplayRun(
                                broker == null
                                        ? ReplayInput.files(transactions, labels)
                                        : broker.input(),
                                plan.job(),
                                flink,
                                codecs,
                                directory,
                                CanonicalEvent::line);
                Progress progress = Progress.start("Transactions", transactions.total(), spec)) {
            return run.run(
                    new ReplayRun.Trials(wanted.kill, wanted.savepoint),
                    counts -> progress.at(counts.read()));
        }
    }

    private CanonicalOutput.Written canonical(Path directory, Path work, long events)
            throws IOException {
        try (LineSorter sorter = new LineSorter(work, SORT_MEMORY);
                Progress progress = Progress.start("Sorted", events, spec)) {
            long sorted = 0;
            for (Path file : lineFiles(directory)) {
                try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
                    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                        sorter.add(line.getBytes(StandardCharsets.UTF_8));
                        progress.at(++sorted);
                    }
                }
                Files.delete(file);
            }
            FeatureSchema schema = new FeatureSchema(parts.rates());
            return CanonicalOutput.write(
                    CanonicalOutput.Header.of(schema, parts.rates().baseCurrency()),
                    sorter,
                    wanted.out);
        }
    }

    private static List<Path> lineFiles(Path directory) throws IOException {
        Path lines = ReplayRun.lines(directory);
        if (!Files.isDirectory(lines)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(lines)) {
            // Flink hides what belongs to no completed checkpoint.
            return files.filter(file -> !file.getFileName().toString().startsWith(".")).toList();
        }
    }

    private void report(
            JobCounts counts,
            ReplayRun.Result result,
            CanonicalOutput.Written written,
            Duration elapsed,
            PrintWriter out) {
        if (result.checkpoint() > 0) {
            out.printf(
                    Locale.ROOT,
                    "The task manager was ended; the job was restored from checkpoint %d and read"
                            + " %,d transactions again.%n",
                    result.checkpoint(),
                    result.readAgain());
        }
        if (result.savepoint() != null) {
            out.println("The job was stopped with a savepoint in the middle and went on from it.");
        }
        out.println(RunSummary.line(counts, elapsed));
        if (wanted.out != null) {
            out.println("Written: " + wanted.out);
        }
        out.println("Hash: " + written.hash());
        out.flush();
    }

    private void summarise(
            JobCounts counts,
            ReplayRun.Result result,
            CanonicalOutput.Written written,
            Duration elapsed,
            RecordedPartitions transactions,
            Path summaryFile)
            throws IOException {
        ModelPointer champion = plan.job().champion();
        RunSummary summary =
                new RunSummary(counts, elapsed)
                        .with("hash", written.hash())
                        .with("events", written.events())
                        .with("bundle", champion == null ? null : champion.bundleId())
                        .with("partitions", transactions.records().size())
                        .with("outOfOrderness", settings.job().outOfOrderness().toString())
                        .with("lateEvents", plan.job().latePolicy())
                        .with("dedupeHorizon", settings.job().dedupeHorizon().toString())
                        .with("parallelism", plan.flink().parallelism())
                        .with("stateBackend", plan.flink().rocksDb() ? "rocksdb" : "hashmap")
                        .with("through", wanted.way.name().toLowerCase(Locale.ROOT))
                        .with("savepoint", result.savepoint() != null);
        if (result.checkpoint() > 0) {
            Map<String, Object> kill = new LinkedHashMap<>();
            kill.put("restoredFromCheckpoint", result.checkpoint());
            kill.put("readAgain", result.readAgain());
            summary.with("kill", kill);
        }
        summary.write(summaryFile);
    }
}
