package io.fraudstream.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fraudstream.cluster.BrokerProcess;
import io.fraudstream.cluster.FlinkCluster;
import io.fraudstream.cluster.FlinkRest.Checkpoints;
import io.fraudstream.job.ClusterBench.Message;
import io.fraudstream.job.operator.CheckpointedCounters;
import io.fraudstream.model.BundleFormat;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.TestBundles;
import io.fraudstream.recording.RecordedTransaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.TransactionState;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Kills the processes of a real cluster while events go through it, and holds what came out against
 * the offline path, which nothing disturbs. {@code mvn verify -Pchaos} is the long version. What is
 * killed when follows from a seed ({@code fraudstream.chaos.seed}), which the report names: {@code
 * target/chaos/report.txt}.
 */
@Tag("chaos")
@Timeout(value = 3, unit = TimeUnit.HOURS)
class ChaosIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final boolean LONG = Boolean.getBoolean("fraudstream.chaos.long");
    private static final long SEED = Long.getLong("fraudstream.chaos.seed", 20_261_124L);
    private static final int CARDS =
            Integer.getInteger("fraudstream.chaos.cards", LONG ? 7_000 : 150);
    private static final int DAYS = LONG ? 40 : 30;
    private static final Duration PAUSE = LONG ? Duration.ofSeconds(60) : Duration.ofSeconds(2);
    private static final Path DIRECTORY = Path.of("target", "chaos");
    private static final BundleFormat.Written NEXT =
            TestBundles.of(NetworkKind.LSTM, JobBench.SCHEMA, 8, JobBench.SCHEMA.fingerprint(), 4);

    /** A write that is not taken fails the job soon, instead of after two minutes. */
    private static final Map<String, String> IMPATIENT =
            Map.of("delivery.timeout.ms", "6000", "request.timeout.ms", "5000");

    /** What is done to the cluster. */
    private enum Blow {
        TASK_MANAGER,
        TASK_MANAGER_IN_CHECKPOINT,
        TASK_MANAGER_IN_SAVEPOINT,
        TASK_MANAGER_IN_MODEL_SWAP,
        JOB_MANAGER,
        BROKER,
        BROKER_PAUSE,
        REFUSED_WRITES,
        RESCALE_TO_3,
        RESCALE_TO_2
    }

    private static final List<Blow> KILLS =
            List.of(
                    Blow.TASK_MANAGER,
                    Blow.TASK_MANAGER_IN_CHECKPOINT,
                    Blow.TASK_MANAGER_IN_SAVEPOINT,
                    Blow.JOB_MANAGER);

    /** Of the scores: so many do not alert by a bundle. */
    private static final double ALERTING = 0.8;

    private static final int MORE_KILLS = 9;
    private static final int BURST = LONG ? 3_000 : 300;

    private static BrokerProcess broker;
    private static FlinkCluster cluster;
    private static List<RecordedTransaction> rows;
    private static OfflineRun before;
    private static OfflineRun after;
    private static double threshold;
    private static int kills;

    @BeforeAll
    static void start() throws Exception {
        Files.deleteIfExists(DIRECTORY.resolve("report.txt"));
        broker =
                BrokerProcess.start(
                        DIRECTORY.resolve("broker-" + System.nanoTime()),
                        0,
                        Map.of(
                                "broker.session.timeout.ms", "3000",
                                "transaction.abort.timed.out.transaction.cleanup.interval.ms",
                                        "500"));
        cluster =
                FlinkCluster.start(
                        DIRECTORY.resolve("cluster-" + System.nanoTime()),
                        FlinkCluster.Layout.DEFAULT,
                        Map.of(
                                "execution.checkpointing.interval",
                                "1 s",
                                // What the REST interface says is as old as this.
                                "web.refresh-interval",
                                "50 ms"));
        Runtime.getRuntime().addShutdownHook(new Thread(ChaosIT::end, "chaos-end"));
        rows = SimulatedRecording.rows(SEED, CARDS, DAYS, time -> true);
        before = OfflineRun.of(rows, JobBench.BUNDLE.bundle());
        after = OfflineRun.of(rows, NEXT.bundle());
        threshold = Math.min(before.quantile(ALERTING), after.quantile(ALERTING));
        report("seed " + SEED + ", " + rows.size() + " transactions in each run");
        cluster.awaitSlots();
    }

    @AfterAll
    static void stop() throws IOException {
        end();
        report("kills " + kills);
    }

    private static void end() {
        if (cluster != null) {
            cluster.close();
        }
        if (broker != null) {
            broker.close();
        }
    }

    /** Written as it comes, since a run of an hour may be cut short. */
    private static void report(String line) throws IOException {
        System.out.println("chaos: " + line);
        Files.writeString(
                Files.createDirectories(DIRECTORY).resolve("report.txt"),
                line + System.lineSeparator(),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    @Test
    void exactlyOnceEachAlertStandsOnce() throws Exception {
        run(
                true,
                List.of(
                        Blow.TASK_MANAGER_IN_CHECKPOINT,
                        Blow.JOB_MANAGER,
                        Blow.BROKER,
                        Blow.TASK_MANAGER_IN_MODEL_SWAP));
    }

    @Test
    void atLeastOnceNoAlertIsMissingAndRepeatsAreAlike() throws Exception {
        run(
                false,
                List.of(
                        Blow.TASK_MANAGER_IN_SAVEPOINT,
                        Blow.RESCALE_TO_3,
                        Blow.REFUSED_WRITES,
                        Blow.RESCALE_TO_2));
    }

    @Test
    void anExpiredTransactionFailsTheJobAndIsWrittenAgain() throws Exception {
        ClusterBench bench =
                new ClusterBench(
                        cluster, broker, DIRECTORY.resolve("run-" + System.nanoTime()), "expired");
        List<RecordedTransaction> some = rows.subList(0, Math.min(rows.size(), 10_000));
        OfflineRun offline = OfflineRun.of(some, JobBench.BUNDLE.bundle());
        double alerting = offline.quantile(ALERTING);
        bench.announce(JobBench.BUNDLE, Long.MIN_VALUE, alerting);
        bench.deploy(
                true,
                Map.of("transaction.timeout.ms", "10000"),
                Map.of("execution.checkpointing.interval", "1 h"),
                2,
                null);
        bench.send(bench.records(some));
        bench.sendClosing(some.get(some.size() - 1).eventTime());
        bench.awaitEnded(some.size());
        // Nothing is written any more, so no writer notices.
        bench.await("the broker gives the transactions up", () -> areGivenUp(bench));
        assertThat(bench.scored()).isEmpty();

        // On a slow machine a writer has noticed after all, and the job begins anew: a checkpoint
        // that
        // finds its tasks starting is declined, and other transactions must be given up.
        bench.await(
                "the job goes on from a checkpoint",
                () -> {
                    if (areGivenUp(bench)
                            && cluster.rest().isRunning(bench.job())
                            && bench.checkpoints().inProgress() == 0) {
                        cluster.rest().beginCheckpoint(bench.job());
                    }
                    return bench.checkpoints().restored() > 0;
                });
        assertThat(cluster.rest().lastFailure(bench.job()))
                .contains("Kafka has aborted the transaction expired-fraudstream-")
                .contains("transaction.timeout.ms");
        bench.await("every task runs", () -> cluster.rest().isRunning(bench.job()));
        cluster.rest().stop(bench.job());
        verify(bench, offline.results, alerting, true, "expired transaction");
    }

    private static boolean areGivenUp(ClusterBench bench) throws Exception {
        Collection<TransactionState> states = bench.transactions();
        return states.contains(TransactionState.COMPLETE_ABORT)
                && !states.contains(TransactionState.ONGOING);
    }

    /**
     * A TaskManager whose heap ran over would end, and the job would go on from a checkpoint. Only
     * in the long version: what comes fast must be more than all buffers hold.
     */
    @Test
    @EnabledIfSystemProperty(named = "fraudstream.chaos.long", matches = "true")
    void whatComesTooFastWaitsInItsTopicAndIsNotLost() throws Exception {
        ClusterBench bench =
                new ClusterBench(
                        cluster, broker, DIRECTORY.resolve("run-" + System.nanoTime()), "overload");
        bench.announce(JobBench.BUNDLE, Long.MIN_VALUE, threshold);
        bench.deploy(false, Map.of(), Map.of("state.backend.type", "rocksdb"), 2, null);
        Set<String> processes = cluster.rest().taskManagers(bench.job());
        List<Message> records = bench.records(rows);

        long began = System.nanoTime();
        bench.send(records);
        long sent = System.nanoTime();
        long ended = bench.counted(CheckpointedCounters.SCORED);
        bench.sendClosing(rows.get(rows.size() - 1).eventTime());
        bench.awaitEnded(rows.size());
        double ratio = (double) (System.nanoTime() - began) / (sent - began);

        assertThat(ended).as("scored when all was sent").isLessThan(rows.size() / 10);
        assertThat(bench.checkpoints().restored()).isZero();
        assertThat(cluster.rest().taskManagers(bench.job())).isEqualTo(processes);
        cluster.rest().stop(bench.job());
        report(
                String.format(
                        Locale.ROOT,
                        "overload: %d transactions in %.0f s, %.1f times as fast as they were"
                                + " scored, %d scored by then; heaps of %d MB, no restart",
                        rows.size(),
                        (sent - began) / 1e9,
                        ratio,
                        ended,
                        FlinkCluster.Layout.DEFAULT.heapMebibytes()));
        verify(bench, before.results, threshold, false, "overload");
    }

    private void run(boolean exactlyOnce, List<Blow> kinds) throws Exception {
        String name = name(exactlyOnce);
        SplittableRandom random = new SplittableRandom(SEED + (exactlyOnce ? 1 : 0));
        List<Blow> blows = new ArrayList<>();
        if (LONG) {
            // Every kind in both modes, and more of those that kill.
            blows.addAll(Arrays.asList(Blow.values()));
            for (int i = 0; i < MORE_KILLS; i++) {
                blows.add(KILLS.get(random.nextInt(KILLS.size())));
            }
        } else {
            blows.addAll(kinds);
        }
        ClusterBench bench =
                new ClusterBench(
                        cluster, broker, DIRECTORY.resolve("run-" + System.nanoTime()), name);
        bench.announce(JobBench.BUNDLE, Long.MIN_VALUE, threshold);
        bench.deploy(exactlyOnce, IMPATIENT, Map.of(), 2, null);
        List<Message> records = bench.records(rows);
        long swap = Long.MAX_VALUE;
        int sent = 0;
        int share = records.size() / (blows.size() + 1);
        for (int i = 0; i < blows.size(); i++) {
            int moment = Math.max(sent, share / 2 + i * share + random.nextInt(share / 2));
            bench.send(records.subList(sent, moment));
            bench.await(
                    "there is a checkpoint to go on from",
                    () -> bench.checkpoints().latestId() >= 0);
            refuse(bench, blows.get(i), true);
            sent = sendUntilInFlight(bench, records, moment);
            if (blows.get(i) == Blow.TASK_MANAGER_IN_MODEL_SWAP) {
                swap = swapBehind(bench, records.subList(0, sent));
            }
            strike(bench, blows.get(i), random, exactlyOnce, moment);
        }
        bench.send(records.subList(sent, records.size()));
        bench.sendClosing(rows.get(rows.size() - 1).eventTime());
        bench.awaitEnded(rows.size());
        cluster.rest().stop(bench.job());
        Map<String, OfflineRun.Result> expected = new TreeMap<>(before.results);
        for (Map.Entry<String, OfflineRun.Result> result : after.results.entrySet()) {
            if (result.getValue().eventTime() >= swap) {
                expected.put(result.getKey(), result.getValue());
            }
        }
        verify(bench, expected, threshold, exactlyOnce, name);
    }

    private static String name(boolean exactlyOnce) {
        return exactlyOnce ? "exactly-once" : "at-least-once";
    }

    /** Sends on until records are on their way that no checkpoint has; gives how many are sent. */
    private static int sendUntilInFlight(ClusterBench bench, List<Message> records, int from)
            throws Exception {
        int sent = from;
        do {
            int next = Math.min(sent + BURST, records.size());
            assertThat(next).as("records to send").isGreaterThan(sent);
            bench.send(records.subList(sent, next));
            sent = next;
        } while (bench.inFlight() == 0);
        return sent;
    }

    /**
     * Announces the next bundle from an event time on that no event that was sent has reached, so
     * that which bundle scores an event depends on nothing else.
     */
    private static long swapBehind(ClusterBench bench, List<Message> sent) throws IOException {
        long newest = sent.stream().mapToLong(ChaosIT::eventTime).max().orElseThrow();
        bench.announce(NEXT, newest + 1, threshold);
        return newest + 1;
    }

    /** Lets the topic of scored events take no writes, or takes that back. */
    private static void refuse(ClusterBench bench, Blow blow, boolean refused) throws Exception {
        // More min.insync.replicas than there are brokers would refuse nothing: a partition never
        // needs more than its replicas.
        if (blow == Blow.REFUSED_WRITES) {
            bench.configure(
                    bench.names().scored(), "max.message.bytes", refused ? "100" : "1048588");
        }
    }

    private static long eventTime(Message record) {
        try {
            return JSON.readTree(record.value()).path("event_time").asLong(Long.MIN_VALUE);
        } catch (IOException broken) {
            return Long.MIN_VALUE;
        }
    }

    private void strike(
            ClusterBench bench, Blow blow, SplittableRandom random, boolean exactlyOnce, int moment)
            throws Exception {
        Checkpoints first = bench.checkpoints();
        long inFlight = bench.inFlight();
        // One that has nothing to do would not be missed.
        List<String> busy = List.copyOf(cluster.rest().taskManagers(bench.job()));
        String victim = busy.get(random.nextInt(busy.size()));
        switch (blow) {
            case TASK_MANAGER_IN_CHECKPOINT ->
                    bench.await(
                            "a checkpoint is in progress",
                            () -> bench.checkpoints().inProgress() > 0);
            case TASK_MANAGER_IN_SAVEPOINT -> cluster.rest().beginSavepoint(bench.job());
            default -> {
                // Any moment will do.
            }
        }
        boolean restores = true;
        boolean countsAnew = false;
        switch (blow) {
            case TASK_MANAGER,
                    TASK_MANAGER_IN_CHECKPOINT,
                    TASK_MANAGER_IN_SAVEPOINT,
                    TASK_MANAGER_IN_MODEL_SWAP -> {
                cluster.taskManagers().get(victim).kill();
            }
            case JOB_MANAGER -> {
                cluster.jobManager().kill();
                cluster.revive();
                countsAnew = true;
            }
            case BROKER -> {
                broker.process().kill();
                broker.restart();
                restores = false;
            }
            case REFUSED_WRITES -> {
                bench.await(
                        "the job fails since the topic takes no record",
                        () -> bench.checkpoints().restored() > first.restored());
                refuse(bench, blow, false);
            }
            case RESCALE_TO_3, RESCALE_TO_2 -> {
                String savepoint = cluster.rest().stop(bench.job());
                bench.deploy(
                        exactlyOnce,
                        IMPATIENT,
                        Map.of(),
                        blow == Blow.RESCALE_TO_3 ? 3 : 2,
                        savepoint);
                countsAnew = true;
            }
            case BROKER_PAUSE -> {
                broker.process().suspend();
                LockSupport.parkNanos(PAUSE.toNanos());
                broker.process().resume();
                restores = false;
            }
        }
        long restored = countsAnew ? 0 : first.restored();
        if (restores) {
            bench.await(
                    "the job goes on from a checkpoint",
                    () -> bench.checkpoints().restored() > restored);
            if (KILLS.contains(blow) || blow == Blow.TASK_MANAGER_IN_MODEL_SWAP) {
                kills++;
            }
        }
        bench.await("every task runs", () -> cluster.rest().isRunning(bench.job()));
        long completed = bench.checkpoints().completed();
        bench.await(
                "checkpoints are completed again",
                () -> bench.checkpoints().completed() > completed + 1);
        report(
                name(exactlyOnce)
                        + ": "
                        + blow
                        + " after "
                        + moment
                        + " records, "
                        + inFlight
                        + " in flight, restored from "
                        + bench.checkpoints().restoredId());
    }

    private static void verify(
            ClusterBench bench,
            Map<String, OfflineRun.Result> expected,
            double alertsFrom,
            boolean exactlyOnce,
            String name)
            throws Exception {
        Collection<OfflineRun.Result> stored = JobBench.storedIn(bench.store());
        StoredResults.assertSame(stored, expected.values());

        Map<String, List<byte[]>> scored = byKey(bench.scored(), "transaction_id");
        assertThat(scored.keySet()).isEqualTo(expected.keySet());
        Map<String, List<byte[]>> alerts = byKey(bench.alerts(), "transaction_id");
        TreeSet<String> alerting = new TreeSet<>();
        expected.forEach(
                (key, result) -> {
                    if (result.score() >= alertsFrom && !result.reversal()) {
                        alerting.add(key);
                    }
                });
        assertThat(alerts.keySet()).isNotEmpty().isEqualTo(alerting);
        long repeats = repeats(scored) + repeats(alerts);
        if (exactlyOnce) {
            assertThat(repeats).isZero();
        }
        report(
                name
                        + ": scored "
                        + expected.size()
                        + ", alerts "
                        + alerting.size()
                        + ", lost 0, "
                        + (exactlyOnce ? "doubled 0" : "repeated with the same content " + repeats)
                        + ", differing 0");
    }

    private static Map<String, List<byte[]>> byKey(List<byte[]> values, String id)
            throws IOException {
        Map<String, List<byte[]>> byKey = new TreeMap<>();
        for (byte[] value : values) {
            JsonNode json = JSON.readTree(value);
            byKey.computeIfAbsent(
                            json.path(id).asText() + " at " + json.path("event_time").asText(),
                            key -> new ArrayList<>())
                    .add(value);
        }
        return byKey;
    }

    /** How many records come again, each of which must be like the first. */
    private static long repeats(Map<String, List<byte[]>> byKey) {
        byKey.forEach(
                (key, values) ->
                        assertThat(values)
                                .as(key)
                                .allSatisfy(v -> assertThat(v).isEqualTo(values.get(0))));
        return byKey.values().stream().mapToLong(values -> values.size() - 1).sum();
    }
}
