package io.fraudstream.job;

import java.io.Serializable;
import java.time.Duration;

/**
 * What the operators of the job need to know.
 *
 * @param outOfOrderness bound on disorder within a partition
 * @param dedupeHorizon for how long, in event time, a transaction id is remembered
 * @param maxEventsPerHistory from so many events on a card's or terminal's history folds its oldest
 * @param bundleUri a bundle that serves from the start, or {@code null} to observe until a pointer comes
 * @param threshold overrides the bundle's own; {@code null} to keep that
 * @param measureLatency whether the time from a record's timestamp to its score is measured
 */
public record JobSettings(
        OrderMode order,
        LatePolicy latePolicy,
        Duration outOfOrderness,
        Duration idleness,
        Duration dedupeHorizon,
        int maxEventsPerHistory,
        String bundleUri,
        Double threshold,
        boolean measureLatency)
        implements Serializable {
    public static final int MAX_EVENTS_PER_HISTORY = 4096;

    public static JobSettings defaults(OrderMode order) {
        return new JobSettings(
                order,
                LatePolicy.SCORE,
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofDays(7),
                MAX_EVENTS_PER_HISTORY,
                null,
                null,
                order == OrderMode.ARRIVAL);
    }

    public JobSettings withBundle(String uri) {
        return new JobSettings(
                order,
                latePolicy,
                outOfOrderness,
                idleness,
                dedupeHorizon,
                maxEventsPerHistory,
                uri,
                threshold,
                measureLatency);
    }
}
