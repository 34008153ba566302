package io.fraudstream.job.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fraudstream.alert.Decision;
import io.fraudstream.alert.ScoredTransaction;
import io.fraudstream.alert.ScoredTransactionAvro;
import io.fraudstream.alert.ScoredTransactionCodec;
import io.fraudstream.job.OutputFormat;
import io.fraudstream.transaction.MessageType;
import io.fraudstream.transaction.TraceContext;
import io.fraudstream.transaction.Transaction;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.util.InstantiationUtil;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScoredRecordsTest {
    private static final long NOON = Instant.parse("2024-03-01T12:00:00Z").toEpochMilli();
    private static final TraceContext TRACE =
            new TraceContext("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "congo=1");
    private static final int ALERT_SCHEMA = 0x01020304;

    @Test
    void byDefaultARecordIsJsonAloneAndHasNoHeader() {
        ScoredTransaction alert = alert(null);
        ProducerRecord<byte[], byte[]> record =
                write(ScoredRecords.alerts("alerts", OutputFormat.PLAIN), alert);

        assertThat(record.topic()).isEqualTo("alerts");
        assertThat(record.key()).asString(UTF_8).isEqualTo("alert-t1");
        assertThat(record.value()).isEqualTo(ScoredTransactionCodec.encodeAlert(alert));
        assertThat(record.headers()).isEmpty();
        assertThat(record.timestamp()).isNull();
    }

    @Test
    void aTraceIsPassedOn() {
        assertThat(headers(ScoredRecords.alerts("alerts", OutputFormat.PLAIN), alert(TRACE)))
                .isEqualTo(Map.of("traceparent", TRACE.parent(), "tracestate", "congo=1"));
        assertThat(
                        headers(
                                ScoredRecords.scored("scored", OutputFormat.PLAIN),
                                alert(new TraceContext(TRACE.parent(), null))))
                .isEqualTo(Map.of("traceparent", TRACE.parent()));
    }

    @ParameterizedTest
    @EnumSource(
            value = OutputFormat.Encoding.class,
            names = {"AVRO", "JSON_SCHEMA"})
    void aRegisteredValueIsZeroAndTheSchemasIdAndTheRecord(OutputFormat.Encoding encoding) {
        OutputFormat format = new OutputFormat(encoding, ALERT_SCHEMA, 9, false);
        boolean avro = encoding == OutputFormat.Encoding.AVRO;

        ByteBuffer alert =
                ByteBuffer.wrap(write(ScoredRecords.alerts("alerts", format), alert(null)).value());
        assertThat(alert.get()).isZero();
        assertThat(alert.getInt()).isEqualTo(ALERT_SCHEMA);
        assertThat(rest(alert))
                .isEqualTo(
                        avro
                                ? ScoredTransactionAvro.encodeAlert(alert(null))
                                : ScoredTransactionCodec.encodeAlert(alert(null)));

        ByteBuffer scored =
                ByteBuffer.wrap(write(ScoredRecords.scored("scored", format), alert(null)).value());
        assertThat(scored.get()).isZero();
        assertThat(scored.getInt()).isEqualTo(9);
        assertThat(rest(scored))
                .isEqualTo(
                        avro
                                ? ScoredTransactionAvro.encodeScored(alert(null))
                                : ScoredTransactionCodec.encodeScored(alert(null)));
    }

    @Test
    void withoutAnIdThereAreNoSuchRecords() {
        OutputFormat unasked =
                new OutputFormat(
                        OutputFormat.Encoding.AVRO, OutputFormat.NO_ID, OutputFormat.NO_ID, false);

        assertThatThrownBy(() -> ScoredRecords.alerts("alerts", unasked))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void cloudEventsHaveTheirAttributesInHeadersAndTheTraceToo() {
        OutputFormat json =
                new OutputFormat(
                        OutputFormat.Encoding.JSON, OutputFormat.NO_ID, OutputFormat.NO_ID, true);

        assertThat(headers(ScoredRecords.alerts("eu.alerts", json), alert(TRACE)))
                .isEqualTo(
                        Map.of(
                                "ce_specversion", "1.0",
                                "ce_id", "alert-t1",
                                "ce_source", "urn:fraudstream:topic:eu.alerts",
                                "ce_type", "io.fraudstream.alert.v1",
                                "ce_time", "2024-03-01T12:00:00Z",
                                "content-type", "application/json",
                                "traceparent", TRACE.parent(),
                                "tracestate", "congo=1"));
        assertThat(
                        headers(
                                ScoredRecords.scored(
                                        "scored",
                                        new OutputFormat(OutputFormat.Encoding.AVRO, 1, 2, true)),
                                alert(null)))
                .containsEntry("ce_id", "t1")
                .containsEntry("ce_type", "io.fraudstream.scored-transaction.v1")
                .containsEntry("content-type", "application/avro")
                .hasSize(6);
    }

    /** As it goes to the tasks of a job. */
    @ParameterizedTest
    @EnumSource(OutputFormat.Encoding.class)
    void writersTravelInTheJobsGraph(OutputFormat.Encoding encoding) throws Exception {
        RecordWriter<ScoredTransaction> writer =
                ScoredRecords.alerts("alerts", new OutputFormat(encoding, 1, 2, true));

        RecordWriter<ScoredTransaction> arrived = InstantiationUtil.clone(writer);

        assertThat(write(arrived, alert(TRACE)))
                .usingRecursiveComparison()
                .isEqualTo(write(writer, alert(TRACE)));
    }

    private static Map<String, String> headers(
            RecordWriter<ScoredTransaction> writer, ScoredTransaction scored) {
        Map<String, String> headers = new LinkedHashMap<>();
        write(writer, scored)
                .headers()
                .forEach(header -> headers.put(header.key(), new String(header.value(), UTF_8)));
        return headers;
    }

    private static ProducerRecord<byte[], byte[]> write(
            RecordWriter<ScoredTransaction> writer, ScoredTransaction scored) {
        return writer.serialize(scored, null, NOON);
    }

    private static byte[] rest(ByteBuffer buffer) {
        byte[] rest = new byte[buffer.remaining()];
        buffer.get(rest);
        return rest;
    }

    private static ScoredTransaction alert(TraceContext trace) {
        return new ScoredTransaction(
                new Transaction(
                        "t1",
                        NOON,
                        "card",
                        1250,
                        "EUR",
                        1250,
                        "terminal",
                        null,
                        null,
                        null,
                        null,
                        Double.NaN,
                        Double.NaN,
                        null,
                        null,
                        MessageType.AUTHORIZATION,
                        null),
                new float[1],
                0.75,
                0.5,
                "bundle",
                Decision.ALERT,
                List.of(),
                false,
                false,
                0,
                Double.NaN,
                null,
                trace);
    }
}
