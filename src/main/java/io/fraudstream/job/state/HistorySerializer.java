package io.fraudstream.job.state;

import java.io.DataInput;
import java.io.DataOutput;
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
abstract class HistorySerializer<H> extends TypeSerializer<H> {
    private static final long serialVersionUID = 1L;

    final int maxEvents;

    /**
     * @param maxEvents from so many events on a history that is read folds its oldest
     */
    HistorySerializer(int maxEvents) {
        this.maxEvents = maxEvents;
    }

    abstract void write(H history, DataOutput out) throws IOException;

    abstract H read(DataInput in) throws IOException;

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
        CheckpointWriting.write(() -> write(history, target));
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
        write(read(source), target);
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
