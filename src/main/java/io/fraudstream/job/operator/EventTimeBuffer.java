package io.fraudstream.job.operator;

import io.fraudstream.job.state.Ordered;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.TimerService;

/**
 * Holds a key's elements until the watermark has passed their order time, and gives them back in
 * order.
 */
final class EventTimeBuffer<T extends Ordered> {
    private final MapState<Long, List<T>> waiting;

    EventTimeBuffer(RuntimeContext runtime, TypeInformation<T> type) {
        waiting =
                runtime.getMapState(
                        new MapStateDescriptor<>("waiting", Types.LONG, Types.LIST(type)));
    }

    void add(T element, TimerService timers) throws Exception {
        List<T> together = waiting.get(element.orderTime());
        if (together == null) {
            together = new ArrayList<>(1);
        }
        together.add(element);
        waiting.put(element.orderTime(), together);
        timers.registerEventTimeTimer(element.orderTime());
    }

    /** What waited for this time, in order; empty if the timer was for something else. */
    List<T> take(long time) throws Exception {
        List<T> together = waiting.get(time);
        if (together == null) {
            return List.of();
        }
        waiting.remove(time);
        together.sort(Ordered.ORDER);
        return together;
    }
}
