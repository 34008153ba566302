package io.fraudstream.training;

import java.time.Duration;

/**
 * The event times that a model learns from, and what may be known of them. All in milliseconds
 * since the epoch, UTC.
 *
 * @param from the first
 * @param to behind the last
 * @param labelCutOff labels that became known later are not used
 */
public record TrainingWindow(long from, long to, long labelCutOff) {
    private static final long DAY = Duration.ofDays(1).toMillis();

    public TrainingWindow {
        if (to <= from) {
            throw new IllegalArgumentException(
                    "training range ends at " + to + ", expected later than " + from);
        }
    }

    boolean contains(long eventTime) {
        return eventTime >= from && eventTime < to;
    }

    /**
     * Where the validation days begin: so many days before the end, or the last third of a short
     * range.
     */
    long validationFrom(long end, int days) {
        return end - Math.min(days * DAY, Math.max(0, end - from) / 3);
    }
}
