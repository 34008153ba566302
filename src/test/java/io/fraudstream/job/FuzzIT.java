package io.fraudstream.job;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fraudstream.job.kafka.Codecs;
import io.fraudstream.kafka.LocalBroker;
import io.fraudstream.kafka.TopicNames;
import io.fraudstream.kafka.TopicReader;
import io.fraudstream.kafka.Topics;
import io.fraudstream.model.BundleFormat;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.simulation.SimulatedTransaction;
import io.fraudstream.simulation.SimulationSettings;
import io.fraudstream.simulation.TransactionSimulator;
import io.fraudstream.transaction.CardTokenPolicy;
import io.fraudstream.transaction.DecodingLimits;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.LabelCodec;
import io.fraudstream.transaction.RecordMutator;
import io.fraudstream.transaction.RejectionReason;
import io.fraudstream.transaction.Transaction;
import io.fraudstream.transaction.TransactionCodec;
import io.fraudstream.transaction.WireOracle;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole job under hostile records, labels, pointers and bundles, through a real broker and
 * without a restart. {@code -Dfraudstream.fuzz.records=100000} makes it longer.
 */
@Timeout(3600)
class FuzzIT {
    private static final int RECORDS = Integer.getInteger("fraudstream.fuzz.records", 20_000);
    private static final int PARTITIONS = 4;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Codecs CODECS =
            SimulatedRecording.codecs(CardTokenPolicy.rejectCardNumbers());
    private static final WireOracle ORACLE = new WireOracle(DecodingLimits.DEFAULT, CODECS.rates());

    @TempDir private Path directory;

    private final TopicNames names = new TopicNames("fuzz-");
    private final Sent transactions = new Sent();
    private final Sent labels = new Sent();
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final int[] mutations = new int[RecordMutator.Kind.values().length];
    private final int[] survivors = new int[RecordMutator.Kind.values().length];

    /** What was sent to a topic, and what is to become of it. */
    private static final class Sent {
        private final List<List<RejectionReason>> reasons = new ArrayList<>();
        private final Map<String, Integer> accepted = new HashMap<>();
        private final Map<RejectionReason, Integer> refused = new EnumMap<>(RejectionReason.class);
        private int records;

        Sent() {
            for (int i = 0; i < PARTITIONS; i++) {
                reasons.add(new ArrayList<>());
            }
        }

        void add(int partition, WireOracle.Reading reading) {
            records++;
            reasons.get(partition).add(reading.fault().orElse(null));
            reading.fault()
                    .ifPresentOrElse(
                            reason -> refused.merge(reason, 1, Integer::sum),
                            () -> accepted.merge(reading.transactionId(), 1, Integer::sum));
        }

        int acceptedRecords() {
            return accepted.values().stream().mapToInt(Integer::intValue).sum();
        }

        int refusedRecords() {
            return records - acceptedRecords();
        }

        /** Takes a dead letter off; it must be the first for its record, and for its reason. */
        void refusedAt(int partition, int offset, String reason) {
            RejectionReason expected = reasons.get(partition).set(offset, null);
            assertThat(expected).as("record %d of partition %d", offset, partition).isNotNull();
            assertThat(reason).isEqualTo(expected.wireName());
        }

        long notRefusedYet() {
            return reasons.stream().flatMap(List::stream).filter(reason -> reason != null).count();
        }
    }

