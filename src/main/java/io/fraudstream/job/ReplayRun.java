package io.fraudstream.job;

import io.fraudstream.alert.ScoredTransaction;
import io.fraudstream.job.kafka.Codecs;
import io.fraudstream.job.kafka.ReceivedWatermarks;
import io.fraudstream.job.kafka.RecordWriter.SerializableFunction;
import io.fraudstream.job.replay.RecordedPartitions;
import io.fraudstream.job.replay.RecordedSource;
import io.fraudstream.job.state.Announced;
import io.fraudstream.job.state.JobTypes;
import io.fraudstream.job.state.Received;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.JobID;
import org.apache.flink.client.program.MiniClusterClient;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.core.execution.CheckpointType;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.CheckpointStatsSnapshot;
import org.apache.flink.runtime.client.JobExecutionException;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.filesystem.bucketassigners.BasePathBucketAssigner;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.OnCheckpointRollingPolicy;

/**
 * Runs a recording through the job up to its end, on a Flink cluster inside this JVM whose task
 * manager can be ended on the way, and leaves a line for each scored event in files.
 */
public final class ReplayRun implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final int RESTARTS = 3;

    /** Only those that are asked for. */
    private static final Duration NO_PERIODIC_CHECKPOINTS = Duration.ofDays(3650);

    private final ReplayInput input;
    private final JobSettings settings;
    private final FlinkSettings flink;
    private final Codecs codecs;
    private final Path directory;
    private final SerializableFunction<ScoredTransaction, byte[]> line;
    private final Configuration configuration;
    private final MiniCluster cluster;
    private final MiniClusterClient client;

    /**
     * What is to happen on the way.
     *
     * @param kill whether the task manager is ended after half of the recording, a quarter behind a
     *     checkpoint, from which the job is then restored
     * @param savepoint whether the job is stopped with a savepoint after half of the recording, to
     *     go on from it
     */
    public record Trials(boolean kill, boolean savepoint) {}

    /**
     * What has happened.
     *
     * @param checkpoint that the job was restored from after its task manager had ended; 0 if it
     *     was not to end
     * @param readAgain transactions that had been read behind that checkpoint
     * @param savepoint where the savepoint was that the job went on from; {@code null} without one
     */
    public record Result(JobCounts counts, long checkpoint, long readAgain, String savepoint) {}

    /**
     * Starts the cluster.
     *
     * @param directory for lines, checkpoints and savepoints
     * @param line what is kept of a scored event, without an end of line
     */
    public ReplayRun(
            ReplayInput input,
            JobSettings settings,
            FlinkSettings flink,
            Codecs codecs,
            Path directory,
            SerializableFunction<ScoredTransaction, byte[]> line)
            throws Exception {
        this.input = input;
        this.settings = settings;
        this.flink = flink;
        this.codecs = codecs;
        this.directory = directory;
        this.line = line;
        this.configuration = LocalJob.configuration(flink, settings.order());
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, RESTARTS);
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, POLL);
        this.cluster =
                new MiniCluster(
                        new MiniClusterConfiguration.Builder()
                                .setConfiguration(configuration)
                                .setNumTaskManagers(1)
                                .setNumSlotsPerTaskManager(flink.parallelism())
                                .withRandomPorts()
                                .build());
        cluster.start();
        this.client = new MiniClusterClient(configuration, cluster);
    }

    /** Where the lines are, in files of no order, when the run is over. */
    public static Path lines(Path directory) {
        return directory.resolve("lines");
    }

    /**
     * Runs the recording to its end.
     *
     * @param progress told the counts now and then
     * @throws ExecutionException if the job fails by itself, or if a failure that was called for
     *     had no effect
     */
    public Result run(Trials trials, Consumer<JobCounts> progress) throws Exception {
        JobID job = submit(null, trials.kill());
        long checkpoint = 0;
        String savepoint = null;
        if (trials.kill()) {
            checkpoint = failAfterCheckpoint(job, progress);
        }
        if (trials.savepoint()) {
            readTo(2, job, progress);
            savepoint = stop(job);
            job = submit(savepoint, false);
        }
        readTo(RecordedPartitions.QUARTERS, job, progress);
        stop(job);
        JobCounts counts = JobCounts.of(result(job).getAllAccumulatorResults());
        long readAgain =
                trials.kill()
                        ? input.transactions().released(2) - input.transactions().released(1)
                        : 0;
        return new Result(counts, checkpoint, readAgain, savepoint);
    }

    /** Ends the task manager where records have been read behind a checkpoint. */
    private long failAfterCheckpoint(JobID job, Consumer<JobCounts> progress) throws Exception {
        readTo(1, job, progress);
        long checkpoint = client.triggerCheckpoint(job, CheckpointType.FULL).get();
        readTo(2, job, progress);
        cluster.terminateTaskManager(0).get();
        cluster.startTaskManager();
        while (checkpoints(job).getCounts().getNumberOfRestoredCheckpoints() == 0) {
            pause(job);
        }
        long restored = checkpoints(job).getLatestRestoredCheckpoint().getCheckpointId();
        if (restored != checkpoint) {
            throw new ExecutionException(
                    "the job was restored from checkpoint " + restored + ", expected " + checkpoint,
                    null);
        }
        readTo(2, job, progress);
        return checkpoint;
    }

    private CheckpointStatsSnapshot checkpoints(JobID job) throws Exception {
        return cluster.getExecutionGraph(job).get().getCheckpointStatsSnapshot();
    }

    private JobID submit(String savepoint, boolean onlyCheckpointsAskedFor) throws Exception {
        Configuration c = new Configuration(configuration);
        if (savepoint != null) {
            c.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
        }
        if (onlyCheckpointsAskedFor) {
            c.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, NO_PERIODIC_CHECKPOINTS);
        }
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(c);
        env.setParallelism(flink.parallelism());
        if (input.topics() == null) {
            buildOnFiles(env);
        } else {
            KafkaPipeline.build(env, input.topics(), settings, codecs, this::keepingLines);
        }
        return client.submitJob(env.getStreamGraph()).get();
    }

    private void buildOnFiles(StreamExecutionEnvironment env) throws IOException {
        RecordedPartitions transactions = input.transactions();
        RecordedPartitions labels = input.labels();
        keepingLines(
                env.fromSource(
                                RecordedSource.transactions(transactions, codecs),
                                ReceivedWatermarks.untilEnd(settings.outOfOrderness()),
                                "Transactions",
                                JobTypes.RECEIVED)
                        .setParallelism(KafkaPipeline.readers(env, transactions.records().size()))
                        .uid(OperatorUids.TRANSACTION_SOURCE),
                env.fromSource(
                                RecordedSource.labels(labels, codecs),
                                ReceivedWatermarks.untilEnd(settings.outOfOrderness()),
                                "Labels",
                                JobTypes.RECEIVED)
                        .setParallelism(KafkaPipeline.readers(env, labels.records().size()))
                        .uid(OperatorUids.LABEL_SOURCE),
                env.fromSource(
                                RecordedSource.noPointers(
                                        RecordedPartitions.empty(labels.directory(), "models")),
                                KafkaPipeline.neverHoldingBack(),
                                "Model pointers",
                                JobTypes.ANNOUNCED)
                        .setParallelism(1)
                        .uid(OperatorUids.POINTER_SOURCE),
                settings,
                codecs);
    }

    /** The job itself, with its lines in files. */
    private FraudPipeline.Outputs keepingLines(
            DataStream<Received> transactions,
            DataStream<Received> labelRecords,
            DataStream<Announced> pointers,
            JobSettings jobSettings,
            Codecs jobCodecs) {
        FraudPipeline.Outputs outputs =
                FraudPipeline.build(transactions, labelRecords, pointers, jobSettings, jobCodecs);
        outputs.scored().sinkTo(lineFiles()).uid(OperatorUids.REPLAY_OUTPUT).name("Lines");
        return outputs;
    }

    private FileSink<ScoredTransaction> lineFiles() {
        SerializableFunction<ScoredTransaction, byte[]> toLine = line;
        return FileSink.<ScoredTransaction>forRowFormat(
                        new org.apache.flink.core.fs.Path(lines(directory).toUri()),
                        (scored, out) -> {
                            out.write(toLine.apply(scored));
                            out.write('\n');
                        })
                .withBucketAssigner(new BasePathBucketAssigner<>())
                .withRollingPolicy(OnCheckpointRollingPolicy.build())
                .build();
    }

    /** Lets more in, and waits until all of it has been read and what can be scored is. */
    private void readTo(int quarters, JobID job, Consumer<JobCounts> progress) throws Exception {
        input.feed().release(quarters);
        while (true) {
            JobCounts counts = JobCounts.of(accumulators(job));
            progress.accept(counts);
            if (isRead(counts, quarters) && allTasksRun(job)) {
                return;
            }
            pause(job);
        }
    }

    /** What reads may do so while others are still made ready, and then nothing can be kept. */
    private boolean allTasksRun(JobID job) throws Exception {
        for (AccessExecutionVertex task :
                cluster.getExecutionGraph(job).get().getAllExecutionVertices()) {
            if (task.getExecutionState() != ExecutionState.RUNNING) {
                return false;
            }
        }
        return true;
    }

    private boolean isRead(JobCounts counts, int quarters) {
        return counts.read() == input.transactions().released(quarters)
                && counts.labels() + counts.labelsRejected() == input.labels().released(quarters)
                && (quarters < RecordedPartitions.QUARTERS || counts.isBalanced());
    }

    private Map<String, Object> accumulators(JobID job) throws Exception {
        return client.getAccumulators(job, getClass().getClassLoader()).get();
    }

    private void pause(JobID job) throws Exception {
        if (client.getJobStatus(job).get().isGloballyTerminalState()) {
            result(job);
            throw new ExecutionException("the job has ended by itself", null);
        }
        TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
    }

    private JobExecutionResult result(JobID job) throws Exception {
        try {
            return client.requestJobResult(job)
                    .get()
                    .toJobExecutionResult(getClass().getClassLoader());
        } catch (JobExecutionException failed) {
            Throwable cause = failed;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            throw new ExecutionException("the job failed: " + cause, failed);
        }
    }

    /** Stops with a savepoint; the lines up to here are then in whole files. */
    private String stop(JobID job) throws Exception {
        String savepoint =
                client.stopWithSavepoint(
                                job,
                                false,
                                directory.resolve("savepoints").toUri().toString(),
                                SavepointFormatType.CANONICAL)
                        .get();
        result(job);
        return Path.of(URI.create(savepoint)).toString();
    }

    @Override
    public void close() throws IOException {
        client.close();
        try {
            cluster.close();
        } catch (Exception e) {
            throw new IOException("the cluster in this process did not end: " + e, e);
        }
    }
}
