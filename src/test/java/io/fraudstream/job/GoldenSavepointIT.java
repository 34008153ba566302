package io.fraudstream.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.fraudstream.job.kafka.Codecs;
import io.fraudstream.kafka.LocalBroker;
import io.fraudstream.kafka.PointerTopic;
import io.fraudstream.kafka.TopicNames;
import io.fraudstream.model.BundleFormat;
import io.fraudstream.recording.RecordedTransaction;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.registry.TrustedKeys;
import io.fraudstream.transaction.CardTokenPolicy;
import io.fraudstream.transaction.ExchangeRates;
import java.io.DataInputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * State that this release has written is read by every later build: a job goes on from the golden
 * savepoint, taken in the midst of a recording, as if it had never been stopped. {@code
 * -Dfraudstream.golden.write=true} takes the savepoint anew first, which is for a change that the
 * changelog's state compatibility announces.
 *
 * <p>It holds the state of all but the event store, whose state is Flink's and names the directory.
 */
@Timeout(600)
class GoldenSavepointIT {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/savepoint");
    private static final TopicNames NAMES = new TopicNames("golden-");
    private static final Instant MIDDLE = SimulatedRecording.START.plus(Duration.ofDays(6));
    private static final List<RecordedTransaction> EARLIER = rows(true);
    private static final List<RecordedTransaction> LATER = rows(false);

    @TempDir private static Path directory;

    private static LocalBroker broker;
    private static JobBench bench;
    private static JobCounts golden;

    private static List<RecordedTransaction> rows(boolean earlier) {
        return SimulatedRecording.rows(17, 24, 9, time -> time.isBefore(MIDDLE) == earlier);
    }

