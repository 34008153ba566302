package io.fraudstream.job.state;

import io.fraudstream.transaction.TraceContext;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** An admitted transaction in bytes. */
public final class AdmittedSerializer extends BinarySerializer<Admitted> {
    public static final AdmittedSerializer INSTANCE = new AdmittedSerializer();

    private static final long serialVersionUID = 1L;
    private static final int PLAIN = 2;
    private static final int TRACED = 3;

    @Override
    public void serialize(Admitted value, DataOutputView out) throws IOException {
        RecordBytes bytes = RecordBytes.empty();
        TraceContext trace = value.trace();
        bytes.putByte(trace == null ? PLAIN : TRACED);
        TransactionSerializer.put(value.transaction(), bytes);
        bytes.putLong(value.orderTime());
        bytes.putByte(value.late() ? 1 : 0);
        bytes.putLong(value.partition());
        bytes.putLong(value.offset());
        bytes.putLong(value.receivedAt());
        if (trace != null) {
            bytes.putText(trace.parent());
            bytes.putText(trace.state());
        }
        bytes.writeTo(out);
    }

    @Override
    public Admitted deserialize(DataInputView in) throws IOException {
        RecordBytes bytes = RecordBytes.readFrom(in);
        boolean traced = isTraced("admitted transaction", bytes.getByte(), PLAIN);
        return new Admitted(
                TransactionSerializer.get(bytes),
                bytes.getLong(),
                bytes.getByte() != 0,
                (int) bytes.getLong(),
                bytes.getLong(),
                bytes.getLong(),
                traced ? new TraceContext(bytes.getText(), bytes.getText()) : null);
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
