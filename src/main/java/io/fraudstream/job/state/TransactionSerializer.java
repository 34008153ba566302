package io.fraudstream.job.state;

import io.fraudstream.transaction.EntryMode;
import io.fraudstream.transaction.MessageType;
import io.fraudstream.transaction.Transaction;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** A transaction in bytes: texts, numbers, and a bit for the place that most lack. */
public final class TransactionSerializer extends BinarySerializer<Transaction> {
    public static final TransactionSerializer INSTANCE = new TransactionSerializer();

    private static final long serialVersionUID = 1L;
    private static final int VERSION = 2;
    private static final int ABSENT = -1;
    private static final EntryMode[] ENTRY_MODES = EntryMode.values();
    private static final MessageType[] MESSAGE_TYPES = MessageType.values();

    @Override
    public void serialize(Transaction value, DataOutputView out) throws IOException {
        RecordBytes bytes = RecordBytes.empty();
        put(value, bytes);
        bytes.writeTo(out);
    }

    @Override
    public Transaction deserialize(DataInputView in) throws IOException {
        return get(RecordBytes.readFrom(in));
    }

    static void put(Transaction value, RecordBytes bytes) {
        bytes.putByte(VERSION);
        bytes.putText(value.id());
        bytes.putLong(value.eventTime());
        bytes.putText(value.cardId());
        bytes.putLong(value.amountMinor());
        bytes.putText(value.currency());
        bytes.putLong(value.baseAmountMinor());
        bytes.putText(value.terminalId());
        bytes.putText(value.merchantId());
        bytes.putText(value.mcc());
        bytes.putText(value.country());
        bytes.putByte(value.entryMode() == null ? ABSENT : value.entryMode().ordinal());
        bytes.putByte(value.hasPlace() ? 1 : 0);
        if (value.hasPlace()) {
            bytes.putDouble(value.latitude());
            bytes.putDouble(value.longitude());
        }
        bytes.putText(value.deviceId());
        bytes.putText(value.responseCode());
        bytes.putByte(value.messageType().ordinal());
        bytes.putText(value.originalTransactionId());
    }

    static Transaction get(RecordBytes bytes) throws IOException {
        checkVersion("transaction", bytes.getByte(), VERSION);
        String id = bytes.getText();
        long eventTime = bytes.getLong();
        String cardId = bytes.getText();
        long amountMinor = bytes.getLong();
        String currency = bytes.getText();
        long baseAmountMinor = bytes.getLong();
        String terminalId = bytes.getText();
        String merchantId = bytes.getText();
        String mcc = bytes.getText();
        String country = bytes.getText();
        int entryMode = bytes.getByte();
        boolean hasPlace = bytes.getByte() != 0;
        double latitude = hasPlace ? bytes.getDouble() : Double.NaN;
        double longitude = hasPlace ? bytes.getDouble() : Double.NaN;
        String deviceId = bytes.getText();
        String responseCode = bytes.getText();
        int messageType = bytes.getByte();
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
                bytes.getText());
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
