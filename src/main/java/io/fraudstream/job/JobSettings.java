package io.fraudstream.job;

import io.fraudstream.registry.ModelPointer;
import io.fraudstream.registry.TrustedKeys;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;

/**
 * What the operators of the job need to know.
 *
 * @param outOfOrderness bound on disorder within a partition
 * @param dedupeHorizon for how long, in event time, a transaction id is remembered
 * @param maxEventsPerHistory from so many events on a card's or terminal's history folds its oldest
 * @param historyCacheMb in about so many megabytes of the heap each subtask keeps histories at hand
 *     where state is elsewhere
 * @param champion the bundle that serves from the start, or {@code null} to observe until a pointer
 *     comes
 * @param announced the pointers that were on the models topic when the job was put together, in
 *     their order: what serves at first, unless there is state of an earlier run
 * @param followsPromotions whether pointers that are announced change the model in service
 * @param trustedKeys by which a bundle must be signed before it is opened
 * @param measureLatency whether the time from a record's timestamp to its score is measured
 * @param alertsPerDay how many are looked for, to be shown beside those that come; 0 where that is
 *     not known
 */
public record JobSettings(
        OrderMode order,
        LatePolicy latePolicy,
        Duration outOfOrderness,
        Duration idleness,
        Duration dedupeHorizon,
        int maxEventsPerHistory,
        int historyCacheMb,
        ModelPointer champion,
        List<ModelPointer> announced,
        boolean measureLatency,
        boolean followsPromotions,
        TrustedKeys trustedKeys,
        int alertsPerDay)
        implements Serializable {
    public static final int MAX_EVENTS_PER_HISTORY = 4096;
    public static final int HISTORY_CACHE_MB = 64;

    public JobSettings {
        announced = List.copyOf(announced);
    }

    public static JobSettings defaults(OrderMode order) {
        return new JobSettings(
                order,
                LatePolicy.SCORE,
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofDays(7),
                MAX_EVENTS_PER_HISTORY,
                HISTORY_CACHE_MB,
                null,
                List.of(),
                order == OrderMode.ARRIVAL,
                true,
                TrustedKeys.NONE,
                0);
    }

    public JobSettings withChampion(ModelPointer pointer) {
        return new JobSettings(
                order,
                latePolicy,
                outOfOrderness,
                idleness,
                dedupeHorizon,
                maxEventsPerHistory,
                historyCacheMb,
                pointer,
                announced,
                measureLatency,
                followsPromotions,
                trustedKeys,
                alertsPerDay);
    }

    public JobSettings withAnnounced(List<ModelPointer> pointers) {
        return new JobSettings(
                order,
                latePolicy,
                outOfOrderness,
                idleness,
                dedupeHorizon,
                maxEventsPerHistory,
                historyCacheMb,
                champion,
                pointers,
                measureLatency,
                followsPromotions,
                trustedKeys,
                alertsPerDay);
    }

    public long historyCacheBytes() {
        return (long) historyCacheMb << 20;
    }
}
