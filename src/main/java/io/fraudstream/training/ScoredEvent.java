package io.fraudstream.training;

import java.util.List;

/**
 * An event with its score and what it turned out to be.
 *
 * @param eventTime milliseconds since the epoch, UTC
 */
public record ScoredEvent(
        String transactionId, String cardId, long eventTime, double score, boolean fraud) {

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
