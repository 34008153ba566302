package io.fraudstream.job.kafka;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The records of one topic that a transaction holds so far, packed as they come. */
final class KeptRecords {
    private static final int LEVEL = 1;
    private static final int NONE = -1;
    private static final int ANOTHER = 1;

    private ByteArrayOutputStream packed;
    private DataOutputStream out;

    void add(ProducerRecord<byte[], byte[]> record) throws IOException {
        if (out == null) {
            packed = new ByteArrayOutputStream();
            out = new DataOutputStream(new ZstdOutputStream(packed, LEVEL));
            out.writeUTF(record.topic());
        }
        out.writeByte(ANOTHER);
        write(record.key());
        write(record.value());
    }

    private void write(byte[] part) throws IOException {
        out.writeInt(part == null ? NONE : part.length);
        if (part != null) {
            out.write(part);
        }
    }

    /** What has been added, and begins anew; {@code null} if that is nothing. */
    byte[] take() throws IOException {
        if (out == null) {
            return null;
        }
        out.close();
        out = null;
        return packed.toByteArray();
    }

    /**
     * Gives the records in their order.
     *
     * @return how many there are
     */
    static int forEach(byte[] packed, Consumer<ProducerRecord<byte[], byte[]>> action)
            throws IOException {
        int count = 0;
        try (DataInputStream in =
                new DataInputStream(new ZstdInputStream(new ByteArrayInputStream(packed)))) {
            String topic = in.readUTF();
            while (in.read() == ANOTHER) {
                byte[] key = read(in);
                byte[] value = read(in);
                action.accept(new ProducerRecord<>(topic, key, value));
                count++;
            }
        }
        return count;
    }

    private static byte[] read(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length == NONE) {
            return null;
        }
        byte[] part = in.readNBytes(length);
        if (part.length < length) {
            throw new EOFException("a record of a Kafka transaction in state is cut off");
        }
        return part;
    }
}
