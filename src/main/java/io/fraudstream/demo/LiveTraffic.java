package io.fraudstream.demo;

import io.fraudstream.kafka.RecordProducer;
import io.fraudstream.kafka.TopicNames;
import io.fraudstream.simulation.SimulatedTransaction;
import io.fraudstream.simulation.TransactionSimulator;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.LabelCodec;
import io.fraudstream.transaction.Transaction;
import io.fraudstream.transaction.TransactionCodec;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sends a simulated stream into the topics, labels when they become known, and remembers what it
 * knows to be true.
 */
final class LiveTraffic {
    private static final int DUPLICATE_EVERY = 400;
    private static final int MALFORMED_EVERY = 1000;
    private static final int DELAYED_EVERY = 700;
    private static final int DELAYED_BY = 100;

    private final TransactionSimulator simulator;
    private final RecordProducer producer;
    private final TopicNames topics;
    private final PriorityQueue<Report> labels =
            new PriorityQueue<>(Comparator.comparingLong(report -> report.label().knownAt()));
    private final Map<String, Sent> sent = new ConcurrentHashMap<>();
    private Transaction delayed;
    private long records;
    private volatile long lastEventTime = Long.MIN_VALUE;
    private volatile boolean stopped;
    private volatile boolean remoteLabelsLost;
    private long holdFrom = Long.MAX_VALUE;

    /** A label that is to be sent, and whether the card was not there. */
    private record Report(FraudLabel label, boolean remote) {}

    /**
     * When a transaction was due to be sent, by {@link System#nanoTime}, and whether it is fraud.
     */
    record Sent(long dueNanos, boolean fraud) {}

    LiveTraffic(TransactionSimulator simulator, RecordProducer producer, TopicNames topics) {
        this.simulator = simulator;
        this.producer = producer;
        this.topics = topics;
    }

    /** The rest of the same stream through another producer, with counts that begin anew. */
    LiveTraffic continuedBy(RecordProducer other) {
        LiveTraffic rest = new LiveTraffic(simulator, other, topics);
        rest.labels.addAll(labels);
        return rest;
    }

    /** Sends history as fast as it goes, up to this event time. */
    void sendUntil(long eventTime) {
        while (simulator.hasNext() && lastEventTime < eventTime && !stopped) {
            send(simulator.next());
        }
        producer.flush();
    }

    /**
     * Sends at a steady rate, whatever answers come; among it a few duplicates, delayed and broken
     * records, as there are in real life.
     */
    void sendSteadily(long nanos, int rate) throws InterruptedException {
        long began = System.nanoTime();
        long count = nanos / 1_000_000_000L * rate;
        for (long i = 0; i < count && simulator.hasNext() && !stopped; i++) {
            SimulatedTransaction next = simulator.next();
            began += awaitTurn(next.transaction().eventTime());
            long due = began + i * 1_000_000_000L / rate;
            long ahead = due - System.nanoTime();
            if (ahead > 0) {
                Thread.sleep(ahead / 1_000_000, (int) (ahead % 1_000_000));
            }
            sent.put(next.transaction().id(), new Sent(due, next.isFraud()));
            if (i % DELAYED_EVERY == DELAYED_EVERY - 1 && delayed == null) {
                delayed = next.transaction();
                keepLabel(next);
                continue;
            }
            send(next);
            if (delayed != null && i % DELAYED_EVERY == DELAYED_BY) {
                send(delayed);
                delayed = null;
            }
            if (i % DUPLICATE_EVERY == 0) {
                send(next.transaction());
            }
            if (i % MALFORMED_EVERY == 0) {
                records++;
                producer.send(
                        topics.transactions(),
                        null,
                        "{\"transaction_id\":".getBytes(StandardCharsets.UTF_8));
            }
        }
        if (delayed != null) {
            send(delayed);
            delayed = null;
        }
        producer.flush();
    }

    synchronized void stop() {
        stopped = true;
        notifyAll();
    }

    /** From this event time on nothing is sent until it is moved, in steady traffic. */
    synchronized void holdFrom(long eventTime) {
        holdFrom = eventTime;
        notifyAll();
    }

    /** Returns for how many nanoseconds the event had to wait. */
    private synchronized long awaitTurn(long eventTime) throws InterruptedException {
        if (eventTime < holdFrom) {
            return 0;
        }
        long began = System.nanoTime();
        while (eventTime >= holdFrom && !stopped) {
            wait();
        }
        return System.nanoTime() - began;
    }

    /** From now on no label of a transaction without the card being present is sent any more. */
    void loseRemoteLabels() {
        remoteLabelsLost = true;
    }

    /** How many records went into the transactions topic. */
    long records() {
        return records;
    }

    /** Of the last transaction that was sent, milliseconds since the epoch. */
    long lastEventTime() {
        return lastEventTime;
    }

    /** What was sent live, by transaction id. */
    Map<String, Sent> sent() {
        return sent;
    }

    private void send(SimulatedTransaction simulated) {
        lastEventTime = simulated.transaction().eventTime();
        while (!labels.isEmpty() && labels.peek().label().knownAt() <= lastEventTime) {
            Report report = labels.remove();
            if (!(report.remote() && remoteLabelsLost)) {
                FraudLabel label = report.label();
                producer.send(topics.labels(), key(label.cardId()), LabelCodec.encode(label));
            }
        }
        send(simulated.transaction());
        keepLabel(simulated);
    }

    private void keepLabel(SimulatedTransaction simulated) {
        Transaction t = simulated.transaction();
        if (simulated.isReported()) {
            FraudLabel label =
                    new FraudLabel(
                            t.id(),
                            t.cardId(),
                            t.terminalId(),
                            t.merchantId(),
                            t.eventTime(),
                            true,
                            simulated.knownAt(),
                            "chargeback");
            labels.add(new Report(label, t.entryMode() != null && t.entryMode().isRemote()));
        }
    }

    private void send(Transaction transaction) {
        records++;
        producer.send(
                topics.transactions(),
                key(transaction.cardId()),
                TransactionCodec.encode(transaction));
    }

    private static byte[] key(String cardId) {
        return cardId.getBytes(StandardCharsets.UTF_8);
    }
}
