package io.fraudstream.job.state;

import io.fraudstream.transaction.Coordinates;
import io.fraudstream.transaction.Rejection;
import io.fraudstream.transaction.RejectionReason;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/** A rejection in bytes. */
public final class RejectionSerializer extends BinarySerializer<Rejection> {
    public static final RejectionSerializer INSTANCE = new RejectionSerializer();

    private static final long serialVersionUID = 1L;
    private static final int VERSION = 1;

    static void writeCoordinates(Coordinates at, DataOutputView out) throws IOException {
        StringValue.writeString(at.topic(), out);
        out.writeInt(at.partition());
        out.writeLong(at.offset());
        out.writeLong(at.timestamp());
    }

    static Coordinates readCoordinates(DataInputView in) throws IOException {
        return new Coordinates(
                StringValue.readString(in), in.readInt(), in.readLong(), in.readLong());
    }

    @Override
    public void serialize(Rejection value, DataOutputView out) throws IOException {
        out.writeByte(VERSION);
        StringValue.writeString(value.reason().name(), out);
        StringValue.writeString(value.field(), out);
        StringValue.writeString(value.detail(), out);
        StringValue.writeString(value.payload(), out);
        out.writeInt(value.payloadBytes());
        writeCoordinates(value.coordinates(), out);
    }

    @Override
    public Rejection deserialize(DataInputView in) throws IOException {
        checkVersion("rejection", in.readByte(), VERSION);
        return new Rejection(
                RejectionReason.valueOf(StringValue.readString(in)),
                StringValue.readString(in),
                StringValue.readString(in),
                StringValue.readString(in),
                in.readInt(),
                readCoordinates(in));
    }

    @Override
    public Snapshot snapshotConfiguration() {
        return new Snapshot();
    }

    /** What a checkpoint remembers of this serializer. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Rejection> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
