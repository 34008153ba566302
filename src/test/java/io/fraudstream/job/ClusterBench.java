package io.fraudstream.job;

import io.fraudstream.cluster.BrokerProcess;
import io.fraudstream.cluster.FlinkCluster;
import io.fraudstream.cluster.FlinkRest.Checkpoints;
import io.fraudstream.job.operator.CheckpointedCounters;
import io.fraudstream.kafka.Pause;
import io.fraudstream.kafka.PointerTopic;
import io.fraudstream.kafka.RecordProducer;
import io.fraudstream.kafka.RecordSink;
import io.fraudstream.kafka.RecordingSender;
import io.fraudstream.kafka.ReplaySpeed;
import io.fraudstream.kafka.TopicNames;
import io.fraudstream.kafka.TopicReader;
import io.fraudstream.kafka.Topics;
import io.fraudstream.model.BundleFormat;
import io.fraudstream.recording.RecordedTransaction;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.transaction.ExchangeRates;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.LabelCodec;
import io.fraudstream.transaction.MessageType;
import io.fraudstream.transaction.Transaction;
import io.fraudstream.transaction.TransactionCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/**
 * Topics on a broker of its own and the job jar on a cluster of processes, in event-time order, so
 * that what comes out can be held against the offline path bit for bit.
 */
final class ClusterBench {
    static final int PARTITIONS = 4;
    private static final int CLOSING = 64;
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(10);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final FlinkCluster cluster;
    private final BrokerProcess broker;
    private final TopicNames names;
    private final Path directory;
    private volatile String job;

    /** What goes to a topic. */
    record Message(String topic, byte[] key, byte[] value) {}

    /** Something that is to become true. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws Exception;
    }

    ClusterBench(FlinkCluster cluster, BrokerProcess broker, Path directory, String name)
            throws IOException {
        this.cluster = cluster;
        this.broker = broker;
        this.names = new TopicNames(name + "-");
        this.directory = Files.createDirectories(directory.resolve(name).toAbsolutePath());
        try (Topics topics = new Topics(broker.bootstrapServers(), names)) {
            topics.create(new Topics.Layout(PARTITIONS, Optional.empty(), Optional.empty()));
        }
    }

    TopicNames names() {
        return names;
    }

    String job() {
        return job;
    }

    /**
     * Deploys the job jar and returns when every task runs.
     *
     * @param kafka properties of Kafka's clients
     * @param flink Flink's keys
     * @param savepoint to go on from, or {@code null}
     */
    void deploy(
            boolean exactlyOnce,
            Map<String, String> kafka,
            Map<String, String> flink,
            int parallelism,
            String savepoint)
            throws IOException, InterruptedException {
        Path rates = directory.resolve("rates.yaml");
        Files.writeString(rates, ratesYaml(SimulatedRecording.CODECS.rates()));
        List<String> lines = new ArrayList<>();
        lines.add("kafka:");
        lines.add("  bootstrapServers: " + broker.bootstrapServers());
        lines.add("  topicPrefix: " + names.prefix());
        lines.add("  properties:");
        lines.add("    metadata.max.age.ms: '30000'");
        kafka.forEach((key, value) -> lines.add("    " + key + ": '" + value + "'"));
        lines.add("transactions:");
        lines.add("  exchangeRates: " + rates);
        lines.add("  cardNumbers: trusted-tokens");
        lines.add("job:");
        lines.add("  order: event-time");
        lines.add("  outOfOrderness: " + SimulatedRecording.BOUND.toMinutes() + "m");
        // A pause of the broker must not let one partition run ahead of the others.
        lines.add("  idleness: 1d");
        lines.add("  maxParallelism: 64");
        lines.add("  delivery: " + (exactlyOnce ? "exactly-once" : "at-least-once"));
        lines.add("  scoredTopic: true");
        lines.add("store:");
        lines.add("  directory: " + store());
        lines.add("flink:");
        lines.add("  pipeline.name: " + names.prefix());
        flink.forEach((key, value) -> lines.add("  " + key + ": '" + value + "'"));
        Path settings = directory.resolve("job.yaml");
        Files.write(settings, lines);
        String jar = cluster.rest().upload(Path.of(System.getProperty("fraudstream.jobJar")));
        job = cluster.rest().run(jar, List.of(settings.toString()), parallelism, savepoint);
        await("every task runs", () -> cluster.rest().isRunning(job));
    }

    private static String ratesYaml(ExchangeRates rates) {
        String[] parts = rates.canonicalText().split(" ");
        StringBuilder yaml = new StringBuilder("version: simulated\nbaseCurrency: " + parts[0]);
        yaml.append("\nrates:\n");
        for (int i = 1; i < parts.length; i++) {
            yaml.append("  ").append(parts[i].replace("=", ": ")).append('\n');
        }
        return yaml.toString();
    }

    Path store() {
        return directory.resolve("store");
    }

    /** Puts a bundle into service from this event time on. */
    void announce(BundleFormat.Written bundle, long effectiveFrom, double threshold)
            throws IOException {
        Path file = directory.resolve(bundle.bundle().id() + ".zip");
        Files.write(file, bundle.zip());
        new PointerTopic(broker.bootstrapServers(), names.models(), Map.of())
                .announce(
                        new ModelPointer(
                                ModelPointer.CHAMPION,
                                bundle.bundle().id(),
                                file.toUri().toString(),
                                BundleFormat.sha256(bundle.zip()),
                                JobBench.SCHEMA.fingerprint(),
                                effectiveFrom,
                                threshold));
    }

