package io.fraudstream.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fraudstream.kafka.SchemaRegistry.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The client against a server that keeps to the protocol. */
@Timeout(60)
class SchemaRegistryTest {
    private static final Duration LONG = Duration.ofSeconds(50);

    private final List<String> told = new ArrayList<>();
    private RegistryServer server;

    @BeforeEach
    void start() throws IOException {
        server = RegistryServer.start(null);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aSchemaIsRegisteredOnceAndComesBackByItsId() throws Exception {
        SchemaRegistry registry = registry(null);
        String avro = published("alert-v1.avsc");
        String json = published("alert-v1.schema.json");

        int avroId = id(registry, "alerts-value", Kind.AVRO, avro, true);
        int jsonId = id(registry, "eu.alerts-value", Kind.JSON, json, true);

        assertThat(id(registry, "alerts-value", Kind.AVRO, avro, true)).isEqualTo(avroId);
        assertThat(id(registry, "alerts-value", Kind.AVRO, avro, false)).isEqualTo(avroId);
        assertThat(server.subjects())
                .isEqualTo(
                        Map.of(
                                "alerts-value", List.of(avroId),
                                "eu.alerts-value", List.of(jsonId)));
        assertThat(registry.byId(avroId)).isEqualTo(new SchemaRegistry.Schema("AVRO", avro));
        assertThat(registry.byId(jsonId)).isEqualTo(new SchemaRegistry.Schema("JSON", json));
        assertThat(told).isEmpty();
    }

    @Test
    void whatMayNotBeRegisteredIsLookedUp() throws Exception {
        SchemaRegistry registry = registry(null);
        String schema = published("alert-v1.avsc");

        assertThatThrownBy(() -> id(registry, "alerts-value", Kind.AVRO, schema, false))
                .isInstanceOf(SchemaRegistryException.class)
                .hasMessageContaining("answers 404 for alerts-value")
                .hasMessageContaining("job.registerSchemas");
        assertThat(server.subjects()).isEmpty();

        int id = server.put("alerts-value", "AVRO", schema);
        assertThat(id(registry, "alerts-value", Kind.AVRO, schema, false)).isEqualTo(id);
    }

    @Test
    void anIncompatibleSchemaIsNamed() {
        server.put(
                "alerts-value", "AVRO", "{\"type\":\"record\",\"name\":\"Other\",\"fields\":[]}");

        assertThatThrownBy(
                        () ->
                                id(
                                        registry(null),
                                        "alerts-value",
                                        Kind.AVRO,
                                        published("alert-v1.avsc"),
                                        true))
                .isInstanceOf(SchemaRegistryException.class)
                .hasMessageContaining("answers 409 for alerts-value")
                .hasMessageContaining("not compatible");
    }

    @Test
    void aRegistryThatIsStartingIsAskedAgain() throws Exception {
        server.refuse(2);

        id(registry(null), "alerts-value", Kind.AVRO, published("alert-v1.avsc"), true);

        assertThat(told)
                .containsExactly(
                        "No schema registry at "
                                + server.address()
                                + " answers; asking again for up to 50 s ...");
    }

    @Test
    void oneThatDoesNotAnswerIsNamed() throws IOException {
        URI nowhere = URI.create("http://localhost:" + freePort());
        SchemaRegistry registry = new SchemaRegistry(List.of(nowhere), null);

        assertThatThrownBy(
                        () ->
                                registry.idOf(
                                        "alerts-value",
                                        Kind.AVRO,
                                        "\"string\"",
                                        true,
                                        Duration.ZERO,
                                        told::add))
                .isInstanceOf(SchemaRegistryException.class)
                .hasMessageStartingWith("no schema registry at " + nowhere + " answers: ");
    }

    @Test
    void anotherInstanceAnswersForOneThatIsDown() throws Exception {
        SchemaRegistry registry =
                new SchemaRegistry(
                        List.of(
                                URI.create("http://localhost:" + freePort()),
                                URI.create(server.address() + "/")),
                        null);

        assertThat(id(registry, "alerts-value", Kind.AVRO, "\"string\"", true)).isPositive();
        assertThat(told).isEmpty();
    }

    @Test
    void aLoginIsSentAndARefusedOneIsNotTriedAgain() throws Exception {
        try (RegistryServer locked = RegistryServer.start("fraud:pa55word")) {
            SchemaRegistry known = new SchemaRegistry(List.of(locked.address()), "fraud:pa55word");
            assertThat(id(known, "alerts-value", Kind.AVRO, "\"string\"", true)).isPositive();

            SchemaRegistry stranger =
                    new SchemaRegistry(List.of(locked.address()), "fraud:gue55ed");
            assertThatThrownBy(() -> id(stranger, "alerts-value", Kind.AVRO, "\"string\"", true))
                    .isInstanceOf(SchemaRegistryException.class)
                    .hasMessageContaining("401")
                    .hasMessageContaining("kafka.schemaRegistryCredentials")
                    .hasMessageNotContaining("gue55ed");
        }
    }

    @Test
    void somethingElseThanARegistryIsTold() throws Exception {
        assertThatThrownBy(
                        () ->
                                id(
                                        new SchemaRegistry(
                                                List.of(URI.create(server.address() + "/else")),
                                                null),
                                        "alerts-value",
                                        Kind.AVRO,
                                        "\"string\"",
                                        true))
                .isInstanceOf(SchemaRegistryException.class)
                .hasMessageContaining("/else answers 404");
    }

    @Test
    void valuesAreReadableWhateverTheyAre() throws Exception {
        String schema =
                "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"string\"}]}";
        int avro = server.put("a", "AVRO", schema);
        int json = server.put("b", "JSON", "{}");
        RegisteredValue values = new RegisteredValue(registry(null));

        assertThat(values.text("{\"plain\": 1}".getBytes(UTF_8))).isEqualTo("{\"plain\": 1}");
        assertThat(values.text(new byte[0])).isEmpty();
        assertThat(values.text(framed(avro, new byte[] {4, 'h', 'i'})))
                .isEqualTo("{\"a\": \"hi\"}");
        assertThat(values.text(framed(json, "{\"b\":2}".getBytes(UTF_8)))).isEqualTo("{\"b\":2}");
        assertThat(values.text(framed(avro, new byte[] {4, 'h'})))
                .startsWith("(7 bytes that are not of schema " + avro);
        assertThat(values.text(framed(77, new byte[1]))).contains("answers 404 for schema 77");
        assertThat(new RegisteredValue(null).text(framed(avro, new byte[1])))
                .isEqualTo("(6 bytes of schema " + avro + ": set kafka.schemaRegistry)");
    }

    private static byte[] framed(int id, byte[] body) {
        return ByteBuffer.allocate(5 + body.length).put((byte) 0).putInt(id).put(body).array();
    }

    private SchemaRegistry registry(String credentials) {
        return new SchemaRegistry(List.of(server.address()), credentials);
    }

    private int id(
            SchemaRegistry registry, String subject, Kind kind, String schema, boolean register)
            throws SchemaRegistryException, InterruptedException {
        return registry.idOf(subject, kind, schema, register, LONG, told::add);
    }

    private static String published(String file) throws IOException {
        return Files.readString(Path.of("schemas", file));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
