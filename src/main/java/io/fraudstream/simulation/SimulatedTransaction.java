package io.fraudstream.simulation;

import io.fraudstream.transaction.Transaction;

/**
 * A transaction with the truth about it.
 *
 * @param kind {@code null} if it is genuine
 * @param knownAt when the fraud is reported, milliseconds since the epoch, UTC; {@link #NEVER} for
 *     a genuine transaction and for a fraud that its victim never reports
 */
public record SimulatedTransaction(Transaction transaction, FraudKind kind, long knownAt) {
    public static final long NEVER = Long.MAX_VALUE;

    public boolean isFraud() {
        return kind != null;
    }

    public boolean isReported() {
        return knownAt != NEVER;
    }
}
