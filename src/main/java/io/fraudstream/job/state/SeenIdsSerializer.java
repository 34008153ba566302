package io.fraudstream.job.state;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Seen ids in bytes: how many bytes, and these. */
public final class SeenIdsSerializer extends BinarySerializer<SeenIds> {
    public static final SeenIdsSerializer INSTANCE = new SeenIdsSerializer();

    private static final long serialVersionUID = 1L;
    private static final int VERSION = 1;

    @Override
    public boolean isImmutableType() {
        return false;
    }

    @Override
    public SeenIds createInstance() {
        return new SeenIds();
    }

    @Override
    public SeenIds copy(SeenIds from) {
        return from.copy();
    }

    @Override
    public void serialize(SeenIds value, DataOutputView out) throws IOException {
        CheckpointWriting.write(() -> write(value, out));
    }

    private static void write(SeenIds value, DataOutputView out) throws IOException {
        byte[] bytes = value.toBytes();
        out.writeByte(VERSION);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    @Override
    public SeenIds deserialize(DataInputView in) throws IOException {
        checkVersion("seen ids", in.readByte(), VERSION);
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        try {
            return new SeenIds(bytes);
        } catch (IllegalArgumentException e) {
            throw new IOException("seen ids in state are damaged", e);
        }
    }

    @Override
    public Snapshot snapshotConfiguration() {
        return new Snapshot();
    }

    /** What a checkpoint remembers of this serializer. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<SeenIds> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
