package io.fraudstream.transaction;

import java.util.Objects;

/**
 * A verdict on a transaction: a chargeback, or what an analyst found.
 *
 * @param eventTime of the transaction, milliseconds since the epoch, UTC
 * @param fraud {@code true} for fraud, {@code false} for a transaction that was cleared
 * @param knownAt when the verdict could first be used, milliseconds since the epoch, UTC: the only
 *     truth about that
 * @param source who says so, such as {@code chargeback} or {@code analyst}
 */
public record FraudLabel(
        String transactionId,
        String cardId,
        String terminalId,
        String merchantId,
        long eventTime,
        boolean fraud,
        long knownAt,
        String source)
        implements Decoded {

    public FraudLabel {
        Objects.requireNonNull(transactionId, "transactionId");
        Objects.requireNonNull(cardId, "cardId");
        Objects.requireNonNull(source, "source");
    }

    /** The same key as {@link Transaction#terminalKey()}. */
    public String terminalKey() {
        return Transaction.terminalKey(terminalId, merchantId);
    }
}
