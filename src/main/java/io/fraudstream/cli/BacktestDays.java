package io.fraudstream.cli;

import io.fraudstream.features.FeatureSchema;
import java.time.Duration;
import java.time.LocalDate;

/**
 * The days to train on and the days to score, all of them whole days in UTC, first and last
 * included.
 */
record BacktestDays(LocalDate trainFrom, LocalDate trainTo, LocalDate testFrom, LocalDate testTo) {
    private static final int WEEK = 7;
    private static final int WARM_UP_DAYS =
            (int) Duration.ofMillis(FeatureSchema.CARD_HORIZON).toDays();

    BacktestDays {
        requireOrder("--train-to", trainTo, "--train-from", trainFrom);
        requireOrder("--test-from", testFrom, "--train-to", trainTo.plusDays(1));
        requireOrder("--test-to", testTo, "--test-from", testFrom);
    }

    /**
     * What was not given: all events whose labels are known when the test begins, but for the
     * first, whose histories are not full yet, if half of the rest is left; and a week to test on.
     *
     * @param first day of the recording
     * @throws IllegalArgumentException for days in the wrong order
     */
    static BacktestDays all(
            LocalDate first,
            Duration labelDelay,
            LocalDate trainFrom,
            LocalDate trainTo,
            LocalDate testFrom,
            LocalDate testTo) {
        LocalDate last = trainTo == null ? lastKnown(testFrom, labelDelay) : trainTo;
        LocalDate warm = first.plusDays(WARM_UP_DAYS);
        LocalDate from = warm.plusDays(WARM_UP_DAYS).isAfter(last) ? first : warm;
        return new BacktestDays(
                trainFrom == null ? from : trainFrom,
                last,
                testFrom,
                testTo == null ? testFrom.plusDays(WEEK - 1) : testTo);
    }

    /** The book's: a week to train on, the label delay, a week to test on. */
    static BacktestDays handbook(LocalDate testFrom, Duration labelDelay) {
        LocalDate last = lastKnown(testFrom, labelDelay);
        return new BacktestDays(
                last.minusDays(WEEK - 1), last, testFrom, testFrom.plusDays(WEEK - 1));
    }

    private static LocalDate lastKnown(LocalDate testFrom, Duration labelDelay) {
        long days = labelDelay.plusDays(1).minusMillis(1).toDays();
        return testFrom.minusDays(days + 1);
    }

    private static void requireOrder(
            String name, LocalDate value, String otherName, LocalDate earliest) {
        if (value.isBefore(earliest)) {
            throw new IllegalArgumentException(
                    name
                            + " is "
                            + value
                            + ", expected "
                            + earliest
                            + " or later, behind "
                            + otherName);
        }
    }
}
