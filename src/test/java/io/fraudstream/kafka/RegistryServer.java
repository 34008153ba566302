package io.fraudstream.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;

/**
 * A schema registry in this process that keeps to the documented REST protocol in what a producer
 * and a consumer use of it: registering with compatibility checked backwards, looking up, schemas
 * by id, error codes, and a login where there is one.
 */
public final class RegistryServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";

    private final HttpServer server;
    private final String authorization;
    private final List<Registered> schemas = new ArrayList<>();
    private final Map<String, List<Integer>> subjects = new LinkedHashMap<>();
    private int refusing;

    private record Registered(String type, String text) {}

    private record Answer(int status, ObjectNode body) {}

    private RegistryServer(HttpServer server, String credentials) {
        this.server = server;
        this.authorization =
                credentials == null
                        ? null
                        : "Basic "
                                + Base64.getEncoder()
                                        .encodeToString(
                                                credentials.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Starts one on a free port.
     *
     * @param credentials {@code user:password} that it demands, or {@code null}
     */
    public static RegistryServer start(String credentials) throws IOException {
        return start(credentials, 0);
    }

    static RegistryServer start(String credentials, int port) throws IOException {
        HttpServer http =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        RegistryServer server = new RegistryServer(http, credentials);
        http.createContext("/", server::answer);
        http.start();
        return server;
    }

    public URI address() {
        return URI.create("http://localhost:" + server.getAddress().getPort());
    }

    /** The next requests are answered as by a registry that is starting. */
    synchronized void refuse(int requests) {
        refusing = requests;
    }

    /** The subjects with the ids of their schemas, oldest first. */
    public synchronized Map<String, List<Integer>> subjects() {
        return new LinkedHashMap<>(subjects);
    }

    /** Registers without a check, as one who may do anything. */
    synchronized int put(String subject, String type, String text) {
        int id = idOf(new Registered(type, text));
        subjects.computeIfAbsent(subject, none -> new ArrayList<>()).add(id);
        return id;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] request = exchange.getRequestBody().readAllBytes();
            Answer answer = answer(exchange, request);
            byte[] body = JSON.writeValueAsBytes(answer.body);
            exchange.getResponseHeaders().add("Content-Type", MEDIA_TYPE);
            exchange.sendResponseHeaders(answer.status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private synchronized Answer answer(HttpExchange exchange, byte[] request) throws IOException {
        if (refusing > 0) {
            refusing--;
            return error(503, 50301, "starting");
        }
        if (authorization != null
                && !authorization.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            return error(401, 401, "Unauthorized");
        }
        String[] path = exchange.getRequestURI().getPath().substring(1).split("/");
        if (exchange.getRequestMethod().equals("GET")
                && path.length == 3
                && path[0].equals("schemas")
                && path[1].equals("ids")) {
            return byId(Integer.parseInt(path[2]));
        }
        if (!exchange.getRequestMethod().equals("POST") || !path[0].equals("subjects")) {
            return error(404, 404, "HTTP 404 Not Found");
        }
        if (!MEDIA_TYPE.equals(exchange.getRequestHeaders().getFirst("Content-Type"))) {
            return error(415, 415, "HTTP 415 Unsupported Media Type");
        }
        JsonNode body = JSON.readTree(request);
        Registered schema =
                new Registered(body.path("schemaType").asText("AVRO"), body.get("schema").asText());
        return path.length == 3 && path[2].equals("versions")
                ? register(path[1], schema)
                : lookUp(path[1], schema);
    }

    private Answer byId(int id) {
        if (id < 1 || id > schemas.size()) {
            return error(404, 40403, "Schema " + id + " not found");
        }
        Registered schema = schemas.get(id - 1);
        ObjectNode body = JSON.createObjectNode().put("schema", schema.text);
        if (!schema.type.equals("AVRO")) {
            body.put("schemaType", schema.type);
        }
        return new Answer(200, body);
    }

    private Answer register(String subject, Registered schema) throws IOException {
        List<Integer> versions = subjects.getOrDefault(subject, List.of());
        int known = schemas.indexOf(schema) + 1;
        if (known > 0 && versions.contains(known)) {
            return new Answer(200, JSON.createObjectNode().put("id", known));
        }
        try {
            if (schema.type.equals("AVRO")) {
                Schema parsed = new Schema.Parser().parse(schema.text);
                if (!versions.isEmpty() && !reads(parsed, versions.get(versions.size() - 1))) {
                    return error(409, 409, "Schema being registered is incompatible");
                }
            } else {
                JSON.readTree(schema.text);
            }
        } catch (AvroRuntimeException invalid) {
            return error(422, 42201, "Invalid schema: " + invalid.getMessage());
        }
        return new Answer(
                200, JSON.createObjectNode().put("id", put(subject, schema.type, schema.text)));
    }

    private boolean reads(Schema schema, int before) {
        Registered writer = schemas.get(before - 1);
        return writer.type.equals("AVRO")
                && SchemaCompatibility.checkReaderWriterCompatibility(
                                        schema, new Schema.Parser().parse(writer.text))
                                .getType()
                        == SchemaCompatibilityType.COMPATIBLE;
    }

    private Answer lookUp(String subject, Registered schema) {
        if (!subjects.containsKey(subject)) {
            return error(404, 40401, "Subject '" + subject + "' not found.");
        }
        int id = schemas.indexOf(schema) + 1;
        int version = subjects.get(subject).indexOf(id) + 1;
        if (version == 0) {
            return error(404, 40403, "Schema not found");
        }
        return new Answer(
                200,
                JSON.createObjectNode()
                        .put("subject", subject)
                        .put("id", id)
                        .put("version", version)
                        .put("schema", schema.text));
    }

    /** A schema has one id, under however many subjects it stands. */
    private int idOf(Registered schema) {
        if (!schemas.contains(schema)) {
            schemas.add(schema);
        }
        return schemas.indexOf(schema) + 1;
    }

    private static Answer error(int status, int code, String message) {
        return new Answer(
                status, JSON.createObjectNode().put("error_code", code).put("message", message));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
