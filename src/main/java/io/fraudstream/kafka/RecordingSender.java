package io.fraudstream.kafka;

import io.fraudstream.recording.RecordedTransaction;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.LabelCodec;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Iterator;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;

/**
 * Streams a recording into the transactions and labels topics, keyed by card.
 *
 * <p>A label is sent when the stream's event time, which is the latest so far, reaches its {@code
 * knownAt}; before a transaction of the same time, and in order of {@code knownAt} and transaction
 * id. The labels that become known after the last transaction follow it at once. Records carry the
 * time at which they were sent and not their event time, since retention and the check for
 * far-future times go by it.
 *
 * <p>Nothing is lost silently: when {@link #send} returns, the broker has acknowledged every
 * record.
 */
public final class RecordingSender {
    private static final Duration PROGRESS_INTERVAL = Duration.ofMillis(200);

    /** An upper bound for one sleep, so that {@link #stop} is noticed. */
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(100);

    /** How many records at full speed pass between two looks at the clock. */
    private static final int CLOCK_STRIDE = 256;

    private final RecordSink sink;
    private final TopicNames topics;
    private final ReplaySpeed speed;
    private final Clock clock;
    private final Pause pause;
    private final PriorityQueue<FraudLabel> pending =
            new PriorityQueue<>(
                    Comparator.comparingLong(FraudLabel::knownAt)
                            .thenComparing(FraudLabel::transactionId));
    private volatile boolean stopped;

    private long transactions;
    private long labels;
    private long firstEventTime = Long.MAX_VALUE;
    private long lastEventTime = Long.MIN_VALUE;
    private Instant started;
    private Instant nextProgress;
    private Duration lag = Duration.ZERO;
    private long paceOrigin = Long.MIN_VALUE;

    public RecordingSender(
            RecordSink sink, TopicNames topics, ReplaySpeed speed, Clock clock, Pause pause) {
        this.sink = sink;
        this.topics = topics;
        this.speed = speed;
        this.clock = clock;
        this.pause = pause;
    }

    /**
     * Sends all rows, or those until {@link #stop}; usable once.
     *
     * @param onProgress called a few times a second
     * @return how far it came; not complete only if it was stopped
     * @throws KafkaException if the broker did not take a record
     * @throws InterruptedException if the thread was interrupted while it waited for an event's
     *     time
     */
    public SendProgress send(Iterator<RecordedTransaction> rows, Consumer<SendProgress> onProgress)
            throws InterruptedException {
        started = clock.instant();
        nextProgress = started.plus(PROGRESS_INTERVAL);
        while (!stopped && rows.hasNext()) {
            RecordedTransaction row = rows.next();
            if (row.eventTime() != RecordedTransaction.NO_EVENT_TIME) {
                advanceTo(row.eventTime(), onProgress);
                if (stopped) {
                    break;
                }
            }
            sink.send(topics.transactions(), bytes(row.key()), row.payload());
            transactions++;
            if (row.label() != null) {
                pending.add(row.label());
            }
            if (!speed.isMax() || transactions % CLOCK_STRIDE == 0) {
                report(onProgress);
            }
        }
        boolean complete = !stopped;
        if (complete) {
            sendLabelsKnownAt(Long.MAX_VALUE);
        }
        sink.flush();
        SendProgress result = progress(complete);
        onProgress.accept(result);
        return result;
    }

    /** Ends a running {@link #send} before its next record; may be called from another thread. */
    public void stop() {
        stopped = true;
    }

    private void advanceTo(long eventTime, Consumer<SendProgress> onProgress)
            throws InterruptedException {
        firstEventTime = Math.min(firstEventTime, eventTime);
        if (eventTime <= lastEventTime) {
            return;
        }
        if (!speed.isMax()) {
            waitUntil(eventTime, onProgress);
        }
        if (stopped) {
            return;
        }
        lastEventTime = eventTime;
        sendLabelsKnownAt(eventTime);
    }

    private void waitUntil(long eventTime, Consumer<SendProgress> onProgress)
            throws InterruptedException {
        if (paceOrigin == Long.MIN_VALUE) {
            paceOrigin = eventTime;
        }
        Instant due = started.plus(speed.wallTime(eventTime - paceOrigin));
        Duration early = Duration.between(clock.instant(), due);
        while (!stopped && early.compareTo(Duration.ZERO) > 0) {
            pause.pause(early.compareTo(LONGEST_PAUSE) < 0 ? early : LONGEST_PAUSE);
            report(onProgress);
            early = Duration.between(clock.instant(), due);
        }
        lag = early.isNegative() ? early.negated() : Duration.ZERO;
    }

    private void sendLabelsKnownAt(long time) {
        while (!pending.isEmpty() && pending.peek().knownAt() <= time) {
            FraudLabel label = pending.remove();
            sink.send(topics.labels(), bytes(label.cardId()), LabelCodec.encode(label));
            labels++;
        }
    }

    private void report(Consumer<SendProgress> onProgress) {
        Instant now = clock.instant();
        if (!now.isBefore(nextProgress)) {
            nextProgress = now.plus(PROGRESS_INTERVAL);
            onProgress.accept(progress(false));
        }
    }

    private SendProgress progress(boolean complete) {
        return new SendProgress(
                transactions,
                labels,
                pending.size(),
                firstEventTime,
                lastEventTime,
                complete,
                Duration.between(started, clock.instant()),
                lag);
    }

    private static byte[] bytes(String key) {
        return key == null ? null : key.getBytes(StandardCharsets.UTF_8);
    }
}