    /**
     * The records of a recording in the order in which they come, labels among transactions: sent
     * in pieces, no piece's labels run ahead of the next one's transactions.
     */
    List<Message> records(List<RecordedTransaction> rows) throws InterruptedException {
        List<Message> records = new ArrayList<>();
        new RecordingSender(
                        new RecordSink() {
                            @Override
                            public void send(String topic, byte[] key, byte[] value) {
                                records.add(new Message(topic, key, value));
                            }

                            @Override
                            public void flush() {
                                // A list keeps nothing back.
                            }
                        },
                        names,
                        ReplaySpeed.MAX,
                        Clock.systemUTC(),
                        Pause.SLEEP)
                .send(rows.iterator(), progress -> {});
        return records;
    }

    void send(List<Message> records) {
        try (RecordProducer producer = RecordProducer.forThroughput(broker.bootstrapServers())) {
            records.forEach(record -> producer.send(record.topic(), record.key(), record.value()));
            producer.flush();
        }
    }

    /**
     * Takes every partition's time so far on that all before it is scored; what does that is never
     * scored itself.
     */
    void sendClosing(long afterEventTime) {
        long time = afterEventTime + Duration.ofDays(400).toMillis();
        List<Message> records = new ArrayList<>();
        for (int i = 0; i < CLOSING; i++) {
            String id = "closing-" + i;
            byte[] key = id.getBytes(StandardCharsets.UTF_8);
            Transaction last =
                    new Transaction(
                            id,
                            time,
                            id,
                            100,
                            "EUR",
                            100,
                            null,
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
            records.add(new Message(names.transactions(), key, TransactionCodec.encode(last)));
            records.add(
                    new Message(
                            names.labels(),
                            key,
                            LabelCodec.encode(
                                    new FraudLabel(
                                            id, id, "closing", null, time, true, time,
                                            "closing"))));
        }
        send(records);
    }

    /** How many transactions are counted in a checkpoint or since: none while the job restarts. */
    long counted(String counter) throws IOException, InterruptedException {
        String text = cluster.rest().accumulators(job).getOrDefault(counter, "0");
        return Long.parseLong(text);
    }

    /** Sets one of Kafka's settings of a topic. */
    void configure(String topic, String key, String value) throws Exception {
        try (Admin admin = admin()) {
            admin.incrementalAlterConfigs(
                            Map.of(
                                    new ConfigResource(ConfigResource.Type.TOPIC, topic),
                                    List.of(
                                            new AlterConfigOp(
                                                    new ConfigEntry(key, value),
                                                    AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
    }

    /** In which states the transactions of this bench's sinks are. */
    Set<TransactionState> transactions() throws Exception {
        try (Admin admin = admin()) {
            return admin.listTransactions().all().get().stream()
                    .filter(t -> t.transactionalId().startsWith(names.prefix()))
                    .map(TransactionListing::state)
                    .collect(Collectors.toSet());
        }
    }

    private Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    /**
     * How many transactions are in their topic that are not part of a checkpoint yet: what a kill
     * would make the job read again.
     */
    long inFlight() throws Exception {
        try (Admin admin = admin();
                Topics topics = new Topics(broker.bootstrapServers(), names)) {
            Map<TopicPartition, OffsetAndMetadata> committed =
                    admin.listConsumerGroupOffsets(names.prefix() + "fraudstream")
                            .partitionsToOffsetAndMetadata()
                            .get();
            long behind = 0;
            for (Map.Entry<Integer, Long> end : topics.ends(names.transactions()).entrySet()) {
                OffsetAndMetadata at =
                        committed.get(new TopicPartition(names.transactions(), end.getKey()));
                behind += end.getValue() - (at == null ? 0 : at.offset());
            }
            return behind;
        }
    }

    Checkpoints checkpoints() throws IOException, InterruptedException {
        return cluster.rest().checkpoints(job);
    }

    /** Waits until so many have been scored or have otherwise come to their end. */
    void awaitEnded(long transactions) throws Exception {
        await(
                transactions + " transactions have come to their end",
                () ->
                        counted(CheckpointedCounters.SCORED)
                                        + counted(CheckpointedCounters.REJECTED)
                                        + counted(CheckpointedCounters.LATE)
                                        + counted(CheckpointedCounters.DUPLICATE)
                                == transactions);
    }

    /** Waits for a condition; processes that have ended are started again meanwhile. */
    void await(String what, Condition condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        Exception last = null;
        while (true) {
            try {
                cluster.revive();
                if (condition.holds()) {
                    return;
                }
                last = null;
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception notNow) {
                // A JobManager that is gone or has just come does not answer.
                last = notNow;
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited in vain until " + what, last);
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    List<byte[]> alerts() throws IOException {
        return values(names.alerts());
    }

    List<byte[]> scored() throws IOException {
        return values(names.scored());
    }

    private List<byte[]> values(String topic) throws IOException {
        try (TopicReader reader = new TopicReader(broker.bootstrapServers(), topic, Map.of())) {
            return reader.values();
        }
    }
}
