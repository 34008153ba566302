package io.fraudstream.training;

/**
 * An event with its score and what it turned out to be.
 *
 * @param eventTime milliseconds since the epoch, UTC
 */
public record ScoredEvent(
        String transactionId, String cardId, long eventTime, double score, boolean fraud) {}
