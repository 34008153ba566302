package io.fraudstream.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fraudstream.config.CodecParts;
import io.fraudstream.config.Settings;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.kafka.LocalBroker;
import io.fraudstream.kafka.RegisteredValue;
import io.fraudstream.kafka.RegistryServer;
import io.fraudstream.kafka.SchemaRegistry;
import io.fraudstream.kafka.TopicTail;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.TestBundles;
import io.fraudstream.transaction.MessageType;
import io.fraudstream.transaction.Transaction;
import io.fraudstream.transaction.TransactionCodec;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What others find on the topics: formats with a schema registry, CloudEvents and traces, from a
 * record's headers through the job to what comes of it. The registry is {@link RegistryServer}, or
 * one that {@code -Dfraudstream.registry=URL} names.
 */
@Timeout(600)
class InterfacesIT {
    private static final int TRANSACTIONS = 60;
    private static final long NOON = Instant.parse("2024-03-01T12:00:00Z").toEpochMilli();
    private static final long SECOND = 1000;
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir private static Path directory;

    private static LocalBroker broker;
    private static RegistryServer server;
    private static URI registry;
    private static Path model;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void start() throws Exception {
        broker = LocalBroker.start(directory.resolve("broker"), 0);
        server = RegistryServer.start(null);
        registry =
                URI.create(System.getProperty("fraudstream.registry", server.address().toString()));
        FeatureSchema schema =
                new FeatureSchema(CodecParts.of(Settings.DEFAULT.transactions(), Map.of()).rates());
        model = directory.resolve("model.zip");
        Files.write(model, TestBundles.of(NetworkKind.DENSE, schema, 3).zip());
    }

    @AfterAll
    static void stop() {
        server.close();
        broker.close();
    }

