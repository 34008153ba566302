package io.fraudstream.model;

/**
 * Why a score is what it is: one feature, what it is here, what it usually is, and what the
 * difference adds to the score.
 *
 * @param feature its name in the schema
 * @param value raw; NaN if missing
 * @param usual the card's own mean over its last events, or the population's median; NaN if unknown
 * @param contribution log-odds that it adds to the score; those of all features of an event add up
 *     to the difference between it and an event with the usual values
 * @param text for an analyst
 */
public record Reason(
        String feature, double value, double usual, double contribution, String text) {}
