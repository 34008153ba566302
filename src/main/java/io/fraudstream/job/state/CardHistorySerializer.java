package io.fraudstream.job.state;

import io.fraudstream.features.CardHistory;
import io.fraudstream.features.CardHistoryFormat;
import java.io.IOException;
import java.util.Objects;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;

/** A card's history in state, in the bytes of {@link CardHistoryFormat}. */
public final class CardHistorySerializer extends TypeSerializer<CardHistory> {
    private static final long serialVersionUID = 1L;

    private final int maxEvents;

    public CardHistorySerializer(int maxEvents) {
        this.maxEvents = maxEvents;
    }

    @Override
    public boolean isImmutableType() {
        return false;
    }

    @Override
    public TypeSerializer<CardHistory> duplicate() {
        return this;
    }

    @Override
    public CardHistory createInstance() {
        return new CardHistory(maxEvents);
    }

    /** Heap state copies what a running snapshot still needs before it is changed. */
    @Override
    public CardHistory copy(CardHistory from) {
        try {
            DataOutputSerializer out = new DataOutputSerializer(1024);
            serialize(from, out);
            return deserialize(new DataInputDeserializer(out.getSharedBuffer(), 0, out.length()));
        } catch (IOException e) {
            throw new IllegalStateException("copying a history in memory failed", e);
        }
    }

    @Override
    public CardHistory copy(CardHistory from, CardHistory reuse) {
        return copy(from);
    }

    @Override
    public int getLength() {
        return -1;
    }

    @Override
    public void serialize(CardHistory history, DataOutputView target) throws IOException {
        CardHistoryFormat.write(history, target);
    }

    @Override
    public CardHistory deserialize(DataInputView source) throws IOException {
        return CardHistoryFormat.read(source, maxEvents);
    }

    @Override
    public CardHistory deserialize(CardHistory reuse, DataInputView source) throws IOException {
        return deserialize(source);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        serialize(deserialize(source), target);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CardHistorySerializer that && that.maxEvents == maxEvents;
    }

    @Override
    public int hashCode() {
        return Objects.hash(maxEvents);
    }

    @Override
    public TypeSerializerSnapshot<CardHistory> snapshotConfiguration() {
        return new Snapshot(maxEvents);
    }

    /**
     * What a checkpoint remembers of this serializer; histories written with another limit are read
     * all the same.
     */
    public static final class Snapshot implements TypeSerializerSnapshot<CardHistory> {
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
            BinarySerializer.checkVersion("card history serializer", version, VERSION);
            maxEvents = in.readInt();
        }

        @Override
        public TypeSerializer<CardHistory> restoreSerializer() {
            return new CardHistorySerializer(maxEvents);
        }

        @Override
        public TypeSerializerSchemaCompatibility<CardHistory> resolveSchemaCompatibility(
                TypeSerializerSnapshot<CardHistory> old) {
            return old instanceof Snapshot
                    ? TypeSerializerSchemaCompatibility.compatibleAsIs()
                    : TypeSerializerSchemaCompatibility.incompatible();
        }
    }
}
