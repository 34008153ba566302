package io.fraudstream.training;

import java.util.List;

/**
 * An event with its score and what it turned out to be.
 *
 * @param eventTime milliseconds since the epoch, UTC
 */
public record ScoredEvent(
        String transactionId,
        String cardId,
        long eventTime,
        double score,
        boolean fraud,
        Attributes attributes) {

    /** An event of whose attributes nothing is known. */
    public ScoredEvent(
            String transactionId, String cardId, long eventTime, double score, boolean fraud) {
        this(transactionId, cardId, eventTime, score, fraud, Attributes.UNKNOWN);
    }

    /** The event of a row. */
    public static ScoredEvent of(FeatureRow row, double score, boolean fraud) {
        return new ScoredEvent(
                row.transactionId(), row.cardId(), row.eventTime(), score, fraud, row.attributes());
    }

    static double[] scores(List<ScoredEvent> events) {
        return events.stream().mapToDouble(ScoredEvent::score).toArray();
    }

    static boolean[] verdicts(List<ScoredEvent> events) {
        boolean[] verdicts = new boolean[events.size()];
        for (int i = 0; i < verdicts.length; i++) {
            verdicts[i] = events.get(i).fraud();
        }
        return verdicts;
    }
}
