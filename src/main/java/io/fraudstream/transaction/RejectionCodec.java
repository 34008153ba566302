package io.fraudstream.transaction;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes a {@link Rejection} as {@code schemas/rejected-v1.schema.json} describes it. */
public final class RejectionCodec {
    private RejectionCodec() {}

    /** A record's text as a rejection may hold it: card numbers masked, and cut. */
    public static String payload(byte[] record) {
        return RecordReader.maskedText(record);
    }

    public static byte[] encode(Rejection rejection) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        Coordinates at = rejection.coordinates();
        try (JsonGenerator json = RecordReader.JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("reason", rejection.reason().wireName());
            TransactionCodec.writeOptional(json, "field", rejection.field());
            json.writeStringField("detail", rejection.detail());
            json.writeStringField("topic", at.topic());
            json.writeNumberField("partition", at.partition());
            json.writeNumberField("offset", at.offset());
            if (at.timestamp() != Coordinates.NO_TIMESTAMP) {
                json.writeNumberField("timestamp", at.timestamp());
            }
            json.writeStringField("payload", rejection.payload());
            json.writeNumberField("payload_bytes", rejection.payloadBytes());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