    @ParameterizedTest
    @CsvSource({"avro, exactly-once", "json-schema, at-least-once", "json, exactly-once"})
    void whatComesOutIsReadByOthersAndKeepsItsTrace(String format, String delivery)
            throws Exception {
        String prefix = format + ".";
        run("topics", "create", "--partitions", "1", "--topic-prefix", prefix);
        send(prefix);

        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "run",
                                "--until-end",
                                "--model",
                                model.toString(),
                                "--threshold",
                                "0",
                                "--topic-prefix",
                                prefix));
        settings(
                arguments,
                Map.of(
                        "job.order",
                        "event-time",
                        "job.format",
                        format,
                        "job.delivery",
                        delivery,
                        "job.cloudEvents",
                        "true",
                        "job.scoredTopic",
                        "true",
                        "job.lateEvents",
                        "divert",
                        "job.checkpointInterval",
                        "500ms",
                        "job.checkpointDirectory",
                        directory.resolve(prefix).toString(),
                        "store.directory",
                        directory.resolve(prefix + "store").toString(),
                        "kafka.schemaRegistry",
                        registry.toString()));
        run(arguments.toArray(String[]::new));

        Map<String, TopicTail.Entry> alerts = read(prefix + "alerts", TRANSACTIONS);
        Map<String, TopicTail.Entry> scored = read(prefix + "scored", TRANSACTIONS);
        String contentType = format.equals("avro") ? "application/avro" : "application/json";
        for (int i = 0; i < TRANSACTIONS; i++) {
            Map<String, String> alert = new HashMap<>(trace(i));
            alert.put("ce_specversion", "1.0");
            alert.put("ce_id", "alert-" + id(i));
            alert.put("ce_source", "urn:fraudstream:topic:" + prefix + "alerts");
            alert.put("ce_type", "io.fraudstream.alert.v1");
            alert.put("ce_time", Instant.ofEpochMilli(NOON + i * SECOND).toString());
            alert.put("content-type", contentType);
            assertThat(alerts.get("alert-" + id(i)).headers()).isEqualTo(alert);
            assertThat(scored.get(id(i)).headers())
                    .containsEntry("ce_type", "io.fraudstream.scored-transaction.v1")
                    .containsEntry("content-type", contentType)
                    .containsAllEntriesOf(trace(i))
                    .hasSize(6 + trace(i).size());
        }
        assertThat(only(prefix + "late").headers()).isEqualTo(trace(TRANSACTIONS));
        assertThat(only(prefix + "rejected").headers()).isEqualTo(trace(TRANSACTIONS + 2));

        assertFramed(format, prefix + "alerts-value", alerts.values());
        assertFramed(format, prefix + "scored-value", scored.values());
        JsonNode alert = JSON.readTree(text(alerts.get("alert-" + id(3)).value()));
        assertThat(alert.get("transaction_id").asText()).isEqualTo(id(3));
        assertThat(alert.get("event_time").asLong()).isEqualTo(NOON + 3 * SECOND);
        assertThat(alert.get("reasons")).isNotEmpty();

        out.getBuffer().setLength(0);
        run(
                "topics",
                "tail",
                "alerts",
                "--from-beginning",
                "--max",
                "2",
                "--headers",
                "--topic-prefix",
                prefix,
                "--set",
                "kafka.schemaRegistry=" + registry);
        assertThat(out.toString().lines())
                .hasSize(2)
                .allMatch(line -> line.contains("ce_type=io.fraudstream.alert.v1"))
                .allMatch(line -> line.replace(" ", "").contains("\"card_id\":\"card-"));
    }

    @Test
    void aJobWhoseSchemasAreNotRegisteredSaysSo() {
        run("topics", "create", "--partitions", "1", "--topic-prefix", "none.");
        List<String> arguments =
                new ArrayList<>(List.of("run", "--until-end", "--topic-prefix", "none."));
        settings(
                arguments,
                Map.of(
                        "job.format", "avro",
                        "job.registerSchemas", "false",
                        "kafka.schemaRegistry", registry.toString()));

        assertThat(execute(arguments.toArray(String[]::new))).isEqualTo(1);
        assertThat(err.toString())
                .contains("answers 404 for none.alerts-value", "job.registerSchemas");
    }

    private void assertFramed(String format, String subject, Iterable<TopicTail.Entry> records)
            throws Exception {
        if (format.equals("json")) {
            assertThat(records).allMatch(record -> record.value()[0] == '{');
            return;
        }
        boolean avro = format.equals("avro");
        String name = subject.contains("alerts") ? "alert-v1" : "scored-transaction-v1";
        Path file = Path.of("schemas", name + (avro ? ".avsc" : ".schema.json"));
        int id =
                new SchemaRegistry(List.of(registry), null)
                        .idOf(
                                subject,
                                avro ? SchemaRegistry.Kind.AVRO : SchemaRegistry.Kind.JSON,
                                Files.readString(file),
                                false,
                                SchemaRegistry.PATIENCE,
                                line -> {});
        for (TopicTail.Entry record : records) {
            ByteBuffer value = ByteBuffer.wrap(record.value());
            assertThat(value.get()).isZero();
            assertThat(value.getInt()).isEqualTo(id);
        }
    }

    /** In one partition: what is scored, one that is late, and one that is refused. */
    private static void send(String prefix) throws Exception {
        String topic = prefix + "transactions";
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", broker.bootstrapServers()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            for (int i = 0; i < TRANSACTIONS; i++) {
                producer.send(record(topic, i, transaction(id(i), NOON + i * SECOND))).get();
            }
            producer.send(record(topic, TRANSACTIONS, transaction("late", NOON))).get();
            producer.send(record(topic, TRANSACTIONS + 2, "{".getBytes(UTF_8))).get();
        }
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, int i, byte[] value) {
        List<Header> headers = new ArrayList<>();
        headers.add(new RecordHeader("other", "left behind".getBytes(UTF_8)));
        trace(i).forEach((key, text) -> headers.add(new RecordHeader(key, text.getBytes(UTF_8))));
        if (i % 5 == 1) {
            headers.add(new RecordHeader("traceparent", "00-none".getBytes(UTF_8)));
        }
        return new ProducerRecord<>(topic, 0, (byte[]) null, value, headers);
    }

    /** Most are in a trace; one in five of its own has none, and one a malformed one. */
    private static Map<String, String> trace(int i) {
        return switch (i % 5) {
            case 0, 2, 3 ->
                    Map.of(
                            "traceparent",
                            String.format("00-%032x-%016x-01", 7 + i, 9 + i),
                            "tracestate",
                            "sender=" + i);
            default -> Map.of();
        };
    }

    private static String id(int i) {
        return "t-" + i;
    }

    private static byte[] transaction(String id, long eventTime) {
        return TransactionCodec.encode(
                new Transaction(
                        id,
                        eventTime,
                        "card-" + Math.floorMod(id.hashCode(), 7),
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
                        null));
    }

    /** A topic's records by alert or transaction. */
    private static Map<String, TopicTail.Entry> read(String topic, int count) throws IOException {
        Map<String, TopicTail.Entry> byId = new TreeMap<>();
        for (TopicTail.Entry entry : entries(topic, count)) {
            JsonNode record = JSON.readTree(text(entry.value()));
            byId.put(
                    record.has("alert_id")
                            ? record.get("alert_id").asText()
                            : record.get("transaction_id").asText(),
                    entry);
        }
        assertThat(byId).hasSize(count);
        return byId;
    }

    private static TopicTail.Entry only(String topic) {
        return entries(topic, 1).get(0);
    }

    private static List<TopicTail.Entry> entries(String topic, int count) {
        List<TopicTail.Entry> entries = new ArrayList<>();
        try (TopicTail tail = new TopicTail(broker.bootstrapServers(), topic)) {
            tail.read(true, count, entries::add);
        }
        return entries;
    }

    private static String text(byte[] value) {
        return new RegisteredValue(new SchemaRegistry(List.of(registry), null)).text(value);
    }

    private static void settings(List<String> arguments, Map<String, String> settings) {
        settings.forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
    }

    private void run(String... arguments) {
        assertThat(execute(arguments)).as(err.toString()).isZero();
    }

    private int execute(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--bootstrap-servers", broker.bootstrapServers()));
        return Fraudstream.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all.toArray(String[]::new));
    }
}
