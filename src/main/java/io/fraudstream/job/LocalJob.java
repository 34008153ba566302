package io.fraudstream.job;

import io.fraudstream.job.kafka.Codecs;
import io.fraudstream.job.operator.CheckpointedCounters;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.state.rocksdb.RocksDBConfigurableOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.rocksdb.CompressionType;

/**
 * The job on a Flink cluster inside this JVM. It goes on where the last run stopped, unless it is
 * told to begin afresh, and stops with a savepoint, so that nothing is lost or doubled between
 * runs.
 */
public final class LocalJob {
    private static final Duration SAVEPOINT_PATIENCE = Duration.ofMinutes(5);
    private static final Duration HEARTBEAT = Duration.ofMillis(500);
    private static final Duration POLL = Duration.ofMillis(250);

    private final JobClient client;
    private final KafkaSettings kafka;
    private final Path checkpoints;
    private final JobCounts before;
    private final boolean resumed;
    private boolean stopped;
    private JobCounts last = JobCounts.NONE;

    private LocalJob(
            JobClient client,
            KafkaSettings kafka,
            Path checkpoints,
            JobCounts before,
            boolean resumed) {
        this.client = client;
        this.kafka = kafka;
        this.checkpoints = checkpoints;
        this.before = before;
        this.resumed = resumed;
    }

    /**
     * Starts the job and returns at once.
     *
     * @param fresh whether to begin without the state of an earlier run
     * @throws IOException if the checkpoints cannot be looked through
     * @throws ExecutionException if the job cannot be started
     */
    public static LocalJob start(
            KafkaSettings kafka,
            JobSettings settings,
            FlinkSettings flink,
            Codecs codecs,
            boolean fresh)
            throws IOException, ExecutionException {
        return start(kafka, settings, flink, codecs, fresh, FraudPipeline::build);
    }

    /** The same with another workflow between sources and sinks, to compare the job with. */
    public static LocalJob start(
            KafkaSettings kafka,
            JobSettings settings,
            FlinkSettings flink,
            Codecs codecs,
            boolean fresh,
            FraudPipeline.Topology topology)
            throws IOException, ExecutionException {
        Path checkpoints = Path.of(flink.checkpoints());
        Configuration configuration = configuration(flink, settings.order());
        Optional<Path> point = fresh ? Optional.empty() : new RestorePoint(checkpoints).newest();
        point.ifPresent(
                path ->
                        configuration.set(
                                StateRecoveryOptions.SAVEPOINT_PATH, path.toUri().toString()));
        JobCounts before = point.isPresent() ? RestorePoint.countsAt(point.get()) : JobCounts.NONE;
        StreamExecutionEnvironment env =
                flink.webPort() < 0
                        ? StreamExecutionEnvironment.createLocalEnvironment(
                                flink.parallelism(), configuration)
                        : StreamExecutionEnvironment.createLocalEnvironmentWithWebUI(configuration);
        env.setParallelism(flink.parallelism());
        KafkaPipeline.build(
                env, kafka, KafkaPipeline.withAnnounced(kafka, settings), codecs, topology);
        if (point.isEmpty() || kafka.runsUntilEnd()) {
            forgetCommittedOffsets(kafka);
        }
        try {
            return new LocalJob(
                    env.executeAsync("Fraudstream"), kafka, checkpoints, before, point.isPresent());
        } catch (Exception e) {
            throw new ExecutionException("the job could not be started", e);
        }
    }

