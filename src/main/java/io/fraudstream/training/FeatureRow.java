package io.fraudstream.training;

/**
 * One event as a model sees it.
 *
 * @param eventTime milliseconds since the epoch, UTC
 * @param reversal whether it undoes another; such events are history for others and never an
 *     example
 * @param approximate whether some window had to forget single events
 * @param sequence raw vectors of the card, oldest first, the event's own last; rows share them, so
 *     they must not be changed
 */
@SuppressWarnings("ArrayRecordComponent") // Vectors are shared by reference; nothing compares rows.
public record FeatureRow(
        String transactionId,
        long eventTime,
        String cardId,
        boolean reversal,
        boolean approximate,
        Attributes attributes,
        float[][] sequence) {

    /** The event's own raw vector. */
    public float[] vector() {
        return sequence[sequence.length - 1];
    }
}
