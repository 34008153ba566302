package io.fraudstream.job.state;

import io.fraudstream.transaction.EntryMode;
import io.fraudstream.transaction.MessageType;
import io.fraudstream.transaction.Transaction;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/** A transaction in bytes: texts, numbers, and a bit for the place that most lack. */
public final class TransactionSerializer extends BinarySerializer<Transaction> {
    public static final TransactionSerializer INSTANCE = new TransactionSerializer();

    private static final long serialVersionUID = 1L;
    private static final int VERSION = 1;
    private static final int ABSENT = -1;
    private static final EntryMode[] ENTRY_MODES = EntryMode.values();
    private static final MessageType[] MESSAGE_TYPES = MessageType.values();

    @Override
    public void serialize(Transaction value, DataOutputView out) throws IOException {
        out.writeByte(VERSION);
        StringValue.writeString(value.id(), out);
        out.writeLong(value.eventTime());
        StringValue.writeString(value.cardId(), out);
        out.writeLong(value.amountMinor());
        StringValue.writeString(value.currency(), out);
        out.writeLong(value.baseAmountMinor());
        StringValue.writeString(value.terminalId(), out);
        StringValue.writeString(value.merchantId(), out);
        StringValue.writeString(value.mcc(), out);
        StringValue.writeString(value.country(), out);
        out.writeByte(value.entryMode() == null ? ABSENT : value.entryMode().ordinal());
        out.writeBoolean(value.hasPlace());
        if (value.hasPlace()) {
            out.writeDouble(value.latitude());
            out.writeDouble(value.longitude());
        }
        StringValue.writeString(value.deviceId(), out);
        StringValue.writeString(value.responseCode(), out);
        out.writeByte(value.messageType().ordinal());
        StringValue.writeString(value.originalTransactionId(), out);
    }

    @Override
    public Transaction deserialize(DataInputView in) throws IOException {
        checkVersion("transaction", in.readByte(), VERSION);
        String id = StringValue.readString(in);
        long eventTime = in.readLong();
        String cardId = StringValue.readString(in);
        long amountMinor = in.readLong();
        String currency = StringValue.readString(in);
        long baseAmountMinor = in.readLong();
        String terminalId = StringValue.readString(in);
        String merchantId = StringValue.readString(in);
        String mcc = StringValue.readString(in);
        String country = StringValue.readString(in);
        int entryMode = in.readByte();
        boolean hasPlace = in.readBoolean();
        double latitude = hasPlace ? in.readDouble() : Double.NaN;
        double longitude = hasPlace ? in.readDouble() : Double.NaN;
        String deviceId = StringValue.readString(in);
        String responseCode = StringValue.readString(in);
        int messageType = in.readByte();
        return new Transaction(
                id,
                eventTime,
                cardId,
                amountMinor,
                currency,
                baseAmountMinor,
                terminalId,
                merchantId,
                mcc,
                country,
                entryMode == ABSENT ? null : ENTRY_MODES[entryMode],
                latitude,
                longitude,
                deviceId,
                responseCode,
                MESSAGE_TYPES[messageType],
                StringValue.readString(in));
    }

    @Override
    public Snapshot snapshotConfiguration() {
        return new Snapshot();
    }

    /** What a checkpoint remembers of this serializer. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Transaction> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
