package io.fraudstream.job.state;

import io.fraudstream.features.HistoryFormat;
import java.io.DataInput;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * A history in state: mutable, so that heap state copies what a running snapshot still needs before
 * it is changed.
 */
public abstract class HistorySerializer<H> extends TypeSerializer<H> {
    private static final long serialVersionUID = 1L;

    final int maxEvents;

    private transient HistoryFormat<H> format;

    /**
     * @param maxEvents from so many events on a history that is read folds its oldest
     */
    HistorySerializer(int maxEvents) {
        this.maxEvents = maxEvents;
    }

    /** The form that histories are written in; a new one for each user, since it keeps buffers. */
    public abstract HistoryFormat<H> newFormat();

    public final int maxEvents() {
        return maxEvents;
    }

    private HistoryFormat<H> format() {
        if (format == null) {
            format = newFormat();
        }
        return format;
    }

    private H read(DataInput in) throws IOException {
        return format().read(in, maxEvents);
    }

    @Override
    public boolean isImmutableType() {
        return false;
    }

    @Override
    public H copy(H from, H reuse) {
        return copy(from);
    }

    @Override
    public int getLength() {
        return -1;
    }

    @Override
    public void serialize(H history, DataOutputView target) throws IOException {
        CheckpointWriting.write(() -> format().write(history, target));
    }

    @Override
    public H deserialize(DataInputView source) throws IOException {
        return read(source);
    }

    @Override
    public H deserialize(H reuse, DataInputView source) throws IOException {
        return read(source);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        format().write(read(source), target);
    }

    /** What a checkpoint remembers; histories written with another limit are read all the same. */
    abstract static class HistorySnapshot<H> implements TypeSerializerSnapshot<H> {
        private static final int VERSION = 1;

        private int maxEvents;

        HistorySnapshot(int maxEvents) {
            this.maxEvents = maxEvents;
        }

        abstract HistorySerializer<H> serializer(int limit);

        @Override
        public int getCurrentVersion() {
            return VERSION;
        }

        @Override
        public void writeSnapshot(DataOutputView out) throws IOException {
            out.writeInt(maxEvents);
        }

        @Override
        public void readSnapshot(int version, DataInputView in, ClassLoader loader)
                throws IOException {
            BinarySerializer.checkVersion("history serializer", version, VERSION);
            maxEvents = in.readInt();
        }

        @Override
        public TypeSerializer<H> restoreSerializer() {
            return serializer(maxEvents);
        }

        @Override
        public TypeSerializerSchemaCompatibility<H> resolveSchemaCompatibility(
                TypeSerializerSnapshot<H> old) {
            return old.getClass() == getClass()
                    ? TypeSerializerSchemaCompatibility.compatibleAsIs()
                    : TypeSerializerSchemaCompatibility.incompatible();
        }
    }
}
