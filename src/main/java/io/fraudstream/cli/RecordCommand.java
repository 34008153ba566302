package io.fraudstream.cli;

import io.fraudstream.config.Settings;
import io.fraudstream.kafka.TopicBound;
import io.fraudstream.kafka.TopicReader;
import io.fraudstream.kafka.Topics;
import io.fraudstream.recording.TopicFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes topics to files. */
@Command(
        name = "record",
        description = {
            "Writes topics to files that replay reads again, each record's bytes, partition, offset"
                + " and timestamp unchanged: DIR/TOPIC.jsonl.gz. Of records in transactions only"
                + " the committed ones.",
            "Ctrl-C ends it with whole files of what has come so far."
        },
        footer = {
            "  fraudstream record transactions labels --out recording \\",
            "      --since 2026-01-01T00:00:00Z --until 2026-02-01T00:00:00Z",
            "  fraudstream record alerts --out recording --follow"
        })
final class RecordCommand implements Callable<Integer> {
    private static final long PATIENCE_SECONDS = 20;
    private static final long POLL_MILLIS = 200;

    @Mixin private SettingsOptions options;
    @Mixin private RangeOptions range;

    @Parameters(
            paramLabel = "TOPIC",
            arity = "0..*",
            description = "Names without the prefix (default: transactions and labels).")
    private List<String> topics = List.of("transactions", "labels");

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "Where the files are written. Those that are there are not replaced.")
    private Path directory;

    @Option(
            names = "--follow",
            description = "Go on with what comes, until Ctrl-C; --until does not count then.")
    private boolean follow;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (topics.size() > 1
                && (range.since instanceof TopicBound.Offsets
                        || range.until instanceof TopicBound.Offsets)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "offsets are given for "
                            + String.join(", ", topics)
                            + ", expected one topic, since each has offsets of its own");
        }
        Settings.Kafka kafka = options.kafka();
        try (Topics present = SettingsOptions.topics(kafka)) {
            present.require(topics.stream().map(kafka::topic).toArray(String[]::new));
        }
        Files.createDirectories(directory);
        for (String topic : topics) {
            if (Files.exists(file(topic))) {
                throw new ParameterException(
                        spec.commandLine(), file(topic) + " is there, expected a new directory");
            }
        }
        return record(kafka);
    }

    private Path file(String topic) {
        return directory.resolve(topic + ".jsonl.gz");
    }

    @SuppressWarnings("try") // The hook is there to be closed.
    private int record(Settings.Kafka kafka) throws Exception {
        List<Recording> recordings = new ArrayList<>();
        for (String topic : topics) {
            recordings.add(new Recording(topic, kafka));
        }
        ExecutorService threads = Executors.newFixedThreadPool(recordings.size());
        try (OnSignal signal =
                new OnSignal(() -> stop(recordings), "files are left behind that are not whole")) {
            try {
                List<Future<Boolean>> files = new ArrayList<>();
                for (Recording recording : recordings) {
                    files.add(threads.submit(recording::write));
                }
                if (follow) {
                    spec.commandLine().getOut().println("Recording; Ctrl-C ends it.");
                    spec.commandLine().getOut().flush();
                }
                await(files, recordings);
                report(recordings);
                return Fraudstream.DONE;
            } finally {
                // If one has failed the others are not wanted either.
                stop(recordings);
                threads.shutdown();
                if (threads.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    recordings.forEach(recording -> recording.reader.close());
                }
            }
        }
    }

    private static void stop(List<Recording> recordings) {
        recordings.forEach(recording -> recording.reader.stop());
    }

    private void await(List<Future<Boolean>> files, List<Recording> recordings)
            throws ExecutionException, InterruptedException {
        long expected = recordings.stream().mapToLong(Recording::expected).sum();
        try (Progress progress = Progress.start("Records", expected, spec)) {
            for (Future<Boolean> file : files) {
                while (!isDone(file)) {
                    progress.at(recordings.stream().mapToLong(r -> r.records.get()).sum());
                }
            }
            progress.at(recordings.stream().mapToLong(r -> r.records.get()).sum());
        }
    }

    private static boolean isDone(Future<Boolean> file)
            throws ExecutionException, InterruptedException {
        try {
            file.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException notYet) {
            return false;
        }
    }

    private void report(List<Recording> recordings) {
        PrintWriter out = spec.commandLine().getOut();
        for (Recording recording : recordings) {
            out.printf(
                    Locale.ROOT,
                    "%s: %,d records from offsets %s%n",
                    file(recording.topic),
                    recording.records.get(),
                    recording.from);
        }
        out.flush();
    }

    /** One topic on its way into its file. */
    private final class Recording {
        private final String topic;
        private final TopicReader reader;
        private final Map<Integer, Long> from;
        private final Map<Integer, Long> to;
        private final AtomicLong records = new AtomicLong();

        Recording(String topic, Settings.Kafka kafka) {
            this.topic = topic;
            this.reader =
                    new TopicReader(
                            kafka.bootstrapServers(), kafka.topic(topic), kafka.properties());
            this.from = new TreeMap<>(reader.offsets(range.since));
            this.to = follow ? null : reader.offsets(range.until);
        }

        /** Whether it came to the end. */
        boolean write() throws IOException {
            try (TopicFile.Writer file =
                    new TopicFile.Writer(
                            file(topic), new TopicFile.Header(topic, reader.partitions()))) {
                return reader.read(
                        from,
                        to,
                        record -> {
                            file.write(record);
                            records.incrementAndGet();
                        });
            }
        }

        /** An upper bound, since offsets may be missing; 0 where there is no end. */
        long expected() {
            long expected = 0;
            for (Map.Entry<Integer, Long> first : from.entrySet()) {
                long end = to == null ? 0 : to.getOrDefault(first.getKey(), 0L);
                expected += Math.max(0, end - first.getValue());
            }
            return expected;
        }
    }
}
