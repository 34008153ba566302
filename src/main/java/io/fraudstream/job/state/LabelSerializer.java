package io.fraudstream.job.state;

import io.fraudstream.transaction.FraudLabel;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/** A label in bytes. */
public final class LabelSerializer extends BinarySerializer<FraudLabel> {
    public static final LabelSerializer INSTANCE = new LabelSerializer();

    private static final long serialVersionUID = 1L;
    private static final int VERSION = 1;

    @Override
    public void serialize(FraudLabel value, DataOutputView out) throws IOException {
        out.writeByte(VERSION);
        StringValue.writeString(value.transactionId(), out);
        StringValue.writeString(value.cardId(), out);
        StringValue.writeString(value.terminalId(), out);
        StringValue.writeString(value.merchantId(), out);
        out.writeLong(value.eventTime());
        out.writeBoolean(value.fraud());
        out.writeLong(value.knownAt());
        StringValue.writeString(value.source(), out);
    }

    @Override
    public FraudLabel deserialize(DataInputView in) throws IOException {
        checkVersion("label", in.readByte(), VERSION);
        return new FraudLabel(
                StringValue.readString(in),
                StringValue.readString(in),
                StringValue.readString(in),
                StringValue.readString(in),
                in.readLong(),
                in.readBoolean(),
                in.readLong(),
                StringValue.readString(in));
    }

    @Override
    public Snapshot snapshotConfiguration() {
        return new Snapshot();
    }

    /** What a checkpoint remembers of this serializer. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<FraudLabel> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
