package io.fraudstream.demo;

/**
 * How well frauds were found over some events, against what is simulated to be true.
 *
 * @param precision of what was alerted on
 * @param recall of what was alerted on
 * @param recallAtBudget if the day's budget of alerts were spent on the highest scores of the whole
 *     span
 */
public record Detection(
        long events,
        long frauds,
        double averagePrecision,
        double precision,
        double recall,
        double recallAtBudget) {}
