package io.fraudstream.job.state;

import io.fraudstream.transaction.TraceContext;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/**
 * A serializer that needs to say only how to write and read. Each subclass begins its bytes with a
 * version of its own and reads every version that a release has written.
 */
abstract class BinarySerializer<T> extends TypeSerializerSingleton<T> {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean isImmutableType() {
        return true;
    }

    @Override
    public T createInstance() {
        return null;
    }

    @Override
    public T copy(T from) {
        return from;
    }

    @Override
    public T copy(T from, T reuse) {
        return copy(from);
    }

    @Override
    public int getLength() {
        return -1;
    }

    @Override
    public T deserialize(T reuse, DataInputView source) throws IOException {
        return deserialize(source);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        serialize(deserialize(source), target);
    }

    /**
     * Whether a trace context stands behind what the version {@code plain} holds. That is the
     * version above it, which is written only where there is one.
     */
    static boolean isTraced(String what, int found, int plain) throws IOException {
        if (found == plain + 1) {
            return true;
        }
        checkVersion(what, found, plain);
        return false;
    }

    static void writeTrace(TraceContext trace, DataOutputView out) throws IOException {
        StringValue.writeString(trace.parent(), out);
        StringValue.writeString(trace.state(), out);
    }

    static TraceContext readTrace(DataInputView in) throws IOException {
        return new TraceContext(StringValue.readString(in), StringValue.readString(in));
    }

    static void checkVersion(String what, int found, int expected) throws IOException {
        if (found != expected) {
            throw new IOException(
                    what + " in state has version " + found + ", expected " + expected);
        }
    }
}
