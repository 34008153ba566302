package io.fraudstream.job.kafka;

import io.fraudstream.alert.ScoredTransaction;
import io.fraudstream.alert.ScoredTransactionAvro;
import io.fraudstream.alert.ScoredTransactionCodec;
import io.fraudstream.job.OutputFormat;
import io.fraudstream.job.kafka.RecordWriter.HeaderWriter;
import io.fraudstream.job.kafka.RecordWriter.SerializableFunction;
import java.nio.ByteBuffer;

/** The records of scored transactions and alerts in the format that was chosen. */
public final class ScoredRecords {
    private static final byte REGISTERED = 0;

    private ScoredRecords() {}

    /** Keyed by alert. */
    public static RecordWriter<ScoredTransaction> alerts(String topic, OutputFormat format) {
        return new RecordWriter<>(
                topic,
                ScoredTransaction::alertId,
                value(
                        format,
                        format.alertSchema(),
                        ScoredTransactionCodec::encodeAlert,
                        ScoredTransactionAvro::encodeAlert),
                headers(topic, "io.fraudstream.alert.v1", format, ScoredTransaction::alertId));
    }

    /** Keyed by card. */
    public static RecordWriter<ScoredTransaction> scored(String topic, OutputFormat format) {
        return new RecordWriter<>(
                topic,
                scored -> scored.transaction().cardId(),
                value(
                        format,
                        format.scoredSchema(),
                        ScoredTransactionCodec::encodeScored,
                        ScoredTransactionAvro::encodeScored),
                headers(
                        topic,
                        "io.fraudstream.scored-transaction.v1",
                        format,
                        scored -> scored.transaction().id()));
    }

    private static SerializableFunction<ScoredTransaction, byte[]> value(
            OutputFormat format,
            int schema,
            SerializableFunction<ScoredTransaction, byte[]> json,
            SerializableFunction<ScoredTransaction, byte[]> avro) {
        if (format.encoding() == OutputFormat.Encoding.JSON) {
            return json;
        }
        if (schema == OutputFormat.NO_ID) {
            throw new IllegalStateException("the registry has not been asked for a schema's id");
        }
        SerializableFunction<ScoredTransaction, byte[]> body =
                format.encoding() == OutputFormat.Encoding.AVRO ? avro : json;
        return scored -> registered(schema, body.apply(scored));
    }

    /** As deserializers that know a schema registry expect it: 0, the schema's id, the body. */
    private static byte[] registered(int schema, byte[] body) {
        return ByteBuffer.allocate(1 + Integer.BYTES + body.length)
                .put(REGISTERED)
                .putInt(schema)
                .put(body)
                .array();
    }

    private static HeaderWriter<ScoredTransaction> headers(
            String topic,
            String type,
            OutputFormat format,
            SerializableFunction<ScoredTransaction, String> id) {
        if (!format.cloudEvents()) {
            return (scored, headers) -> TraceHeaders.write(scored.trace(), headers);
        }
        CloudEventHeaders cloudEvent =
                new CloudEventHeaders(
                        type,
                        "urn:fraudstream:topic:" + topic,
                        format.encoding() == OutputFormat.Encoding.AVRO
                                ? "application/avro"
                                : "application/json");
        return (scored, headers) -> {
            cloudEvent.write(id.apply(scored), scored.transaction().eventTime(), headers);
            TraceHeaders.write(scored.trace(), headers);
        };
    }
}
