package io.fraudstream.bench;

import com.sun.management.OperatingSystemMXBean;
import io.fraudstream.cluster.BrokerProcess;
import io.fraudstream.config.CodecParts;
import io.fraudstream.config.JobPlan;
import io.fraudstream.config.Settings;
import io.fraudstream.config.SettingsException;
import io.fraudstream.config.SettingsReader;
import io.fraudstream.job.FlinkSettings;
import io.fraudstream.job.FraudPipeline;
import io.fraudstream.job.JobCounts;
import io.fraudstream.job.KafkaSettings;
import io.fraudstream.job.LocalJob;
import io.fraudstream.kafka.Pause;
import io.fraudstream.kafka.RecordProducer;
import io.fraudstream.kafka.RecordingSender;
import io.fraudstream.kafka.ReplaySpeed;
import io.fraudstream.kafka.TopicNames;
import io.fraudstream.kafka.Topics;
import io.fraudstream.model.BundleFormat;
import io.fraudstream.recording.RecordedTransaction;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.training.ScoredEvent;
import io.fraudstream.training.TrainedModel;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Topics on a broker in a process of its own, and jobs that run before them in this one. */
final class Testbed implements AutoCloseable {
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private static final long FIRST_RECORDS = 50_000;
    private static final Duration CATCHING_UP = Duration.ofMinutes(3);
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** {@code null} for the broker of another process. */
    private final BrokerProcess broker;

    private final String bootstrapServers;
    private final TopicNames names;
    private final Path directory;
    private final CodecParts parts;
    private int runs;

    /**
     * A job that can be measured.
     *
     * @param passthrough whether it is {@link Passthrough} instead of the product
     * @param champion what it scores with; {@code null} to observe
     * @param settings over the defaults, by their keys
     * @param history the savepoint that it goes on from; {@code null} to begin afresh
     */
    record Trial(
            boolean passthrough,
            ModelPointer champion,
            Map<String, String> settings,
            Path history) {
        Trial with(String key, String value) {
            Map<String, String> more = new HashMap<>(settings);
            more.put(key, value);
            return new Trial(passthrough, champion, more, history);
        }

        Trial after(Path savepoint) {
            return new Trial(passthrough, champion, settings, savepoint);
        }
    }

    /**
     * How fast events went through, and the CPU seconds of this process for a million of them. What
     * the compiler takes is left out where it can be told: a job that runs for days has none of it.
     */
    record Pace(double eventsPerSecond, double cpuSecondsPerMillion) {}

    private Testbed(
            BrokerProcess broker,
            String bootstrapServers,
            TopicNames names,
            Path directory,
            CodecParts parts) {
        this.broker = broker;
        this.bootstrapServers = bootstrapServers;
        this.names = names;
        this.directory = directory;
        this.parts = parts;
    }

