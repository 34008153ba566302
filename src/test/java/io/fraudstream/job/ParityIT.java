package io.fraudstream.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fraudstream.kafka.LocalBroker;
import io.fraudstream.recording.Mapping;
import io.fraudstream.recording.RecordedTransaction;
import io.fraudstream.recording.RecordingReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * In event-time mode the job finds the same features and scores as the offline path, bit for bit,
 * whatever the parallelism and however partitions interleave.
 */
@Timeout(300)
class ParityIT {
    @TempDir private static Path directory;

    private static LocalBroker broker;

    @BeforeAll
    static void startBroker() throws IOException {
        broker = LocalBroker.start(directory.resolve("broker"), 0);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void aSimulatedRecordingGivesTheSameAtAnyParallelism() throws Exception {
        List<RecordedTransaction> rows = SimulatedRecording.rows(11, 380, 40, time -> true);
        OfflineRun offline = OfflineRun.of(rows, JobBench.BUNDLE.bundle());
        assertThat(rows).hasSizeGreaterThan(30_000);
        assertThat(offline.labels).isGreaterThan(100);
        assertThat(offline.duplicates).isGreaterThan(100);
        assertThat(offline.rejected).isGreaterThan(100);

        JobBench bench = new JobBench(broker, directory, "simulated", false);
        bench.send(rows.iterator());
        JobCounts one = assertParity(bench, rows, offline, 1);
        JobCounts four = assertParity(bench, rows, offline, 4);

        assertThat(one.labels()).isEqualTo(four.labels()).isEqualTo(offline.labels);
        assertThat(one.alerts()).isEqualTo(four.alerts());
        assertThat(bench.rejected()).hasSize(2 * Math.toIntExact(offline.rejected));
    }

    @Test
    void aFileOfTheRecordedStreamGivesTheSame() throws Exception {
        String recordings = System.getProperty("fraudstream.recording");
        assumeTrue(recordings != null, "fraudstream.recording names no directory");
        List<RecordedTransaction> rows = new ArrayList<>();
        try (RecordingReader reader =
                new RecordingReader(
                        List.of(Path.of(recordings, "handbook-2018-04.csv.gz")),
                        Mapping.load(Path.of("config/mappings/handbook.yaml")))) {
            reader.forEachRemaining(rows::add);
        }
        OfflineRun offline = OfflineRun.of(rows, JobBench.BUNDLE.bundle());

        JobBench bench = new JobBench(broker, directory, "handbook", false);
        bench.send(rows.iterator());
        assertParity(bench, rows, offline, 1);
        assertParity(bench, rows, offline, 4);
    }

    private static JobCounts assertParity(
            JobBench bench, List<RecordedTransaction> rows, OfflineRun offline, int parallelism)
            throws Exception {
        double threshold = offline.quantile(0.99);
        String store = "store-" + parallelism;
        JobCounts counts = bench.runUntilEnd(store, parallelism, threshold, true);

        StoredResults.assertSame(bench.stored(store), offline.results.values());
        assertThat(counts.read()).isEqualTo(rows.size());
        assertThat(counts.scored()).isEqualTo(offline.results.size());
        assertThat(counts.rejected()).isEqualTo(offline.rejected);
        assertThat(counts.duplicate()).isEqualTo(offline.duplicates);
        assertThat(counts.late()).isZero();
        assertThat(counts.isBalanced()).isTrue();
        assertThat(counts.alerts()).isEqualTo(offline.alertsFrom(threshold)).isPositive();
        return counts;
    }
}
