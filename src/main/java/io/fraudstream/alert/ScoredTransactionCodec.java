package io.fraudstream.alert;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.fraudstream.model.Reason;
import io.fraudstream.transaction.Transaction;
import io.fraudstream.transaction.TransactionCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Writes alerts as {@code schemas/alert-v1.schema.json} and scored transactions as {@code
 * schemas/scored-transaction-v1.schema.json} describe them. Neither holds a wall-clock time, so
 * that a replay gives the same bytes.
 */
public final class ScoredTransactionCodec {
    private static final JsonFactory JSON = new JsonFactory();

    private ScoredTransactionCodec() {}

    /** The alert topic's record: who, what, how likely, and why. */
    public static byte[] encodeAlert(ScoredTransaction scored) {
        return encode(
                json -> {
                    Transaction t = scored.transaction();
                    json.writeStringField("alert_id", scored.alertId());
                    TransactionCodec.writeFields(json, t);
                    json.writeNumberField("score", scored.score());
                    json.writeNumberField("threshold", scored.threshold());
                    json.writeStringField("bundle_id", scored.bundleId());
                    json.writeBooleanField("scored_late", scored.scoredLate());
                    json.writeBooleanField("approximate", scored.approximate());
                    json.writeArrayFieldStart("reasons");
                    for (Reason reason : scored.reasons()) {
                        writeReason(json, reason);
                    }
                    json.writeEndArray();
                });
    }

    /** The scored topic's record. */
    public static byte[] encodeScored(ScoredTransaction scored) {
        return encode(
                json -> {
                    TransactionCodec.writeFields(json, scored.transaction());
                    json.writeStringField("decision", scored.decision().wireName());
                    if (scored.bundleId() != null) {
                        json.writeNumberField("score", scored.score());
                        json.writeStringField("bundle_id", scored.bundleId());
                    }
                    if (scored.shadowBundleId() != null) {
                        writeKnown(json, "shadow_score", scored.shadowScore());
                        json.writeStringField("shadow_bundle_id", scored.shadowBundleId());
                    }
                    json.writeBooleanField("scored_late", scored.scoredLate());
                    json.writeBooleanField("approximate", scored.approximate());
                });
    }

    /**
     * Writes one reason into an array that is open; JSON knows no NaN, so unknown numbers are left
     * out.
     */
    public static void writeReason(JsonGenerator json, Reason reason) throws IOException {
        json.writeStartObject();
        json.writeStringField("feature", reason.feature());
        writeKnown(json, "value", reason.value());
        writeKnown(json, "usual", reason.usual());
        json.writeNumberField("contribution", reason.contribution());
        json.writeStringField("text", reason.text());
        json.writeEndObject();
    }

    private static void writeKnown(JsonGenerator json, String field, double value)
            throws IOException {
        if (Double.isFinite(value)) {
            json.writeNumberField(field, value);
        }
    }

    @FunctionalInterface
    private interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    private static byte[] encode(Body body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            body.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
