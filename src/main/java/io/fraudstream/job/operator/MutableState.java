package io.fraudstream.job.operator;

import java.io.IOException;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.runtime.state.heap.HeapKeyedStateBackend;

/**
 * A value of the key at hand that is changed in place. On the heap it is the backend's own object,
 * which the backend has copied when it was looked up if a snapshot still needs it as it was. To put
 * it back there would only look it up once more and store a reference that the collector follows.
 */
final class MutableState<T> {
    private static final String ON_HEAP = HeapKeyedStateBackend.class.getPackageName();

    private final ValueState<T> state;
    private final boolean inPlace;
    private T held;

    MutableState(RuntimeContext context, ValueStateDescriptor<T> descriptor) {
        state = context.getState(descriptor);
        // What wraps the heap's state, such as a log of changes, is to be told of each.
        inPlace = state.getClass().getPackageName().equals(ON_HEAP);
    }

    /** The value, or {@code null} where the key has none. */
    T value() throws IOException {
        held = state.value();
        return held;
    }

    /**
     * Keeps what was done to the value.
     *
     * @param value as {@link #value} returned it for this key, or one where there was none
     */
    void update(T value) throws IOException {
        if (!inPlace || value != held) {
            state.update(value);
        }
    }

    void clear() {
        held = null;
        state.clear();
    }

    /** Whether the backend keeps the object itself, so that to change it costs nothing more. */
    boolean isInPlace() {
        return inPlace;
    }
}
