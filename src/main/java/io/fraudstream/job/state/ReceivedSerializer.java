package io.fraudstream.job.state;

import io.fraudstream.transaction.Decoded;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.Rejection;
import io.fraudstream.transaction.TraceContext;
import io.fraudstream.transaction.Transaction;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** A received record in bytes; used only where the source is not chained. */
public final class ReceivedSerializer extends BinarySerializer<Received> {
    public static final ReceivedSerializer INSTANCE = new ReceivedSerializer();

    private static final long serialVersionUID = 1L;
    private static final int PLAIN = 2;
    private static final int TRACED = 3;
    private static final int TRANSACTION = 0;
    private static final int LABEL = 1;
    private static final int REJECTION = 2;

    @Override
    public void serialize(Received value, DataOutputView out) throws IOException {
        TraceContext trace = value.coordinates().trace();
        out.writeByte(trace == null ? PLAIN : TRACED);
        Decoded decoded = value.decoded();
        if (decoded instanceof Transaction transaction) {
            out.writeByte(TRANSACTION);
            TransactionSerializer.INSTANCE.serialize(transaction, out);
        } else if (decoded instanceof FraudLabel label) {
            out.writeByte(LABEL);
            LabelSerializer.INSTANCE.serialize(label, out);
        } else {
            out.writeByte(REJECTION);
            RejectionSerializer.INSTANCE.serialize((Rejection) decoded, out);
        }
        RejectionSerializer.writeCoordinates(value.coordinates(), out);
        if (trace != null) {
            writeTrace(trace, out);
        }
        out.writeBoolean(value.lastOfRun());
        out.writeLong(value.newest());
    }

    @Override
    public Received deserialize(DataInputView in) throws IOException {
        boolean traced = isTraced("received record", in.readByte(), PLAIN);
        int kind = in.readByte();
        Decoded decoded =
                switch (kind) {
                    case TRANSACTION -> TransactionSerializer.INSTANCE.deserialize(in);
                    case LABEL -> LabelSerializer.INSTANCE.deserialize(in);
                    case REJECTION -> RejectionSerializer.INSTANCE.deserialize(in);
                    default ->
                            throw new IOException(
                                    "received record is of kind " + kind + ", expected 0 to 2");
                };
        return new Received(
                decoded,
                RejectionSerializer.readCoordinates(in, traced),
                in.readBoolean(),
                in.readLong());
    }

    @Override
    public Snapshot snapshotConfiguration() {
        return new Snapshot();
    }

    /** What a checkpoint remembers of this serializer. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Received> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
