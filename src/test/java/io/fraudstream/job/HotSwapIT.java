package io.fraudstream.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fraudstream.features.FeatureSpec;
import io.fraudstream.kafka.LocalBroker;
import io.fraudstream.kafka.PointerTopic;
import io.fraudstream.kafka.RecordProducer;
import io.fraudstream.kafka.TopicNames;
import io.fraudstream.kafka.TopicTail;
import io.fraudstream.kafka.Topics;
import io.fraudstream.model.BundleFormat;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.TestBundles;
import io.fraudstream.model.compiled.CompiledScorer;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.registry.ModelRegistry;
import io.fraudstream.registry.Why;
import io.fraudstream.transaction.MessageType;
import io.fraudstream.transaction.Transaction;
import io.fraudstream.transaction.TransactionCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bundles are promoted, refused, put beside the champion and rolled back in a job that runs under
 * load: each event is scored once, by one bundle, and none waits.
 */
@Timeout(300)
class HotSwapIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int RATE = 200;
    private static final int BEFORE_THE_START = 100;
    private static final long AT_MOST_MILLIS = 5_000;
    private static final int PATIENCE_SECONDS = 60;
    private static final Why WHY = Why.of("a test");

    // Nothing alerts by these, so that every alert comes from a threshold in a pointer.
    private static final BundleFormat.Written OLD = bundle(1, 30);
    private static final BundleFormat.Written NEW = bundle(2, 40);
    private static final BundleFormat.Written OLDER = bundle(3, 20);

    @TempDir private Path directory;

    private TopicNames names;
    private String servers;
    private ModelRegistry registry;
    private PointerTopic models;
    private final BlockingQueue<Scored> arriving = new LinkedBlockingQueue<>();
    private final BlockingQueue<JsonNode> refusals = new LinkedBlockingQueue<>();
    private final List<Scored> scored = new ArrayList<>();

    /** A record of the scored topic, with the time at which it was written there. */
    private record Scored(
            String id, String bundleId, double score, String shadow, String decision, long at) {}

    private static BundleFormat.Written bundle(long seed, long labelCutOff) {
        return TestBundles.of(
                NetworkKind.DENSE,
                JobBench.SCHEMA,
                seed,
                JobBench.SCHEMA.fingerprint(),
                labelCutOff);
    }

    @Test
    void bundlesChangeUnderLoadAndEachEventIsScoredOnceByOneOfThem() throws Exception {
        try (LocalBroker broker = LocalBroker.start(directory.resolve("broker"), 0)) {
            prepare(broker);
            try (Load load = new Load();
                    Tail scoredTail = new Tail(names.scored(), this::takeScored);
                    Tail rejectedTail = new Tail(names.rejected(), this::takeRejected)) {
                scoredTail.start();
                rejectedTail.start();
                load.send(BEFORE_THE_START);
                promote(ModelPointer.CHAMPION, OLD, 1.0);
                LocalJob job = start();
                await(event -> true, BEFORE_THE_START);
                assertThat(scored).extracting(Scored::bundleId).containsOnly(id(OLD));

                load.start();
                await(event -> true, 10 * RATE);
                long promoted = System.currentTimeMillis();
                promote(ModelPointer.CHAMPION, NEW, 1.0);
                await(event -> event.bundleId().equals(id(NEW)), 5 * RATE);
                assertChanged(OLD, NEW, promoted);
                long swapped = scored.size();

                announceWhatMustBeRefused();
                await(event -> true, 3 * RATE);
                assertThat(scored.subList((int) swapped, scored.size()))
                        .extracting(Scored::bundleId)
                        .containsOnly(id(NEW));

                promote(ModelPointer.SHADOW, OLD, 0.0);
                await(event -> id(OLD).equals(event.shadow()), 2 * RATE);
                models.announce(registry.retire(ModelPointer.SHADOW, 0, WHY));
                await(event -> event.shadow() == null, 2 * RATE);
                assertThat(scored).extracting(Scored::decision).containsOnly("pass");

                promote(ModelPointer.CHAMPION, NEW, 0.0);
                await(event -> event.decision().equals("alert"), 2 * RATE);

                long rolledBack = System.currentTimeMillis();
                models.announce(registry.rollBack(ModelPointer.CHAMPION, 0, WHY));
                await(event -> event.bundleId().equals(id(OLD)), 5 * RATE);
                assertChanged(NEW, OLD, rolledBack);

                load.stop();
                awaitAll(load.sentAt.size());
                JobCounts counts = job.stop();
                assertThat(counts.isBalanced()).isTrue();
                assertThat(counts.read()).isEqualTo(load.sentAt.size());
                assertThat(counts.scored()).isEqualTo(load.sentAt.size());
                printLatency(load, promoted);
                assertStored(load);

                Files.move(directory.resolve("model registry"), directory.resolve("out-of-reach"));
                LocalJob restored = start();
                assertThat(restored.isResumed()).isTrue();
                int before = scored.size();
                load.send(RATE);
                awaitAll(load.sentAt.size());
                restored.stop();
                assertThat(scored.subList(before, scored.size()))
                        .extracting(Scored::bundleId)
                        .containsOnly(id(OLD));
                assertStored(load);
                assertThat(refusals).isEmpty();
            }
        }
    }

    private void prepare(LocalBroker broker) throws Exception {
        servers = broker.bootstrapServers();
        names = new TopicNames("swap-");
        try (Topics topics = new Topics(servers, names)) {
            topics.create(new Topics.Layout(3, Optional.empty(), Optional.empty()));
        }
        models = new PointerTopic(servers, names.models(), Map.of());
        registry = new ModelRegistry(directory.resolve("model registry"), Clock.systemUTC());
        for (BundleFormat.Written bundle : List.of(OLD, NEW, OLDER)) {
            registry.publish(bundle.zip());
        }
    }

    private LocalJob start() throws Exception {
        KafkaSettings kafka =
                new KafkaSettings(
                        servers,
                        Map.of(),
                        names.prefix() + "job",
                        KafkaSettings.Start.EARLIEST,
                        Map.of(),
                        names.transactions(),
                        names.labels(),
                        names.models(),
                        names.alerts(),
                        names.rejected(),
                        names.late(),
                        names.scored(),
                        false,
                        directory.resolve("store").toUri().toString());
        FlinkSettings flink =
                new FlinkSettings(
                        2,
                        64,
                        Duration.ofSeconds(1),
                        directory.resolve("checkpoints").toUri(),
                        false,
                        -1,
                        Map.of());
        return LocalJob.start(
                kafka,
                JobSettings.defaults(OrderMode.ARRIVAL),
                flink,
                SimulatedRecording.CODECS,
                false);
    }

    private void promote(String slot, BundleFormat.Written bundle, double threshold)
            throws Exception {
        models.announce(registry.promote(slot, id(bundle), 0, threshold, WHY));
    }

    private void announceWhatMustBeRefused() throws Exception {
        ModelPointer sound = registry.promote(ModelPointer.CHAMPION, id(NEW), 0, 1.0, WHY);
        byte[] damaged = OLD.zip().clone();
        damaged[damaged.length / 2] ^= 1;
        Path corrupt = Files.write(directory.resolve("corrupt.zip"), damaged);
        Map<String, ModelPointer> refused = new TreeMap<>();
        refused.put("sha256", pointer(OLD, uri(OLD), "00".repeat(32), sound.fingerprint(), 100));
        refused.put(
                "fingerprint",
                pointer(OLD, uri(OLD), BundleFormat.sha256(OLD.zip()), "other", 100));
        refused.put(
                "bundle_id",
                pointer(
                        OLD,
                        corrupt.toUri().toString(),
                        BundleFormat.sha256(damaged),
                        sound.fingerprint(),
                        100));
        refused.put(
                "labelCutOff",
                pointer(
                        OLDER,
                        uri(OLDER),
                        BundleFormat.sha256(OLDER.zip()),
                        sound.fingerprint(),
                        100));
        refused.put(
                "number",
                pointer(NEW, uri(NEW), BundleFormat.sha256(NEW.zip()), sound.fingerprint(), 1));
        for (ModelPointer pointer : refused.values()) {
            models.announce(pointer);
        }
        List<String> fields = new ArrayList<>();
        for (int i = 0; i < refused.size(); i++) {
            JsonNode refusal = refusals.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(refusal).isNotNull();
            assertThat(refusal.get("reason").asText()).isEqualTo("model_refused");
            fields.add(refusal.get("field").asText());
        }
        assertThat(fields).containsExactlyInAnyOrderElementsOf(refused.keySet());
    }

    private String uri(BundleFormat.Written bundle) {
        return registry.uriOf(id(bundle)).toString();
    }

    private static ModelPointer pointer(
            BundleFormat.Written bundle,
            String uri,
            String sha256,
            String fingerprint,
            long number) {
        return new ModelPointer(
                ModelPointer.CHAMPION,
                id(bundle),
                uri,
                sha256,
                fingerprint,
                0,
                0.0,
                number,
                ModelPointer.Kind.PROMOTION);
    }

    /** From some point on, within the time allowed, the new one scores and the old one never. */
    private void assertChanged(BundleFormat.Written from, BundleFormat.Written to, long announced) {
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        for (Scored event : scored) {
            if (event.at() >= announced && event.bundleId().equals(id(to))) {
                first = Math.min(first, event.at());
            }
            if (event.at() >= announced && event.bundleId().equals(id(from))) {
                last = Math.max(last, event.at());
            }
        }
        System.out.printf(
                "%s to %s: first scored after %d ms, last by the old one after %d ms%n",
                id(from), id(to), first - announced, Math.max(0, last - announced));
        assertThat(first - announced).isLessThan(AT_MOST_MILLIS);
        assertThat(last - announced).isLessThan(AT_MOST_MILLIS);
    }

    /** From when an event was sent until its score was written, in milliseconds. */
    private void printLatency(Load load, long promoted) {
        Histogram quiet = new Histogram(2);
        Histogram swap = new Histogram(2);
        for (Scored event : scored) {
            long sent = load.sentAt.get(event.id());
            long latency = Math.max(0, event.at() - sent);
            if (Math.abs(sent - promoted) <= 2_000) {
                swap.recordValue(latency);
            } else if (sent > promoted - 6_000 && sent < promoted) {
                quiet.recordValue(latency);
            }
        }
        print("before the swap", quiet);
        print("within 2 s of it", swap);
        assertThat(swap.getMaxValue()).isLessThan(AT_MOST_MILLIS);
    }

    private static void print(String when, Histogram latency) {
        System.out.printf(
                "%s: %d events, p50 %d ms, p99 %d ms, max %d ms%n",
                when,
                latency.getTotalCount(),
                latency.getValueAtPercentile(50),
                latency.getValueAtPercentile(99),
                latency.getMaxValue());
    }

    /**
     * Each event once, on the topic and in the store, and with the score that its own bundle, and
     * no other, gives to its features.
     */
    private void assertStored(Load load) throws Exception {
        Map<String, CompiledScorer> scorers = new HashMap<>();
        for (BundleFormat.Written bundle : List.of(OLD, NEW)) {
            scorers.put(
                    id(bundle), CompiledScorer.of(bundle.bundle(), JobBench.SCHEMA.fingerprint()));
        }
        Map<String, Scored> byId = new HashMap<>();
        scored.forEach(event -> assertThat(byId.put(event.id(), event)).isNull());
        assertThat(byId.keySet()).isEqualTo(load.sentAt.keySet());
        StringBuilder columns =
                new StringBuilder("transaction_id, bundle_id, score, shadow_bundle_id,")
                        .append(" shadow_score");
        for (FeatureSpec spec : JobBench.SCHEMA.specs()) {
            columns.append(", f_").append(spec.name());
        }
        int rows = 0;
        try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duck.createStatement();
                ResultSet found =
                        statement.executeQuery(
                                "select "
                                        + columns
                                        + " from read_parquet('"
                                        + directory.resolve("store")
                                        + "/transactions/*/*.parquet', hive_partitioning ="
                                        + " true)")) {
            while (found.next()) {
                float[] features = new float[JobBench.SCHEMA.size()];
                for (int i = 0; i < features.length; i++) {
                    features[i] = found.getFloat(6 + i);
                }
                float[][] sequence = {features};
                Scored event = byId.get(found.getString(1));
                assertThat(found.getString(2)).isEqualTo(event.bundleId());
                assertThat(found.getDouble(3))
                        .isEqualTo(event.score())
                        .isEqualTo(scorers.get(event.bundleId()).score(sequence));
                assertThat(found.getString(4)).isEqualTo(event.shadow());
                if (event.shadow() == null) {
                    assertThat(found.getObject(5)).isNull();
                } else {
                    assertThat(found.getDouble(5))
                            .isEqualTo(scorers.get(event.shadow()).score(sequence));
                }
                rows++;
            }
        }
        assertThat(rows).isEqualTo(byId.size());
    }

    /** Waits for so many more events of this kind. */
    private void await(Predicate<Scored> kind, int enough) throws InterruptedException {
        for (int found = 0; found < enough; ) {
            Scored next = arriving.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(next).as("an event within %d s", PATIENCE_SECONDS).isNotNull();
            scored.add(next);
            if (kind.test(next)) {
                found++;
            }
        }
    }

    private void awaitAll(int sent) throws InterruptedException {
        await(event -> true, sent - scored.size());
    }

    private void takeScored(TopicTail.Entry entry) {
        JsonNode event = json(entry.value());
        arriving.add(
                new Scored(
                        event.get("transaction_id").asText(),
                        event.path("bundle_id").textValue(),
                        event.path("score").asDouble(),
                        event.path("shadow_bundle_id").textValue(),
                        event.get("decision").asText(),
                        entry.timestamp()));
    }

    private void takeRejected(TopicTail.Entry entry) {
        refusals.add(json(entry.value()));
    }

    private static JsonNode json(byte[] value) {
        try {
            return JSON.readTree(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String id(BundleFormat.Written bundle) {
        return bundle.bundle().id();
    }

    /** Reads a topic from its beginning on a thread of its own. */
    private final class Tail implements AutoCloseable {
        private final TopicTail tail;
        private final Thread thread;

        Tail(String topic, java.util.function.Consumer<TopicTail.Entry> sink) {
            tail = new TopicTail(servers, topic);
            thread = new Thread(() -> tail.read(true, Long.MAX_VALUE, sink), "tail-" + topic);
        }

        void start() {
            thread.start();
        }

        @Override
        public void close() {
            tail.stop();
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            tail.close();
        }
    }

    /** Transactions of many cards, each with an id of its own, at a steady rate. */
    private final class Load implements AutoCloseable {
        final Map<String, Long> sentAt = new HashMap<>();
        private final RecordProducer producer = RecordProducer.forLatency(servers, Map.of());
        private Thread thread;
        private volatile boolean stopped;

        void send(int count) {
            for (int i = 0; i < count; i++) {
                sendOne();
            }
            producer.flush();
        }

        void start() {
            thread =
                    new Thread(
                            () -> {
                                long due = System.nanoTime();
                                while (!stopped) {
                                    sendOne();
                                    due += TimeUnit.SECONDS.toNanos(1) / RATE;
                                    LockSupport.parkNanos(due - System.nanoTime());
                                }
                                producer.flush();
                            },
                            "load");
            thread.start();
        }

        void stop() throws InterruptedException {
            stopped = true;
            thread.join();
        }

        private void sendOne() {
            int number = sentAt.size();
            long now = System.currentTimeMillis();
            String card = "card-" + number % 97;
            Transaction transaction =
                    new Transaction(
                            "t" + number,
                            now,
                            card,
                            100 + number % 5_000,
                            "EUR",
                            100 + number % 5_000,
                            "terminal-" + number % 31,
                            null,
                            null,
                            null,
                            null,
                            Double.NaN,
                            Double.NaN,
                            null,
                            null,
                            MessageType.AUTHORIZATION,
                            null);
            sentAt.put(transaction.id(), now);
            producer.send(
                    names.transactions(),
                    card.getBytes(StandardCharsets.UTF_8),
                    TransactionCodec.encode(transaction));
        }

        @Override
        public void close() {
            stopped = true;
            producer.close();
        }
    }
}
