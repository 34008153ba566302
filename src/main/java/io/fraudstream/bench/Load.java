package io.fraudstream.bench;

import io.fraudstream.simulation.TransactionSimulator;
import io.fraudstream.transaction.Transaction;
import io.fraudstream.transaction.TransactionCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends events at a fixed rate and waits for their alerts on the other side. A latency runs from
 * the moment at which the event was due, whether or not the sender kept up (no coordinated
 * omission), to that at which a consumer has the alert.
 */
final class Load {
    private static final Duration POLL = Duration.ofMillis(50);
    private static final long PAUSE_NANOS = 500_000;

    /** Records that are due together go together, as any busy sender's do. */
    private static final int LINGER_MILLIS = 1;

    private static final int DIGITS = 3;

    private final Testbed bed;
    private final List<ProducerRecord<byte[], byte[]>> events = new ArrayList<>();
    private final double rate;
    private final long unmeasured;
    private final boolean committedOnly;
    private final Histogram micros = new Histogram(TimeUnit.MINUTES.toMicros(5), DIGITS);
    private final AtomicBoolean ended = new AtomicBoolean();
    private long first;
    private volatile long began;

    private Load(Testbed bed, double rate, Duration settling, boolean committedOnly) {
        this.bed = bed;
        this.rate = rate;
        this.unmeasured = (long) (rate * settling.toNanos() / 1e9);
        this.committedOnly = committedOnly;
    }

    /**
     * The next events of a stream.
     *
     * @param rate events a second
     * @param settling for so long at the beginning nothing is measured
     * @param measured for so long after that events are
     * @param committedOnly whether alerts are seen when their Kafka transaction is committed
     */
    static Load of(
            Testbed bed,
            TransactionSimulator stream,
            double rate,
            Duration settling,
            Duration measured,
            boolean committedOnly) {
        Load load = new Load(bed, rate, settling, committedOnly);
        long count = (long) (rate * settling.plus(measured).toNanos() / 1e9);
        while (load.events.size() < count) {
            Transaction t = stream.next().transaction();
            if (load.events.isEmpty()) {
                load.first = numberIn(t.id());
            }
            load.events.add(
                    new ProducerRecord<>(
                            bed.names().transactions(),
                            t.cardId().getBytes(StandardCharsets.UTF_8),
                            TransactionCodec.encode(t)));
        }
        return load;
    }

    /**
     * Sends all, waits so long for the last alerts, and returns the latencies in microseconds.
     *
     * @throws ExecutionException if the alerts cannot be read
     */
    Histogram run(Duration patience) throws ExecutionException, InterruptedException {
        try (Consumer<byte[], byte[]> consumer = consumer()) {
            CompletableFuture<Void> receiving =
                    CompletableFuture.runAsync(() -> receive(consumer), task -> thread(task));
            send();
            Thread.sleep(patience.toMillis());
            ended.set(true);
            receiving.get();
        }
        return micros;
    }

    private static void thread(Runnable task) {
        Thread thread = new Thread(task, "bench-alerts");
        thread.setDaemon(true);
        thread.start();
    }

    private Consumer<byte[], byte[]> consumer() {
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        Map.of(
                                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                bed.bootstrapServers(),
                                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                                committedOnly ? "read_committed" : "read_uncommitted"),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer());
        List<TopicPartition> partitions = new ArrayList<>();
        consumer.partitionsFor(bed.names().alerts())
                .forEach(
                        info -> partitions.add(new TopicPartition(info.topic(), info.partition())));
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
        return consumer;
    }

    private void receive(Consumer<byte[], byte[]> consumer) {
        while (!ended.get()) {
            for (ConsumerRecord<byte[], byte[]> alert : consumer.poll(POLL)) {
                long now = System.nanoTime();
                long number = numberIn(new String(alert.key(), StandardCharsets.UTF_8)) - first;
                if (number >= unmeasured) {
                    micros.recordValue(
                            Math.max(0, TimeUnit.NANOSECONDS.toMicros(now - due(number))));
                }
            }
        }
    }

    /** Simulated transactions are numbered in their order, and an alert's id ends with that. */
    private static long numberIn(String id) {
        return Long.parseLong(id, id.lastIndexOf('-') + 1, id.length(), 10);
    }

    private long due(long number) {
        return began + (long) (number * 1e9 / rate);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // What was not sent has no alert.
    private void send() {
        Map<String, Object> settings =
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bed.bootstrapServers(),
                        ProducerConfig.LINGER_MS_CONFIG,
                        LINGER_MILLIS);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.partitionsFor(bed.names().transactions());
            // Now, and not while latencies are measured: all events are there.
            System.gc();
            began = System.nanoTime();
            for (int i = 0; i < events.size(); i++) {
                while (System.nanoTime() < due(i)) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
                producer.send(events.get(i));
            }
        }
    }
}
