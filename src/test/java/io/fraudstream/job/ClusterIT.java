package io.fraudstream.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.fraudstream.cluster.BrokerProcess;
import io.fraudstream.cluster.FlinkCluster;
import io.fraudstream.job.operator.CheckpointedCounters;
import io.fraudstream.recording.RecordedTransaction;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(900)
class ClusterIT {
    @TempDir private Path directory;

    @Test
    void aTaskManagerIsKilled() throws Exception {
        List<RecordedTransaction> rows = SimulatedRecording.rows(5, 400, 20, time -> true);
        OfflineRun offline = OfflineRun.of(rows, JobBench.BUNDLE.bundle());
        double threshold = offline.quantile(0.98);
        try (BrokerProcess broker = BrokerProcess.start(directory.resolve("broker"));
                FlinkCluster cluster =
                        FlinkCluster.start(
                                Path.of("target/cluster"),
                                FlinkCluster.Layout.DEFAULT,
                                Map.of("execution.checkpointing.interval", "1 s"))) {
            ClusterBench bench = new ClusterBench(cluster, broker, directory, "thin");
            bench.announce(JobBench.BUNDLE, Long.MIN_VALUE, threshold);
            cluster.awaitSlots();
            bench.deploy(true, List.of(), 2, null);
            List<ClusterBench.Record> records = bench.records(rows);
            bench.send(records);
            ClusterBench.await(
                    "a checkpoint among records",
                    () ->
                            bench.counted(CheckpointedCounters.SCORED) > 0
                                    && bench.checkpoints().completed() > 2);
            System.err.println(
                    bench.checkpoints() + " read " + bench.counted("read") + " of " + rows.size());
            cluster.taskManagers().get(0).kill();
            cluster.startTaskManager(0);
            ClusterBench.await(
                    "it goes on",
                    () ->
                            bench.checkpoints().restored() > 0
                                    && cluster.rest().isRunning(bench.job()));
            System.err.println(bench.checkpoints());
            bench.sendClosing(rows.get(rows.size() - 1).eventTime());
            bench.awaitEnded(rows.size());
            String savepoint = cluster.rest().stop(bench.job());
            System.err.println(savepoint);
            StoredResults.assertSame(JobBench.storedIn(bench.store()), offline.results.values());
            assertThat(bench.scored()).hasSize(offline.results.size());
        }
    }
}
