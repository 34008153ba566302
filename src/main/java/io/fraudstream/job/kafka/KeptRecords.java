package io.fraudstream.job.kafka;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/** The records of one topic that a transaction holds so far, packed as they come. */
final class KeptRecords {
    private static final int LEVEL = 1;
    private static final int NONE = -1;
    private static final int ANOTHER = 1;
    private static final int ANOTHER_WITH_HEADERS = 2;
    private static final int END = -1;

    private ByteArrayOutputStream packed;
    private DataOutputStream out;

    void add(ProducerRecord<byte[], byte[]> record) throws IOException {
        if (out == null) {
            packed = new ByteArrayOutputStream();
            out = new DataOutputStream(new ZstdOutputStream(packed, LEVEL));
            out.writeUTF(record.topic());
        }
        Header[] headers = record.headers().toArray();
        if (headers.length == 0) {
            out.writeByte(ANOTHER);
        } else {
            out.writeByte(ANOTHER_WITH_HEADERS);
            out.writeShort(headers.length);
            for (Header header : headers) {
                out.writeUTF(header.key());
                write(header.value());
            }
        }
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
            for (int next = in.read(); next != END; next = in.read()) {
                List<Header> headers =
                        switch (next) {
                            case ANOTHER -> List.of();
                            case ANOTHER_WITH_HEADERS -> readHeaders(in);
                            default ->
                                    throw new IOException(
                                            "a record of a Kafka transaction in state begins with "
                                                    + next
                                                    + ", expected 1 or 2: it was written by a newer"
                                                    + " release");
                        };
                byte[] key = read(in);
                byte[] value = read(in);
                action.accept(new ProducerRecord<>(topic, null, key, value, headers));
                count++;
            }
        }
        return count;
    }

    private static List<Header> readHeaders(DataInputStream in) throws IOException {
        int count = in.readUnsignedShort();
        List<Header> headers = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            headers.add(new RecordHeader(in.readUTF(), read(in)));
        }
        return headers;
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
