package io.fraudstream.job.state;

import io.fraudstream.transaction.TraceContext;
import io.fraudstream.transaction.Transaction;

/**
 * A transaction that was let in.
 *
 * @param orderTime when its turn is in event-time mode: its event time, or for a late one the bound
 *     that it missed, so that the turn depends on the recording alone
 * @param late whether it came later than the bound on disorder allows
 * @param receivedAt the record's own timestamp
 * @param trace that its sender wants to see it in, or {@code null}
 */
public record Admitted(
        Transaction transaction,
        long orderTime,
        boolean late,
        int partition,
        long offset,
        long receivedAt,
        TraceContext trace)
        implements Ordered {
    @Override
    public Admitted admitted() {
        return this;
    }
}
