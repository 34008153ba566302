package io.fraudstream.transaction;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Writes a transaction that came too late as {@code schemas/late-transaction-v1.schema.json}
 * describes it: the whole transaction and what is known of its lateness, so that the record can be
 * sent as a transaction once more.
 */
public final class LateTransactionCodec {
    private LateTransactionCodec() {}

    /**
     * @param notLateFrom event time from which on it would not have been late, milliseconds since
     *     the epoch
     * @param timestamp the record's own, or negative where it has none
     */
    public static byte[] encode(
            Transaction transaction, long notLateFrom, int partition, long offset, long timestamp) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(400);
        try (JsonGenerator json = RecordReader.JSON.createGenerator(bytes)) {
            json.writeStartObject();
            TransactionCodec.writeFields(json, transaction);
            json.writeNumberField("not_late_from", notLateFrom);
            json.writeNumberField("partition", partition);
            json.writeNumberField("offset", offset);
            if (timestamp >= 0) {
                json.writeNumberField("timestamp", timestamp);
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
