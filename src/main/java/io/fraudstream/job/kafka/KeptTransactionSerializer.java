package io.fraudstream.job.kafka;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Version 2 of a committable: the Kafka sink's own, which is version 1, and the records. What the
 * Kafka sink wrote itself is read too.
 */
final class KeptTransactionSerializer implements SimpleVersionedSerializer<KeptTransaction> {
    private static final int WITHOUT_RECORDS = 1;
    private static final int VERSION = 2;

    private final SimpleVersionedSerializer<KafkaCommittable> transactions;

    KeptTransactionSerializer(SimpleVersionedSerializer<KafkaCommittable> transactions) {
        this.transactions = transactions;
    }

    @Override
    public int getVersion() {
        return VERSION;
    }

    @Override
    public byte[] serialize(KeptTransaction kept) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(transactions.getVersion());
        write(transactions.serialize(kept.transaction()), out);
        write(kept.records() == null ? new byte[0] : kept.records(), out);
        return bytes.toByteArray();
    }

    private static void write(byte[] part, DataOutputStream out) throws IOException {
        out.writeInt(part.length);
        out.write(part);
    }

    @Override
    public KeptTransaction deserialize(int version, byte[] serialized) throws IOException {
        return switch (version) {
            case WITHOUT_RECORDS ->
                    new KeptTransaction(transactions.deserialize(version, serialized), null);
            case VERSION -> withRecords(serialized);
            default ->
                    throw new IOException(
                            "a Kafka transaction in state has version "
                                    + version
                                    + ", expected 1 or 2: it was written by a newer release");
        };
    }

    private KeptTransaction withRecords(byte[] serialized) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(serialized));
        int version = in.readInt();
        KafkaCommittable transaction =
                transactions.deserialize(version, in.readNBytes(in.readInt()));
        byte[] records = in.readNBytes(in.readInt());
        return new KeptTransaction(transaction, records.length == 0 ? null : records);
    }
}
