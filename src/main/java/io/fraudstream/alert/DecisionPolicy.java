package io.fraudstream.alert;

import io.fraudstream.transaction.Transaction;

/**
 * When a score becomes an alert.
 *
 * @param threshold a calibrated score from here on alerts; 0 to 1
 */
public record DecisionPolicy(double threshold) {
    public DecisionPolicy {
        if (!(threshold >= 0 && threshold <= 1)) {
            throw new IllegalArgumentException("threshold is " + threshold + ", expected 0 to 1");
        }
    }

    /** A reversal never alerts: it undoes something. */
    public Decision decide(Transaction transaction, double score) {
        return score >= threshold && !transaction.isReversal() ? Decision.ALERT : Decision.PASS;
    }
}
