package io.fraudstream.job.state;

import io.fraudstream.registry.ModelPointer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** A model pointer in bytes: its JSON. */
public final class PointerSerializer extends BinarySerializer<ModelPointer> {
    public static final PointerSerializer INSTANCE = new PointerSerializer();

    private static final long serialVersionUID = 1L;
    private static final int VERSION = 1;

    @Override
    public void serialize(ModelPointer value, DataOutputView out) throws IOException {
        out.writeByte(VERSION);
        byte[] json = value.encode();
        out.writeInt(json.length);
        out.write(json);
    }

    @Override
    public ModelPointer deserialize(DataInputView in) throws IOException {
        checkVersion("model pointer", in.readByte(), VERSION);
        byte[] json = new byte[in.readInt()];
        in.readFully(json);
        return ModelPointer.decode(json);
    }

    @Override
    public Snapshot snapshotConfiguration() {
        return new Snapshot();
    }

    /** What a checkpoint remembers of this serializer. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<ModelPointer> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