    @Test
    void everyRecordIsScoredOrRejectedForTheRightReasonWithoutARestart() throws Exception {
        DeserializationWatch watch = DeserializationWatch.install();
        try (LocalBroker broker = LocalBroker.start(directory.resolve("broker"), 0)) {
            try (Topics topics = new Topics(broker.bootstrapServers(), names)) {
                topics.create(new Topics.Layout(PARTITIONS, Optional.empty(), Optional.empty()));
            }
            List<byte[]> hostilePointers = hostilePointers();
            send(broker, hostilePointers);

            LocalJob job = start(broker);
            job.awaitEnds(progress -> {});
            awaitRefusals(broker, hostilePointers.size());
            JobCounts counts = job.stop();

            print(counts);
            assertThat(counts.isBalanced()).isTrue();
            assertThat(counts.read()).isEqualTo(RECORDS);
            assertThat(counts.rejected()).isEqualTo(transactions.refusedRecords());
            assertThat(counts.labels()).isEqualTo(labels.acceptedRecords());
            assertThat(counts.labelsRejected()).isEqualTo(labels.refusedRecords());
            assertThat(transactions.acceptedRecords()).isGreaterThan(RECORDS / 5);
            assertDeadLetters(broker);
            assertScored(broker, counts);
            assertThat(watch.byTheJob()).isEmpty();
            assertThat(watch.all()).as("Flink's own, so the watch works").isPositive();
            assertThat(Gadget.RUN).hasValue(0);
        } finally {
            watch.end();
        }
    }

