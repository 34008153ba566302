package io.fraudstream.job.state;

import io.fraudstream.features.TerminalHistory;
import io.fraudstream.features.TerminalHistoryFormat;
import java.io.IOException;
import java.util.Objects;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;

/** A terminal's history in state, in the bytes of {@link TerminalHistoryFormat}. */
public final class TerminalHistorySerializer extends TypeSerializer<TerminalHistory> {
    private static final long serialVersionUID = 1L;

    private final int maxEvents;

    public TerminalHistorySerializer(int maxEvents) {
        this.maxEvents = maxEvents;
    }

    @Override
    public boolean isImmutableType() {
        return false;
    }

    @Override
    public TypeSerializer<TerminalHistory> duplicate() {
        return this;
    }

    @Override
    public TerminalHistory createInstance() {
        return new TerminalHistory(maxEvents);
    }

    /** Heap state copies what a running snapshot still needs before it is changed. */
    @Override
    public TerminalHistory copy(TerminalHistory from) {
        try {
            DataOutputSerializer out = new DataOutputSerializer(1024);
            serialize(from, out);
            return deserialize(new DataInputDeserializer(out.getSharedBuffer(), 0, out.length()));
        } catch (IOException e) {
            throw new IllegalStateException("copying a history in memory failed", e);
        }
    }

    @Override
    public TerminalHistory copy(TerminalHistory from, TerminalHistory reuse) {
        return copy(from);
    }

    @Override
    public int getLength() {
        return -1;
    }

    @Override
    public void serialize(TerminalHistory history, DataOutputView target) throws IOException {
        TerminalHistoryFormat.write(history, target);
    }

    @Override
    public TerminalHistory deserialize(DataInputView source) throws IOException {
        return TerminalHistoryFormat.read(source, maxEvents);
    }

    @Override
    public TerminalHistory deserialize(TerminalHistory reuse, DataInputView source)
            throws IOException {
        return deserialize(source);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        serialize(deserialize(source), target);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TerminalHistorySerializer that && that.maxEvents == maxEvents;
    }

    @Override
    public int hashCode() {
        return Objects.hash(maxEvents);
    }

    @Override
    public TypeSerializerSnapshot<TerminalHistory> snapshotConfiguration() {
        return new Snapshot(maxEvents);
    }

    /**
     * What a checkpoint remembers of this serializer; histories written with another limit are read
     * all the same.
     */
    public static final class Snapshot implements TypeSerializerSnapshot<TerminalHistory> {
        private static final int VERSION = 1;

        private int maxEvents;

        /** For Flink, which then calls {@link #readSnapshot}. */
        public Snapshot() {}

        Snapshot(int maxEvents) {
            this.maxEvents = maxEvents;
        }

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
            BinarySerializer.checkVersion("terminal history serializer", version, VERSION);
            maxEvents = in.readInt();
        }

        @Override
        public TypeSerializer<TerminalHistory> restoreSerializer() {
            return new TerminalHistorySerializer(maxEvents);
        }

        @Override
        public TypeSerializerSchemaCompatibility<TerminalHistory> resolveSchemaCompatibility(
                TypeSerializerSnapshot<TerminalHistory> old) {
            return old instanceof Snapshot
                    ? TypeSerializerSchemaCompatibility.compatibleAsIs()
                    : TypeSerializerSchemaCompatibility.incompatible();
        }
    }
}
