package io.fraudstream.training;

import io.fraudstream.features.CardHistory;
import io.fraudstream.features.FeatureEngine;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.features.TerminalHistory;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.Transaction;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Drives the {@link FeatureEngine} over events in memory, exactly as the job drives it over a
 * stream in event-time order: duplicates are left out, a label counts from its {@code knownAt} on,
 * the terminal is stepped before the card. Not safe for several threads.
 */
public final class OfflineFeatures {
    /** Event time, then id: the order in which transactions are to come. */
    public static final Comparator<Transaction> EVENT_ORDER =
            Comparator.comparingLong(Transaction::eventTime).thenComparing(Transaction::id);

    /** When it became known, then id; the order of labels. */
    public static final Comparator<FraudLabel> LABEL_ORDER =
            Comparator.comparingLong(FraudLabel::knownAt).thenComparing(FraudLabel::transactionId);

    private static final int MAX_EVENTS = 4096;

    private final FeatureEngine engine;
    private final int maxCardEvents;
    private final int maxTerminalEvents;
    private final Map<String, CardHistory> cards = new HashMap<>();
    private final Map<String, TerminalHistory> terminals = new HashMap<>();

    /** Rows share their vectors here, where a history would unpack each anew. */
    private final CardSequences sequences = new CardSequences();

    private final RecentIds recentIds = new RecentIds();
    private long newestTime = Long.MIN_VALUE;
    private long duplicates;

    public OfflineFeatures(FeatureSchema schema) {
        this(schema, MAX_EVENTS, MAX_EVENTS);
    }

    /**
     * @param maxCardEvents from so many events on a card's oldest are folded together; as in the
     *     job
     * @param maxTerminalEvents likewise for a terminal
     */
    public OfflineFeatures(FeatureSchema schema, int maxCardEvents, int maxTerminalEvents) {
        this.engine = new FeatureEngine(schema);
        this.maxCardEvents = maxCardEvents;
        this.maxTerminalEvents = maxTerminalEvents;
    }

    /**
     * Takes in a label, to be used from its {@code knownAt} on; one without terminal and merchant
     * changes nothing.
     */
    public void label(FraudLabel label) {
        if (label.terminalKey() != null) {
            terminal(label.terminalKey()).label(label);
        }
    }

    /**
     * The features of the next event.
     *
     * @return {@code null} for a duplicate
     * @throws IllegalArgumentException if the event is older than the one before
     */
    public FeatureRow step(Transaction t) {
        if (t.eventTime() < newestTime) {
            throw new IllegalArgumentException(
                    "event_time of transaction "
                            + t.id()
                            + " is "
                            + t.eventTime()
                            + ", expected "
                            + newestTime
                            + " or later: events must come in order");
        }
        newestTime = t.eventTime();
        if (!recentIds.isNew(t.id(), t.eventTime())) {
            duplicates++;
            return null;
        }
        // Without a terminal the engine does not look at the history.
        TerminalHistory history = t.hasTerminalKey() ? terminal(t.terminalKey()) : null;
        FeatureEngine.Features atTerminal = engine.stepTerminal(history, t);
        CardHistory card = cards.computeIfAbsent(t.cardId(), id -> new CardHistory(maxCardEvents));
        FeatureEngine.CardStep step = engine.stepCard(card, t, atTerminal);
        return new FeatureRow(
                t.id(),
                t.eventTime(),
                t.cardId(),
                t.isReversal(),
                step.approximate(),
                Attributes.of(t),
                sequences.next(t.cardId(), t.eventTime(), step.vector()));
    }

    /**
     * Steps all events, each behind the labels that were known by then.
     *
     * @param transactions in {@link #EVENT_ORDER}
     * @param labels in {@link #LABEL_ORDER}
     */
    public void run(
            Iterable<Transaction> transactions,
            Iterable<FraudLabel> labels,
            Consumer<FeatureRow> rows) {
        Iterator<FraudLabel> coming = labels.iterator();
        FraudLabel next = coming.hasNext() ? coming.next() : null;
        for (Transaction t : transactions) {
            while (next != null && next.knownAt() <= t.eventTime()) {
                label(next);
                next = coming.hasNext() ? coming.next() : null;
            }
            FeatureRow row = step(t);
            if (row != null) {
                rows.accept(row);
            }
        }
    }

    /** How many events were left out because their id had been seen within 7 days. */
    public long duplicates() {
        return duplicates;
    }

    private TerminalHistory terminal(String key) {
        return terminals.computeIfAbsent(key, k -> new TerminalHistory(maxTerminalEvents));
    }
}
