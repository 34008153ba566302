package io.fraudstream.job.state;

import io.fraudstream.transaction.Coordinates;
import io.fraudstream.transaction.Rejection;
import io.fraudstream.transaction.RejectionReason;
import io.fraudstream.transaction.TraceContext;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/** A rejection in bytes. */
public final class RejectionSerializer extends BinarySerializer<Rejection> {
    public static final RejectionSerializer INSTANCE = new RejectionSerializer();

    private static final long serialVersionUID = 1L;
    private static final int PLAIN = 1;
    private static final int TRACED = 2;

    /** All but the trace. */
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

    static Coordinates readCoordinates(DataInputView in, boolean traced) throws IOException {
        Coordinates at = readCoordinates(in);
        return traced ? at.in(readTrace(in)) : at;
    }

    @Override
    public void serialize(Rejection value, DataOutputView out) throws IOException {
        TraceContext trace = value.coordinates().trace();
        out.writeByte(trace == null ? PLAIN : TRACED);
        StringValue.writeString(value.reason().name(), out);
        StringValue.writeString(value.field(), out);
        StringValue.writeString(value.detail(), out);
        StringValue.writeString(value.payload(), out);
        out.writeInt(value.payloadBytes());
        writeCoordinates(value.coordinates(), out);
        if (trace != null) {
            writeTrace(trace, out);
        }
    }

    @Override
    public Rejection deserialize(DataInputView in) throws IOException {
        boolean traced = isTraced("rejection", in.readByte(), PLAIN);
        return new Rejection(
                RejectionReason.valueOf(StringValue.readString(in)),
                StringValue.readString(in),
                StringValue.readString(in),
                StringValue.readString(in),
                in.readInt(),
                readCoordinates(in, traced));
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
