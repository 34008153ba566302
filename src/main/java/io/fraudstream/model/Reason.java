package io.fraudstream.model;

/**
 * Why a score is what it is: one feature, what it is here, what it usually is, and how far the
 * score moves between them.
 *
 * @param feature its name in the schema
 * @param value raw; NaN if missing
 * @param usual the card's own mean over its last events, or the population's median; NaN if unknown
 * @param contribution log-odds that the score loses when the value is replaced by the usual one
 * @param text for an analyst
 */
public record Reason(
        String feature, double value, double usual, double contribution, String text) {}
