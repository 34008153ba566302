package io.fraudstream.training;

import io.fraudstream.transaction.FraudLabel;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * What was known about each event at a cut-off. The last verdict by then counts, fraud on ties. An
 * event without one is legitimate once the maturity horizon has passed since it happened, and
 * unknown before.
 */
public final class KnownLabels {
    /** What an event is taken for. */
    public enum Verdict {
        FRAUD,
        LEGITIMATE,
        UNKNOWN
    }

    private record Known(long knownAt, boolean fraud) {}

    private final long cutOff;
    private final long maturity;
    private final Map<String, Known> verdicts = new HashMap<>();

    /**
     * @param cutOff milliseconds since the epoch; labels known later are passed over
     * @param maturity from the event to the time from which silence means legitimate
     */
    public KnownLabels(Iterable<FraudLabel> labels, long cutOff, Duration maturity) {
        this.cutOff = cutOff;
        this.maturity = maturity.toMillis();
        for (FraudLabel label : labels) {
            if (label.knownAt() <= cutOff) {
                verdicts.merge(
                        label.transactionId(),
                        new Known(label.knownAt(), label.fraud()),
                        KnownLabels::later);
            }
        }
    }

    private static Known later(Known one, Known other) {
        if (one.knownAt() != other.knownAt()) {
            return one.knownAt() > other.knownAt() ? one : other;
        }
        return one.fraud() ? one : other;
    }

    /**
     * Events before this time have their final verdict: fraud if it is known, legitimate otherwise.
     */
    public long matureBefore() {
        return cutOff - maturity + 1;
    }

    public Verdict verdict(String transactionId, long eventTime) {
        Known known = verdicts.get(transactionId);
        if (known != null) {
            return known.fraud() ? Verdict.FRAUD : Verdict.LEGITIMATE;
        }
        return eventTime + maturity <= cutOff ? Verdict.LEGITIMATE : Verdict.UNKNOWN;
    }
}
