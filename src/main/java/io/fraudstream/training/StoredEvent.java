package io.fraudstream.training;

import io.fraudstream.transaction.Transaction;

/**
 * A transaction as the event store keeps it.
 *
 * @param score calibrated; NaN in observe mode
 * @param bundleId of the model that scored; {@code null} in observe mode
 * @param decision as it stands in the store: alert, pass or observe
 * @param receivedAt the record's own timestamp, milliseconds since the epoch
 * @param row the event's vector and the card's sequence that ends with it
 */
public record StoredEvent(
        Transaction transaction,
        double score,
        String bundleId,
        String decision,
        boolean scoredLate,
        long receivedAt,
        FeatureRow row) {}