    private void send(LocalBroker broker, List<byte[]> pointers) {
        RecordMutator mutator = new RecordMutator(20_261);
        TransactionSimulator simulator =
                new TransactionSimulator(
                        new SimulationSettings(
                                9,
                                Math.max(200, RECORDS / 200),
                                150,
                                SimulatedRecording.START,
                                Duration.ofDays(365),
                                2,
                                8),
                        CODECS.rates());
        Map<String, Object> settings =
                Map.of(
                        "bootstrap.servers",
                        broker.bootstrapServers(),
                        "linger.ms",
                        20,
                        "compression.type",
                        "lz4");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (byte[] pointer : pointers) {
                byte[] key = Integer.toString(pointers.indexOf(pointer)).getBytes(US_ASCII);
                deliver(producer, names.models(), 0, key, pointer);
            }
            for (int i = 0; i < RECORDS; i++) {
                SimulatedTransaction simulated = simulator.next();
                Transaction t = simulated.transaction();
                int partition = Math.floorMod(t.cardId().hashCode(), PARTITIONS);
                RecordMutator.Mutated mutated = mutator.next(TransactionCodec.encode(t));
                WireOracle.Reading reading =
                        ORACLE.transaction(mutated.bytes(), System.currentTimeMillis());
                transactions.add(partition, reading);
                mutations[mutated.kind().ordinal()]++;
                survivors[mutated.kind().ordinal()] += reading.fault().isEmpty() ? 1 : 0;
                deliver(producer, names.transactions(), partition, null, mutated.bytes());
                if (i % 10 == 0) {
                    byte[] label = mutator.next(LabelCodec.encode(label(t))).bytes();
                    labels.add(partition, ORACLE.label(label, System.currentTimeMillis()));
                    deliver(producer, names.labels(), partition, null, label);
                }
            }
            producer.flush();
        }
        assertThat(failure.get()).isNull();
    }

    /** Offsets follow the order of sending, so each record can be found again. */
    @SuppressWarnings("FutureReturnValueIgnored") // the callback keeps what failed
    private void deliver(
            KafkaProducer<byte[], byte[]> producer,
            String topic,
            int partition,
            byte[] key,
            byte[] value) {
        producer.send(
                new ProducerRecord<>(topic, partition, key, value),
                (metadata, failed) -> failure.compareAndSet(null, failed));
    }

    private static FraudLabel label(Transaction t) {
        return new FraudLabel(
                t.id(),
                t.cardId(),
                t.terminalId(),
                t.merchantId(),
                t.eventTime(),
                true,
                t.eventTime() + 3_600_000,
                "chargeback");
    }

    /** A sound one that serves, and behind it what must be refused. */
    private List<byte[]> hostilePointers() throws IOException {
        byte[] good = JobBench.BUNDLE.zip();
        List<byte[]> pointers = new ArrayList<>();
        pointers.add(
                pointer(Files.write(directory.resolve("good.zip"), good).toUri().toString(), good));
        byte[] gadget = gadget();
        byte[] bomb = bomb();
        byte[] traversal = zip("../../outside", new byte[1]);
        byte[] damaged = good.clone();
        damaged[damaged.length / 2] ^= 1;
        int number = 0;
        for (byte[] bundle : List.of(gadget, bomb, traversal, damaged, new byte[0])) {
            Path file = Files.write(directory.resolve("hostile-" + number++ + ".zip"), bundle);
            pointers.add(pointer(file.toUri().toString(), bundle));
        }
        pointers.add(pointer(directory.resolve("good.zip").toUri().toString(), damaged));
        pointers.add(pointer("file:///dev/zero", good));
        pointers.add(pointer("no-such-scheme://host/bundle.zip", good));
        pointers.add(pointer("\u0001 not a uri", good));
        pointers.add(gadget);
        pointers.add("{\"slot\":".repeat(5_000).getBytes(StandardCharsets.UTF_8));
        String text = new String(pointers.get(0), StandardCharsets.UTF_8);
        pointers.add((text + text).getBytes(StandardCharsets.UTF_8));
        pointers.add(
                text.replace("\"slot\":\"champion\"", "\"slot\":\"champion\",\"slot\":\"shadow\"")
                        .getBytes(StandardCharsets.UTF_8));
        pointers.add(text.replace("0.5", "\"NaN\"").getBytes(StandardCharsets.UTF_8));
        return pointers;
    }

    private static byte[] pointer(String uri, byte[] bundle) {
        return new ModelPointer(
                        ModelPointer.CHAMPION,
                        JobBench.BUNDLE.bundle().id(),
                        uri,
                        BundleFormat.sha256(bundle),
                        JobBench.SCHEMA.fingerprint(),
                        0,
                        0.5)
                .encode();
    }

    private static byte[] bomb() throws IOException {
        return zip("weights.bin", new byte[200 << 20]);
    }

    private static byte[] zip(String name, byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry(name));
            zip.write(content);
            zip.closeEntry();
        }
        return bytes.toByteArray();
    }

    /** What runs code where Java deserialises it. */
    private static final class Gadget implements Serializable {
        private static final long serialVersionUID = 1L;
        private static final AtomicInteger RUN = new AtomicInteger();

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            RUN.incrementAndGet();
        }
    }

    private static byte[] gadget() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(new Gadget());
        }
        return bytes.toByteArray();
    }

    private LocalJob start(LocalBroker broker) throws Exception {
        Map<String, Map<Integer, Long>> ends;
        try (Topics topics = new Topics(broker.bootstrapServers(), names)) {
            ends =
                    Map.of(
                            names.transactions(), topics.ends(names.transactions()),
                            names.labels(), topics.ends(names.labels()));
        }
        KafkaSettings kafka =
                new KafkaSettings(
                        broker.bootstrapServers(),
                        Map.of(),
                        names.prefix() + "job",
                        KafkaSettings.Start.EARLIEST,
                        ends,
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
                        Duration.ofSeconds(2),
                        directory.resolve("checkpoints").toUri(),
                        false,
                        -1,
                        // Whatever fails, fails the test.
                        Map.of("restart-strategy.type", "none"));
        return LocalJob.start(
                kafka, JobSettings.defaults(OrderMode.EVENT_TIME), flink, CODECS, true);
    }

    private void awaitRefusals(LocalBroker broker, int pointers) throws IOException {
        int refused = 0;
        long deadline = System.nanoTime() + Duration.ofMinutes(3).toNanos();
        while (refused < pointers - 1 && System.nanoTime() < deadline) {
            int[] found = {0};
            read(
                    broker,
                    names.rejected(),
                    letter -> found[0] += isOf(letter, names.models()) ? 1 : 0);
            refused = found[0];
        }
        assertThat(refused).isEqualTo(pointers - 1);
    }

    private static boolean isOf(JsonNode letter, String topic) {
        return letter.get("topic").textValue().equals(topic);
    }

    private void assertDeadLetters(LocalBroker broker) throws IOException {
        read(
                broker,
                names.rejected(),
                letter -> {
                    Sent sent =
                            isOf(letter, names.transactions())
                                    ? transactions
                                    : isOf(letter, names.labels()) ? labels : null;
                    if (sent != null) {
                        sent.refusedAt(
                                letter.get("partition").intValue(),
                                letter.get("offset").intValue(),
                                letter.get("reason").textValue());
                    } else {
                        assertThat(letter.get("reason").textValue()).isEqualTo("model_refused");
                        assertThat(letter.get("offset").intValue()).isPositive();
                    }
                });
        assertThat(transactions.notRefusedYet()).isZero();
        assertThat(labels.notRefusedYet()).isZero();
    }

    /** Each id that was accepted is scored, and no oftener than it came, by the sound bundle. */
    private void assertScored(LocalBroker broker, JobCounts counts) throws IOException {
        Map<String, Integer> scored = new HashMap<>();
        read(
                broker,
                names.scored(),
                record -> {
                    scored.merge(record.get("transaction_id").textValue(), 1, Integer::sum);
                    assertThat(record.get("bundle_id").textValue())
                            .isEqualTo(JobBench.BUNDLE.bundle().id());
                    assertThat(record.get("score").doubleValue()).isBetween(0.0, 1.0);
                });
        assertThat(scored.keySet()).isEqualTo(transactions.accepted.keySet());
        scored.forEach(
                (id, times) ->
                        assertThat(times).isLessThanOrEqualTo(transactions.accepted.get(id)));
        int all = scored.values().stream().mapToInt(Integer::intValue).sum();
        assertThat(counts.scored()).isEqualTo(all);
        assertThat(counts.duplicate()).isEqualTo(transactions.acceptedRecords() - all);
    }

    private static void read(LocalBroker broker, String topic, Consumer<JsonNode> records)
            throws IOException {
        try (TopicReader reader = new TopicReader(broker.bootstrapServers(), topic, Map.of())) {
            for (byte[] value : reader.values()) {
                records.accept(JSON.readTree(value));
            }
        }
    }

    private void print(JobCounts counts) {
        System.out.printf(
                "Read %d = scored %d + rejected %d + late %d + duplicate %d (%d scored late);"
                        + " %d labels, %d rejected.%n",
                counts.read(),
                counts.scored(),
                counts.rejected(),
                counts.late(),
                counts.duplicate(),
                counts.scoredLate(),
                counts.labels(),
                counts.labelsRejected());
        System.out.printf("%-22s %9s %9s%n", "reason", "records", "labels");
        for (RejectionReason reason : RejectionReason.values()) {
            int records = transactions.refused.getOrDefault(reason, 0);
            int of = labels.refused.getOrDefault(reason, 0);
            if (records + of > 0) {
                System.out.printf("%-22s %9d %9d%n", reason.wireName(), records, of);
            }
        }
        System.out.printf(
                "%-22s %9d %9d%n",
                "none: accepted", transactions.acceptedRecords(), labels.acceptedRecords());
        System.out.printf("%-22s %9s %9s%n", "mutation", "records", "accepted");
        for (RecordMutator.Kind kind : RecordMutator.Kind.values()) {
            System.out.printf(
                    "%-22s %9d %9d%n",
                    kind.name().toLowerCase(Locale.ROOT),
                    mutations[kind.ordinal()],
                    survivors[kind.ordinal()]);
        }
        System.out.printf("Heap after collections: %d MB.%n", heapAfterCollections() >> 20);
    }

    private static long heapAfterCollections() {
        long bytes = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            MemoryUsage usage = pool.getCollectionUsage();
            bytes += usage == null ? 0 : usage.getUsed();
        }
        return bytes;
    }

    @Test
    void theGadgetWouldRun() throws Exception {
        assertThat(new ObjectInputStream(new ByteArrayInputStream(gadget())).readObject())
                .isInstanceOf(Gadget.class);
        assertThat(Gadget.RUN.getAndSet(0)).isEqualTo(1);
    }
}
