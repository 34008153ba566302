package io.fraudstream.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.fraudstream.kafka.LocalBroker;
import io.fraudstream.recording.RecordedTransaction;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A run that goes on from a savepoint loses nothing, doubles nothing and finds what one run would
 * have found.
 */
@Timeout(300)
class RestartIT {
    private static final Instant MIDDLE = SimulatedRecording.START.plus(Duration.ofDays(10));
    private static final int PARALLELISM = 2;

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

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void goingOnGivesWhatOneRunGives(boolean exactlyOnce) throws Exception {
        List<RecordedTransaction> earlier =
                SimulatedRecording.rows(5, 100, 20, time -> time.isBefore(MIDDLE));
        List<RecordedTransaction> later =
                SimulatedRecording.rows(5, 100, 20, time -> !time.isBefore(MIDDLE));
        List<RecordedTransaction> all = SimulatedRecording.rows(5, 100, 20, time -> true);
        OfflineRun offline = OfflineRun.of(all, JobBench.BUNDLE.bundle());
        double threshold = offline.quantile(0.98);
        JobBench bench =
                new JobBench(broker, directory, "exactly-once-" + exactlyOnce, exactlyOnce);

        bench.send(earlier.iterator());
        JobCounts first = bench.runUntilEnd("store", PARALLELISM, threshold, false);
        bench.send(later.iterator());
        JobCounts second = bench.runUntilEnd("store", PARALLELISM, threshold, false);

        assertThat(first.isBalanced()).isTrue();
        assertThat(first.read()).isEqualTo(earlier.size());
        assertThat(second.isBalanced()).isTrue();
        assertThat(second.read()).isEqualTo(later.size());
        assertThat(first.scored() + second.scored()).isEqualTo(offline.results.size());
        assertThat(first.duplicate() + second.duplicate()).isEqualTo(offline.duplicates);
        StoredResults.assertSame(bench.stored("store"), offline.results.values());
        assertThat(bench.alertIds())
                .containsExactlyInAnyOrderElementsOf(
                        offline.results.values().stream()
                                .filter(result -> result.score() >= threshold && !result.reversal())
                                .map(result -> "alert-" + result.key())
                                .toList())
                .hasSize(Math.toIntExact(first.alerts() + second.alerts()));
    }

    @Test
    void aRunReadsWhatNoRunHasReadUnlessItBeginsAfresh() throws Exception {
        List<RecordedTransaction> earlier =
                SimulatedRecording.rows(6, 40, 12, time -> time.isBefore(MIDDLE));
        List<RecordedTransaction> later =
                SimulatedRecording.rows(6, 40, 12, time -> !time.isBefore(MIDDLE));
        List<RecordedTransaction> all = SimulatedRecording.rows(6, 40, 12, time -> true);
        OfflineRun offline = OfflineRun.of(all, JobBench.BUNDLE.bundle());
        JobBench bench = new JobBench(broker, directory, "after-the-ends", false);

        bench.send(earlier.iterator());
        Map<String, Map<Integer, Long>> ends = bench.ends();
        bench.send(later.iterator()); // A producer does not pause for a run.
        JobCounts first = bench.runUntil(ends, "store", PARALLELISM, 1, true);
        JobCounts second = bench.runUntilEnd("store", PARALLELISM, 1, false);
        JobCounts third = bench.runUntilEnd("store", PARALLELISM, 1, false);
        JobCounts afresh = bench.runUntilEnd("second-store", PARALLELISM, 1, true);

        assertThat(first.read()).isEqualTo(earlier.size());
        assertThat(second.read()).isEqualTo(later.size());
        assertThat(third.read()).isZero();
        assertThat(afresh.read()).isEqualTo(all.size());
        StoredResults.assertSame(bench.stored("store"), offline.results.values());
        StoredResults.assertSame(bench.stored("second-store"), offline.results.values());
    }
}
