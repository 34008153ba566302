package io.fraudstream.job.state;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** An admitted transaction in bytes. */
public final class AdmittedSerializer extends BinarySerializer<Admitted> {
    public static final AdmittedSerializer INSTANCE = new AdmittedSerializer();

    private static final long serialVersionUID = 1L;
    private static final int VERSION = 1;

    @Override
    public void serialize(Admitted value, DataOutputView out) throws IOException {
        out.writeByte(VERSION);
        TransactionSerializer.INSTANCE.serialize(value.transaction(), out);
        out.writeLong(value.orderTime());
        out.writeBoolean(value.late());
        out.writeInt(value.partition());
        out.writeLong(value.offset());
        out.writeLong(value.receivedAt());
    }

    @Override
    public Admitted deserialize(DataInputView in) throws IOException {
        checkVersion("admitted transaction", in.readByte(), VERSION);
        return new Admitted(
                TransactionSerializer.INSTANCE.deserialize(in),
                in.readLong(),
                in.readBoolean(),
                in.readInt(),
                in.readLong(),
                in.readLong());
    }

    @Override
    public Snapshot snapshotConfiguration() {
        return new Snapshot();
    }

    /** What a checkpoint remembers of this serializer. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Admitted> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
