package io.fraudstream.job.operator;

import io.fraudstream.job.state.SeenIds;
import io.fraudstream.job.state.SeenIdsSerializer;
import java.util.BitSet;
import java.util.Iterator;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * The ids of the bucket at hand with their event times. On the heap a bucket is one value, in which
 * an id costs half of what it would as an entry of a map and leaves the collector nothing to
 * follow; elsewhere each id is an entry, so that one can be written without the others. A bucket
 * that was saved in the other form is moved when it is first used.
 */
final class SeenState {
    private final MapState<String, Long> entries;
    private final MutableState<SeenIds> sets;

    /** The buckets of which nothing is left in the other form. */
    private final BitSet moved = new BitSet();

    SeenState(RuntimeContext context) {
        entries = context.getMapState(new MapStateDescriptor<>("seen", Types.STRING, Types.LONG));
        sets =
                new MutableState<>(
                        context,
                        new ValueStateDescriptor<>("seen-ids", SeenIdsSerializer.INSTANCE));
    }

    /**
     * Keeps the event time of an id.
     *
     * @param isOver whether an id of this time may be taken for a new one
     * @return whether it is new; if not, it keeps its time
     */
    boolean add(int bucket, String id, long eventTime, LongPredicate isOver) throws Exception {
        moveOver(bucket);
        if (sets.isInPlace()) {
            SeenIds set = sets.value();
            if (set == null) {
                set = new SeenIds();
            }
            long first = set.timeOf(id);
            if (first != SeenIds.NEVER && !isOver.test(first)) {
                return false;
            }
            set.put(id, eventTime);
            sets.update(set);
            return true;
        }
        Long first = entries.get(id);
        if (first != null && !isOver.test(first)) {
            return false;
        }
        entries.put(id, eventTime);
        return true;
    }

    /** Drops all ids of such event times. */
    void removeIf(int bucket, LongPredicate isOver) throws Exception {
        moveOver(bucket);
        if (sets.isInPlace()) {
            SeenIds set = sets.value();
            if (set != null) {
                set.removeIf(isOver);
                if (set.isEmpty()) {
                    sets.clear();
                }
            }
            return;
        }
        Iterator<Map.Entry<String, Long>> all = entries.iterator();
        while (all.hasNext()) {
            if (isOver.test(all.next().getValue())) {
                all.remove();
            }
        }
        if (entries.isEmpty()) {
            entries.clear(); // Otherwise some backends keep an empty map.
        }
    }

    void forEachTime(int bucket, LongConsumer action) throws Exception {
        moveOver(bucket);
        if (!sets.isInPlace()) {
            entries.values().forEach(action::accept);
        } else if (sets.value() != null) {
            sets.value().forEachTime(action);
        }
    }

    private void moveOver(int bucket) throws Exception {
        if (moved.get(bucket)) {
            return;
        }
        moved.set(bucket);
        SeenIds set = sets.value();
        if (!sets.isInPlace()) {
            if (set != null) {
                set.forEach(entries::put);
                sets.clear();
            }
        } else if (!entries.isEmpty()) {
            set = set == null ? new SeenIds() : set;
            for (Map.Entry<String, Long> entry : entries.entries()) {
                set.put(entry.getKey(), entry.getValue());
            }
            sets.update(set);
            entries.clear();
        }
    }
}