    /** Starts the broker and makes the topics, with so many partitions each. */
    static Testbed open(Path directory, int partitions) throws IOException, SettingsException {
        TopicNames names = new TopicNames("");
        BrokerProcess broker = BrokerProcess.start(directory);
        Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "bench-broker"));
        try (Topics topics = new Topics(broker.bootstrapServers(), names)) {
            topics.create(new Topics.Layout(partitions, Optional.empty(), Optional.empty()));
        }
        return new Testbed(broker, broker.bootstrapServers(), names, directory, defaults());
    }

    /** With the broker and the topics of another process. */
    static Testbed at(String bootstrapServers, String prefix, Path directory)
            throws SettingsException {
        return new Testbed(null, bootstrapServers, new TopicNames(prefix), directory, defaults());
    }

    private static CodecParts defaults() throws SettingsException {
        return CodecParts.of(
                new SettingsReader(Map.of()).read(null, Map.of()).transactions(), Map.of());
    }

    String bootstrapServers() {
        return bootstrapServers;
    }

    TopicNames names() {
        return names;
    }

    CodecParts parts() {
        return parts;
    }

    /** The same broker with topics of their own, before whose names the prefix stands. */
    Testbed withTopics(String prefix, int partitions) throws IOException {
        TopicNames others = new TopicNames(prefix);
        try (Topics topics = new Topics(bootstrapServers, others)) {
            topics.create(new Topics.Layout(partitions, Optional.empty(), Optional.empty()));
        }
        return new Testbed(
                null, bootstrapServers, others, directory.resolve("topics-" + prefix), parts);
    }

    /** Sends transactions and the labels that go with them, as fast as they come. */
    void fill(Iterator<RecordedTransaction> rows) throws InterruptedException {
        try (RecordProducer producer = RecordProducer.forThroughput(bootstrapServers)) {
            new RecordingSender(producer, names, ReplaySpeed.MAX, Clock.systemUTC(), Pause.SLEEP)
                    .send(rows, progress -> {});
        }
    }

    /** How many transactions there are. */
    long transactions() {
        return ends(names.transactions()).values().stream().mapToLong(Long::longValue).sum();
    }

    private Map<Integer, Long> ends(String topic) {
        try (Topics topics = new Topics(bootstrapServers, names)) {
            return topics.ends(topic);
        }
    }

    /** Points to a model with a threshold that one in a hundred of its validation scores reach. */
    ModelPointer serving(TrainedModel model) throws IOException {
        Path bundle = directory.resolve(model.bundle().id() + ".zip");
        Files.write(bundle, model.zip());
        double[] scores =
                model.validationEvents().stream()
                        .mapToDouble(ScoredEvent::score)
                        .sorted()
                        .toArray();
        return new ModelPointer(
                ModelPointer.CHAMPION,
                model.bundle().id(),
                bundle.toUri().toString(),
                BundleFormat.sha256(model.zip()),
                model.bundle().manifest().featureFingerprint(),
                Long.MIN_VALUE,
                scores[scores.length - 1 - scores.length / 100]);
    }

    /** The product's own job with its default settings but for the event store. */
    static Trial product(ModelPointer champion) {
        return new Trial(
                false, champion, Map.of("job.storeEvents", "false", "job.parallelism", "2"), null);
    }

    /** {@link Passthrough} with the same settings. */
    static Trial passthrough() {
        return new Trial(true, null, product(null).settings(), null);
    }

    /** Starts a job that reads on for as long as it is let. */
    LocalJob start(Trial trial) throws IOException, SettingsException, ExecutionException {
        return start(trial, Map.of(), directory.resolve("run-" + ++runs));
    }

    private LocalJob start(
            Trial trial, Map<String, Map<Integer, Long>> endOffsets, Path checkpoints)
            throws IOException, SettingsException, ExecutionException {
        Map<String, String> keys = new HashMap<>(trial.settings());
        keys.put("kafka.bootstrapServers", bootstrapServers);
        keys.put("kafka.topicPrefix", names.prefix());
        keys.put("job.checkpointDirectory", checkpoints.toString());
        keys.put("store.directory", checkpoints.resolve("store").toString());
        Settings settings = new SettingsReader(Map.of()).read(null, keys);
        JobPlan plan =
                JobPlan.of(
                        settings,
                        parts,
                        KafkaSettings.Start.EARLIEST,
                        endOffsets,
                        trial.champion(),
                        -1);
        Map<String, String> extra = new HashMap<>(plan.flink().extra());
        if (trial.history() != null) {
            extra.put("execution.state-recovery.path", trial.history().toUri().toString());
            extra.put("execution.state-recovery.ignore-unclaimed-state", "true");
        }
        FlinkSettings flink = plan.flink();
        return LocalJob.start(
                plan.kafka(),
                plan.job(),
                new FlinkSettings(
                        flink.parallelism(),
                        flink.maxParallelism(),
                        flink.checkpointInterval(),
                        flink.checkpoints(),
                        flink.rocksDb(),
                        flink.webPort(),
                        extra),
                new CountingCodecs(parts),
                true,
                trial.passthrough() ? Passthrough::build : FraudPipeline::build);
    }

    /** Runs the job over all that is there now and keeps its state. */
    Path savepointOf(Trial trial) throws Exception {
        Path checkpoints = directory.resolve("history-" + ++runs);
        LocalJob job =
                start(
                        trial,
                        Map.of(
                                names.transactions(), ends(names.transactions()),
                                names.labels(), ends(names.labels())),
                        checkpoints);
        job.awaitEnds(counts -> {});
        job.stop();
        return savepointBelow(checkpoints);
    }

    private static Path savepointBelow(Path checkpoints) throws IOException {
        try (Stream<Path> savepoints = Files.list(checkpoints.resolve("savepoints"))) {
            return savepoints.findFirst().orElseThrow();
        }
    }

    /** What happens while a job runs that has read all there was. */
    @FunctionalInterface
    interface Work {
        void run() throws Exception;
    }

    /**
     * Starts the job, lets it catch up, does the work and stops the job.
     *
     * @param history how many transactions the trial's history holds
     * @param keep whether the state is wanted
     * @return the savepoint, or {@code null} if it is not wanted
     */
    Path during(Trial trial, long history, boolean keep, Work work) throws Exception {
        long behind = transactions() - history;
        long before = CountingCodecs.decoded();
        LocalJob job = start(trial);
        boolean ended = false;
        try {
            // A job that goes on from a history counts it as read as soon as it runs.
            while (job.counts().read() == 0) {
                await(job, Long.MAX_VALUE, LOOK);
            }
            await(job, before + behind, CATCHING_UP);
            if (!trial.passthrough()) {
                awaitState(job);
            }
            work.run();
            if (keep) {
                job.stop();
                ended = true;
                return savepointBelow(directory.resolve("run-" + runs));
            }
            return null;
        } finally {
            if (!ended) {
                job.cancel();
            }
        }
    }

    /**
     * Sources decode while the stages behind them still restore their state, so what is decoded
     * does not tell that a job has caught up.
     */
    private void awaitState(LocalJob job) throws ExecutionException {
        long there = transactions();
        long began = System.nanoTime();
        JobCounts counts = job.counts();
        while (counts.read() < there || !counts.isBalanced()) {
            if (System.nanoTime() - began > CATCHING_UP.toNanos()) {
                throw new ExecutionException(
                        new IllegalStateException("the job does not catch up: " + counts));
            }
            await(job, Long.MAX_VALUE, LOOK);
            counts = job.counts();
        }
    }

    /**
     * Runs the job for so long after its first records, more than there is room for before the last
     * operator has its state, or until there are hardly any left.
     *
     * @param history how many transactions the trial's history holds
     * @param settling passes before the measurement begins
     */
    Pace pace(Trial trial, long history, Duration settling, Duration measured) throws Exception {
        // The last ones of each partition may come alone, so they are left out.
        long there = (transactions() - history) * 49 / 50;
        long before = CountingCodecs.decoded();
        LocalJob job = start(trial);
        try {
            await(job, before + Math.min(FIRST_RECORDS, there), CATCHING_UP);
            await(job, before + there, settling);
            Sample from = Sample.now();
            await(job, before + there, measured);
            Sample to = Sample.now();
            double events = to.decoded - from.decoded;
            return new Pace(
                    events * 1e9 / (to.nanos - from.nanos),
                    (to.cpuNanos - from.cpuNanos) / 1e3 / events);
        } finally {
            job.cancel();
        }
    }

    private record Sample(long decoded, long nanos, long cpuNanos) {
        static Sample now() {
            return new Sample(
                    CountingCodecs.decoded(),
                    System.nanoTime(),
                    PROCESS.getProcessCpuTime() - CompilerThreads.cpuNanos());
        }
    }

    /** Waits until so many have been decoded, but no longer than this. */
    private static void await(LocalJob job, long decoded, Duration atMost)
            throws ExecutionException {
        long began = System.nanoTime();
        while (CountingCodecs.decoded() < decoded && System.nanoTime() - began < atMost.toNanos()) {
            if (job.ended().isDone()) {
                throw new ExecutionException(
                        new IllegalStateException("the job has ended by itself"));
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    @Override
    public void close() {
        if (broker != null) {
            broker.close();
        }
    }
}
