package io.fraudstream.training;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;

/** The transaction ids of the last 7 days of event time, to be asked in event order. */
final class RecentIds {
    private static final long HORIZON = Duration.ofDays(7).toMillis();

    private record Seen(String id, long eventTime) {}

    private final Set<String> ids = new HashSet<>();
    private final ArrayDeque<Seen> order = new ArrayDeque<>();

    /** Whether this id has not been seen within the horizon; remembers it from then on. */
    boolean isNew(String id, long eventTime) {
        while (!order.isEmpty() && order.peekFirst().eventTime() <= eventTime - HORIZON) {
            ids.remove(order.pollFirst().id());
        }
        if (!ids.add(id)) {
            return false;
        }
        order.addLast(new Seen(id, eventTime));
        return true;
    }
}
