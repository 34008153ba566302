package io.fraudstream.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fraudstream.kafka.TopicTail;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/**
 * Reads the alert topic as a consumer outside the job and measures how long each alert took since
 * its transaction was due to be sent, so that a sender that fell behind cannot hide a wait.
 */
final class AlertWatch implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final TopicTail tail;
    private final Map<String, LiveTraffic.Sent> sent;
    private final Consumer<Seen> listener;
    private final Thread thread;
    private final Histogram latencyMicros = new Histogram(3);
    private final Set<String> alerted = new HashSet<>();
    private long hits;

    /**
     * An alert as it was read.
     *
     * @param micros since the transaction was due to be sent
     */
    record Seen(JsonNode alert, boolean fraud, long micros) {}

    AlertWatch(
            String bootstrapServers,
            String topic,
            Map<String, LiveTraffic.Sent> sent,
            Consumer<Seen> listener) {
        this.tail = new TopicTail(bootstrapServers, topic);
        this.sent = sent;
        this.listener = listener;
        this.thread = new Thread(this::watch, "alert-watch");
        thread.setDaemon(true);
        thread.start();
    }

    private void watch() {
        tail.read(
                true,
                Long.MAX_VALUE,
                record -> {
                    long now = System.nanoTime();
                    JsonNode alert;
                    try {
                        alert = JSON.readTree(record.value());
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                    String id = alert.get("transaction_id").asText();
                    LiveTraffic.Sent truth = sent.get(id);
                    if (truth != null) {
                        see(alert, id, truth, now);
                    }
                });
    }

    private synchronized void see(JsonNode alert, String id, LiveTraffic.Sent truth, long now) {
        if (!alerted.add(id)) {
            return;
        }
        long micros = Math.max(0, (now - truth.dueNanos()) / 1000);
        latencyMicros.recordValue(micros);
        hits += truth.fraud() ? 1 : 0;
        listener.accept(new Seen(alert, truth.fraud(), micros));
        notifyAll();
    }

    /** Waits until so many alerts have been read. */
    synchronized void awaitAlerts(long expected, Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (alerted.size() < expected && System.nanoTime() < deadline) {
            wait(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
        }
    }

    synchronized long alerts() {
        return alerted.size();
    }

    synchronized long hits() {
        return hits;
    }

    /** A copy, in microseconds. */
    synchronized Histogram latencyMicros() {
        return latencyMicros.copy();
    }

    @Override
    public void close() {
        tail.stop();
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        tail.close();
    }
}
