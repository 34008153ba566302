package io.fraudstream.job.state;

import io.fraudstream.registry.ModelPointer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** A pointer, as its JSON, and its bundle in bytes. */
public final class ServedBundleSerializer extends BinarySerializer<ServedBundle> {
    public static final ServedBundleSerializer INSTANCE = new ServedBundleSerializer();

    private static final long serialVersionUID = 1L;
    private static final int VERSION = 1;

    @Override
    public void serialize(ServedBundle value, DataOutputView out) throws IOException {
        out.writeByte(VERSION);
        writeBytes(value.pointer().encode(), out);
        writeBytes(value.serving(), out);
    }

    @Override
    public ServedBundle deserialize(DataInputView in) throws IOException {
        checkVersion("served bundle", in.readByte(), VERSION);
        return new ServedBundle(ModelPointer.decode(readBytes(in)), readBytes(in));
    }

    static void writeBytes(byte[] bytes, DataOutputView out) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    static byte[] readBytes(DataInputView in) throws IOException {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        return bytes;
    }

    @Override
    public Snapshot snapshotConfiguration() {
        return new Snapshot();
    }

    /** What a checkpoint remembers of this serializer. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<ServedBundle> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