    /** What an earlier job committed would look as if this one had read it. */
    private static void forgetCommittedOffsets(KafkaSettings kafka) throws ExecutionException {
        try (Admin admin = Admin.create(clientProperties(kafka))) {
            admin.deleteConsumerGroups(List.of(kafka.groupId())).all().get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof GroupIdNotFoundException)) {
                throw e;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ExecutionException("interrupted while starting", e);
        }
    }

    private static Properties clientProperties(KafkaSettings kafka) {
        Properties properties = new Properties();
        properties.putAll(kafka.properties());
        properties.put("bootstrap.servers", kafka.bootstrapServers());
        return properties;
    }

    static Configuration configuration(FlinkSettings flink, OrderMode order) {
        Configuration c = new Configuration();
        c.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, flink.checkpointInterval());
        c.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, flink.checkpoints().toString());
        c.set(
                CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
        c.set(CheckpointingOptions.MAX_RETAINED_CHECKPOINTS, 2);
        // Decompressing also reads in blocks: Flink takes a savepoint's entries from a local file
        // with several calls of the system each, which takes minutes for millions of ids, and for a
        // million cards on the heap four times as long as what is compressed.
        c.set(ExecutionOptions.SNAPSHOT_COMPRESSION, true);
        c.set(StateBackendOptions.STATE_BACKEND, flink.rocksDb() ? "rocksdb" : "hashmap");
        if (flink.rocksDb()) {
            // A whole checkpoint reads all there is; a filter spares looking for ids never seen.
            c.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
            c.set(RocksDBConfigurableOptions.USE_BLOOM_FILTER, true);
            c.set(
                    RocksDBConfigurableOptions.COMPRESSION_PER_LEVEL,
                    List.of(CompressionType.NO_COMPRESSION));
        }
        KafkaPipeline.demand(c, flink, order);
        // Accumulators travel with heartbeats, and whoever waits for counts waits for these.
        c.set(HeartbeatManagerOptions.HEARTBEAT_INTERVAL, HEARTBEAT);
        c.set(CoreOptions.DEFAULT_PARALLELISM, flink.parallelism());
        c.set(TaskManagerOptions.NUM_TASK_SLOTS, flink.parallelism());
        c.set(
                TaskManagerOptions.MANAGED_MEMORY_SIZE,
                MemorySize.ofMebiBytes(flink.rocksDb() ? 512 : 64));
        c.set(RestartStrategyOptions.RESTART_STRATEGY, "exponential-delay");
        if (flink.webPort() >= 0) {
            c.set(RestOptions.BIND_PORT, Integer.toString(flink.webPort()));
        }
        flink.extra().forEach(c::setString);
        return c;
    }

    /** Whether the job went on from an earlier run. */
    public boolean isResumed() {
        return resumed;
    }

    /** What this run has counted so far; while it runs a little behind. */
    public JobCounts counts() {
        if (!stopped) {
            try {
                last = JobCounts.of(client.getAccumulators().get(10, TimeUnit.SECONDS));
            } catch (ExecutionException | TimeoutException notNow) {
                // The job is just restarting or ending; the last counts stand.
                return last.since(before);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return last.since(before);
    }

    /** What the job has counted since it began afresh. */
    public JobCounts totals() {
        return last;
    }

    /** Completes when the job ends by itself, which it does only by failing. */
    public CompletableFuture<JobExecutionResult> ended() {
        return client.getJobExecutionResult();
    }

    /**
     * Waits until everything up to the end offsets has been read and is part of a completed
     * checkpoint, and every record read has come to its end.
     *
     * @param progress told the counts now and then
     * @throws ExecutionException if the job fails meanwhile
     */
    public void awaitEnds(Consumer<JobCounts> progress)
            throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(clientProperties(kafka))) {
            while (!stopped && !(isRead(admin) && isBalanced())) {
                try {
                    ended().get(POLL.toMillis(), TimeUnit.MILLISECONDS);
                    return;
                } catch (TimeoutException stillRunning) {
                    progress.accept(counts());
                }
            }
        }
    }

    /** Waits until every task runs. */
    public void awaitRunning() throws ExecutionException, InterruptedException {
        while (client.getJobStatus().get() != JobStatus.RUNNING || !hasReported()) {
            pause();
        }
    }

    /** The admission of records reports its counts as soon as it has begun. */
    private boolean hasReported() throws ExecutionException, InterruptedException {
        return client.getAccumulators().get().containsKey(CheckpointedCounters.READ)
                && client.getAccumulators().get().containsKey(CheckpointedCounters.SCORED);
    }

    /**
     * Waits until this run has read so many records and all of them have come to their end, but no
     * longer than this.
     *
     * @throws ExecutionException if the job fails meanwhile
     */
    public void awaitRead(long records, Duration atMost)
            throws ExecutionException, InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (System.nanoTime() < deadline) {
            if (counts().read() >= records && last.isBalanced()) {
                return;
            }
            pause();
        }
    }

    /**
     * Over all runs: one that was stopped may have left events that this one brings to their end.
     */
    private boolean isBalanced() {
        counts();
        return last.isBalanced();
    }

    private void pause() throws ExecutionException, InterruptedException {
        try {
            ended().get(POLL.toMillis(), TimeUnit.MILLISECONDS);
            throw new ExecutionException(new IllegalStateException("the job has ended by itself"));
        } catch (TimeoutException stillRunning) {
            // So it should be.
            return;
        }
    }

    private boolean isRead(Admin admin) throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetAndMetadata> committed =
                admin.listConsumerGroupOffsets(kafka.groupId())
                        .partitionsToOffsetAndMetadata()
                        .get();
        for (Map.Entry<String, Map<Integer, Long>> topic : kafka.endOffsets().entrySet()) {
            for (Map.Entry<Integer, Long> end : topic.getValue().entrySet()) {
                OffsetAndMetadata at =
                        committed.get(new TopicPartition(topic.getKey(), end.getKey()));
                if (at == null || at.offset() < end.getValue()) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * Stops with a savepoint from which the next run goes on; everything read is then committed,
     * Parquet files included.
     *
     * @return what this run has counted
     * @throws ExecutionException if the savepoint fails; the last checkpoint is then what the next
     *     run goes on from
     */
    public synchronized JobCounts stop()
            throws ExecutionException, InterruptedException, IOException {
        if (stopped) {
            return last.since(before);
        }
        try {
            String savepoint =
                    client.stopWithSavepoint(
                                    false,
                                    checkpoints.resolve("savepoints").toUri().toString(),
                                    SavepointFormatType.CANONICAL)
                            .get(SAVEPOINT_PATIENCE.toSeconds(), TimeUnit.SECONDS);
            last = JobCounts.of(ended().get(1, TimeUnit.MINUTES).getAllAccumulatorResults());
            stopped = true;
            RestorePoint.writeCounts(Path.of(URI.create(savepoint)), last);
            return last.since(before);
        } catch (TimeoutException slow) {
            throw new ExecutionException(
                    "the savepoint was not complete within " + SAVEPOINT_PATIENCE, slow);
        }
    }

    /** Ends the job at once; the next run goes on from the last checkpoint. */
    public void cancel() throws ExecutionException, InterruptedException {
        client.cancel().get();
        ended().handle((result, cancelled) -> result).get();
        stopped = true;
    }
}
