package io.fraudstream.job.operator;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Sorts lags into buckets that can be summed over subtasks, which quantiles cannot. Each lag is in
 * one bucket: the first whose bound it does not exceed, or the last, {@code NAMEOver…}. What lies
 * before zero is in the first.
 */
final class LagBuckets {
    private final List<Duration> bounds;

    /**
     * @param bounds ascending, whole hours
     */
    LagBuckets(Duration... bounds) {
        this.bounds = List.of(bounds);
    }

    /** Names such as {@code labelLagUpTo7d}, in order. */
    List<String> names(String name) {
        List<String> names = new ArrayList<>();
        for (Duration bound : bounds) {
            names.add(name + "UpTo" + text(bound));
        }
        names.add(name + "Over" + text(bounds.get(bounds.size() - 1)));
        return names;
    }

    private static String text(Duration bound) {
        return bound.toHours() % 24 == 0 ? bound.toDays() + "d" : bound.toHours() + "h";
    }

    int indexOf(long millis) {
        int index = 0;
        while (index < bounds.size() && millis > bounds.get(index).toMillis()) {
            index++;
        }
        return index;
    }
}