    @BeforeAll
    static void prepare() throws Exception {
        if (Boolean.getBoolean("fraudstream.golden.write")) {
            write();
        }
        golden = RestorePoint.countsAt(GOLDEN);
        broker = LocalBroker.start(directory.resolve("broker"), 0);
        bench = new JobBench(broker, directory, "golden", false);
        bench.send(EARLIER.iterator());
        bench.send(LATER.iterator());
        // What the savepoint's job has read of this topic; the bundle itself is in the state.
        announce(broker, directory.resolve("out-of-reach.zip"));
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @ParameterizedTest
    @CsvSource({"false, 2", "true, 3"})
    void aJobGoesOnAsIfItHadNeverBeenStopped(boolean rocksDb, int parallelism) throws Exception {
        List<RecordedTransaction> all = new ArrayList<>(EARLIER);
        all.addAll(LATER);
        OfflineRun uninterrupted = OfflineRun.of(all, JobBench.BUNDLE.bundle());
        String store = "store-" + rocksDb;

        LocalJob job = goOn(rocksDb, parallelism, store, SimulatedRecording.CODECS);

        assertThat(job.isResumed()).isTrue();
        assertThat(job.totals().isBalanced()).isTrue();
        assertThat(job.totals().read()).isEqualTo(all.size());
        assertThat(job.totals().scored()).isEqualTo(uninterrupted.results.size());
        assertThat(job.totals().rejected()).isEqualTo(uninterrupted.rejected);
        assertThat(job.totals().duplicate()).isEqualTo(uninterrupted.duplicates);
        List<OfflineRun.Result> stored = bench.stored(store);
        assertThat(stored).hasSize((int) (uninterrupted.results.size() - golden.scored()));
        List<OfflineRun.Result> expected =
                stored.stream().map(result -> uninterrupted.results.get(result.key())).toList();
        StoredResults.assertSame(stored, expected);
    }

    /**
     * With union state Flink refuses a savepoint to stop with whenever one of a vertex's tasks is
     * held up and another is not.
     */
    @Test
    void noOperatorHasUnionState() throws Exception {
        CheckpointMetadata savepoint;
        try (DataInputStream metadata =
                new DataInputStream(Files.newInputStream(GOLDEN.resolve("_metadata")))) {
            savepoint =
                    Checkpoints.loadCheckpointMetadata(
                            metadata, getClass().getClassLoader(), GOLDEN.toString());
        }
        List<OperatorStateHandle.Mode> modes =
                savepoint.getOperatorStates().stream()
                        .flatMap(operator -> operator.getSubtaskStates().values().stream())
                        .flatMap(subtask -> subtask.getManagedOperatorState().stream())
                        .flatMap(state -> state.getStateNameToPartitionOffsets().values().stream())
                        .map(OperatorStateHandle.StateMetaInfo::getDistributionMode)
                        .distinct()
                        .toList();

        assertThat(modes).isNotEmpty().doesNotContain(OperatorStateHandle.Mode.UNION);
    }

    /** Other rates are other features: histories go on, and what was trained for others rests. */
    @Test
    void anotherFeatureSchemaKeepsTheHistoriesAndObservesUntilItHasAModel() throws Exception {
        LocalJob job = goOn(false, 2, "store-other", otherRates());

        assertThat(job.isResumed()).isTrue();
        assertThat(job.totals().isBalanced()).isTrue();
        assertThat(job.totals().read()).isEqualTo(EARLIER.size() + LATER.size());
        List<OfflineRun.Result> stored = bench.stored("store-other");
        assertThat(stored).isNotEmpty().allMatch(result -> Double.isNaN(result.score()));
        int counts = JobBench.SCHEMA.indexOf("card_count_7d");
        assertThat(stored).anyMatch(result -> result.features()[counts] > 8);
    }

    private static LocalJob goOn(boolean rocksDb, int parallelism, String store, Codecs codecs)
            throws Exception {
        Path checkpoints = directory.resolve("checkpoints-" + store);
        copy(GOLDEN, checkpoints.resolve("savepoints").resolve("golden"));
        LocalJob job =
                LocalJob.start(
                        kafka(broker, bench.ends(), bench.store(store).toUri().toString()),
                        settings(),
                        flink(checkpoints, rocksDb, parallelism),
                        codecs,
                        false);
        job.awaitEnds(counts -> {});
        job.stop();
        return job;
    }

    /** Stops a live job in which the newest events wait for the watermark, with a savepoint. */
    private static void write() throws Exception {
        Path place = Files.createDirectories(directory.resolve("writing"));
        try (LocalBroker other = LocalBroker.start(place.resolve("broker"), 0)) {
            JobBench writing = new JobBench(other, place, "golden", false);
            writing.send(EARLIER.iterator());
            Path bundle = Files.write(place.resolve("bundle.zip"), JobBench.BUNDLE.zip());
            announce(other, bundle);
            Path checkpoints = place.resolve("checkpoints");
            LocalJob job =
                    LocalJob.start(
                            kafka(other, Map.of(), null),
                            settings(),
                            flink(checkpoints, false, 2),
                            SimulatedRecording.CODECS,
                            true);
            job.awaitRunning();
            long labels = EARLIER.stream().filter(row -> row.label() != null).count();
            JobCounts counts = job.counts();
            while (counts.read() < EARLIER.size()
                    || counts.labels() < labels
                    || counts.scored() == 0) {
                job.awaitRead(EARLIER.size() + 1, Duration.ofSeconds(1));
                counts = job.counts();
            }
            counts = job.stop();
            assertThat(counts.isBalanced()).as("some wait").isFalse();
            delete(GOLDEN);
            copy(new RestorePoint(checkpoints).newest().orElseThrow(), GOLDEN);
        }
    }

    private static void announce(LocalBroker to, Path bundle) {
        new PointerTopic(to.bootstrapServers(), NAMES.models(), Map.of())
                .announce(
                        new ModelPointer(
                                ModelPointer.CHAMPION,
                                JobBench.BUNDLE.bundle().id(),
                                bundle.toUri().toString(),
                                BundleFormat.sha256(JobBench.BUNDLE.zip()),
                                JobBench.SCHEMA.fingerprint(),
                                0,
                                0.5));
    }

    private static KafkaSettings kafka(
            LocalBroker at, Map<String, Map<Integer, Long>> ends, String store) {
        return new KafkaSettings(
                at.bootstrapServers(),
                Map.of(),
                NAMES.prefix() + "job",
                KafkaSettings.Start.EARLIEST,
                ends,
                NAMES.transactions(),
                NAMES.labels(),
                NAMES.models(),
                NAMES.alerts(),
                NAMES.rejected(),
                NAMES.late(),
                NAMES.scored(),
                false,
                store);
    }

    private static JobSettings settings() {
        return new JobSettings(
                OrderMode.EVENT_TIME,
                LatePolicy.SCORE,
                SimulatedRecording.BOUND,
                Duration.ofSeconds(30),
                Duration.ofDays(7),
                JobSettings.MAX_EVENTS_PER_HISTORY,
                JobSettings.HISTORY_CACHE_MB,
                null,
                List.of(),
                false,
                true,
                TrustedKeys.NONE,
                0);
    }

    private static FlinkSettings flink(Path checkpoints, boolean rocksDb, int parallelism) {
        return new FlinkSettings(
                parallelism,
                64,
                Duration.ofSeconds(1),
                checkpoints.toUri(),
                rocksDb,
                -1,
                // One file instead of one for each small part.
                Map.of("execution.checkpointing.data-inline-threshold", "1mb"));
    }

    private static Codecs otherRates() {
        Map<String, BigDecimal> rates = new HashMap<>();
        for (String rate : SimulatedRecording.CODECS.rates().canonicalText().split(" ")) {
            String[] parts = rate.split("=");
            if (parts.length == 2 && !parts[0].equals("EUR")) {
                rates.put(parts[0], new BigDecimal(parts[1]).multiply(new BigDecimal("1.25")));
            }
        }
        return SimulatedRecording.codecs(
                new ExchangeRates("later", "EUR", rates), CardTokenPolicy.trustedTokens());
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    private static void delete(Path old) throws IOException {
        if (Files.isDirectory(old)) {
            try (Stream<Path> files = Files.list(old)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
