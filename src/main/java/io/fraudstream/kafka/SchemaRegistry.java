package io.fraudstream.kafka;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A client of a schema registry that speaks Confluent's REST protocol, as those of Confluent,
 * Redpanda, Karapace and Apicurio (under {@code /apis/ccompat/v7}) do. It is asked when a job is
 * put together and when a record is shown, and never by a running job.
 *
 * @see <a href="https://docs.confluent.io/platform/current/schema-registry/develop/api.html">The
 *     protocol</a>
 */
public final class SchemaRegistry {
    /** For how long a registry that does not answer is asked again and again. */
    public static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Duration ATTEMPT = Duration.ofSeconds(5);
    private static final long PAUSE_MILLIS = 500;
    private static final int HTTP_OK = 200;
    private static final String MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<URI> addresses;
    private final String authorization;
    private final HttpClient http;

    /** The kinds of schema that are registered here. */
    public enum Kind {
        AVRO,
        JSON
    }

    /** A schema as the registry holds it; a kind that it does not name is Avro. */
    public record Schema(String kind, String text) {}

    private interface Request<T> {
        T send() throws SchemaRegistryException, InterruptedException;
    }

    /**
     * @param addresses where its instances answer; they are asked in turn
     * @param credentials {@code user:password}, or {@code null} to send none
     */
    public SchemaRegistry(List<URI> addresses, String credentials) {
        this.addresses = List.copyOf(addresses);
        this.authorization =
                credentials == null
                        ? null
                        : "Basic "
                                + Base64.getEncoder()
                                        .encodeToString(
                                                credentials.getBytes(StandardCharsets.UTF_8));
        this.http =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NORMAL)
                        .connectTimeout(ATTEMPT)
                        .build();
    }

    /**
     * The id of a schema under a subject.
     *
     * @param register whether it is registered where it is not there yet
     * @param patience for how long to ask again where the registry does not answer
     * @param told once, when the first attempt has failed
     * @throws SchemaRegistryException if it does not answer by then, refuses the schema, or does
     *     not hold it
     */
    public int idOf(
            String subject,
            Kind kind,
            String schema,
            boolean register,
            Duration patience,
            Consumer<String> told)
            throws SchemaRegistryException, InterruptedException {
        String body = body(kind, schema);
        String path =
                "/subjects/"
                        + URLEncoder.encode(subject, StandardCharsets.UTF_8)
                        + (register ? "/versions" : "");
        return patiently(
                () -> {
                    JsonNode id = ask(subject, path, body).get("id");
                    if (id == null || !id.isIntegralNumber()) {
                        throw refused(
                                "the schema registry at "
                                        + addresses()
                                        + " answers without an id; is it one that speaks"
                                        + " Confluent's protocol?");
                    }
                    return id.intValue();
                },
                patience,
                told);
    }

    /**
     * The schema with this id.
     *
     * @throws SchemaRegistryException if the registry does not answer or does not know it
     */
    public Schema byId(int id) throws SchemaRegistryException {
        JsonNode answer;
        try {
            answer = ask("schema " + id, "/schemas/ids/" + id, null);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw refused("interrupted while asking for schema " + id);
        }
        return new Schema(
                answer.path("schemaType").asText(Kind.AVRO.name()), answer.path("schema").asText());
    }

    /** Avro is what a schema without a type is, also to registries that know no types. */
    private static String body(Kind kind, String schema) {
        Map<String, String> body =
                kind == Kind.AVRO
                        ? Map.of("schema", schema)
                        : Map.of("schema", schema, "schemaType", kind.name());
        try {
            return JSON.writeValueAsString(body);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private <T> T patiently(Request<T> request, Duration patience, Consumer<String> told)
            throws SchemaRegistryException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        for (boolean first = true; ; first = false) {
            try {
                return request.send();
            } catch (SchemaRegistryException failed) {
                if (!failed.isPassing() || System.nanoTime() > deadline) {
                    throw failed;
                }
                if (first) {
                    told.accept(
                            "No schema registry at "
                                    + addresses()
                                    + " answers; asking again for up to "
                                    + patience.toSeconds()
                                    + " s ...");
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        }
    }

    private JsonNode ask(String what, String path, String body)
            throws SchemaRegistryException, InterruptedException {
        SchemaRegistryException last = null;
        for (URI address : addresses) {
            try {
                return ask(address, what, path, body);
            } catch (SchemaRegistryException failed) {
                if (!failed.isPassing()) {
                    throw failed;
                }
                last = failed;
            }
        }
        throw last;
    }

    private JsonNode ask(URI address, String what, String path, String body)
            throws SchemaRegistryException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address.toString().replaceAll("/+$", "") + path))
                        .timeout(ATTEMPT)
                        .header("Accept", MEDIA_TYPE + ", application/json");
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        if (body != null) {
            request.header("Content-Type", MEDIA_TYPE)
                    .POST(HttpRequest.BodyPublishers.ofString(body));
        }
        HttpResponse<String> response;
        try {
            response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException unreachable) {
            throw new SchemaRegistryException(
                    "no schema registry at " + address + " answers: " + why(unreachable), true);
        }
        if (response.statusCode() == HTTP_OK) {
            return parsed(response.body());
        }
        throw failure(address, what, response);
    }

    private static SchemaRegistryException failure(
            URI address, String what, HttpResponse<String> response) {
        int status = response.statusCode();
        String said = parsed(response.body()).path("message").asText("");
        String answer =
                "the schema registry at "
                        + address
                        + " answers "
                        + status
                        + " for "
                        + what
                        + (said.isEmpty() ? "" : " (" + said + ")");
        return switch (status) {
            case 401, 403 ->
                    refused(
                            answer
                                    + ": kafka.schemaRegistryCredentials must name a user and a"
                                    + " password that it knows and that may do that");
            case 404 ->
                    refused(
                            answer
                                    + ": it does not hold that schema; register it, or let the job"
                                    + " do so (job.registerSchemas)");
            case 409 ->
                    refused(
                            answer
                                    + ": what is registered there already is not compatible with"
                                    + " this release's schema");
            case 408, 429 -> new SchemaRegistryException(answer, true);
            default -> new SchemaRegistryException(answer, status >= 500);
        };
    }

    private static SchemaRegistryException refused(String message) {
        return new SchemaRegistryException(message, false);
    }

    private static JsonNode parsed(String body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException noJson) {
            return JSON.missingNode();
        }
    }

    private String addresses() {
        return String.join(",", addresses.stream().map(URI::toString).toList());
    }

    private static String why(IOException failure) {
        return failure.getMessage() == null
                ? failure.getClass().getSimpleName().toLowerCase(Locale.ROOT)
                : failure.getMessage();
    }
}
