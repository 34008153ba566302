package io.fraudstream.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;

/** A JobManager's REST interface: how a platform deploys a job and watches it. */
public final class FlinkRest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long LOOK_NANOS = Duration.ofMillis(50).toNanos();

    private static final Set<String> ENDED = Set.of("FINISHED", "CANCELED", "FAILED");

    private final URI address;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

    /**
     * What has become of a job's checkpoints since its JobManager took it up.
     *
     * @param inProgress that have begun and are not complete
     * @param restored how often the job went on from one
     * @param restoredId the checkpoint that it went on from last, or -1
     * @param latestId the last that is complete, or -1
     */
    public record Checkpoints(
            long completed,
            long inProgress,
            long failed,
            long restored,
            long restoredId,
            long latestId) {}

    FlinkRest(URI address) {
        this.address = address;
    }

    /** Of the web interface, too. */
    public URI address() {
        return address;
    }

    /**
     * Gives the JobManager a job jar.
     *
     * @return the name by which it runs
     */
    public String upload(Path jar) throws IOException, InterruptedException {
        String boundary = "fraudstream-jar-" + Long.toHexString(Files.size(jar));
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(
                ("--"
                                + boundary
                                + "\r\n"
                                + "Content-Disposition: form-data; name=\"jarfile\"; filename=\""
                                + jar.getFileName()
                                + "\"\r\nContent-Type: application/java-archive\r\n\r\n")
                        .getBytes(StandardCharsets.UTF_8));
        body.writeBytes(Files.readAllBytes(jar));
        body.writeBytes(("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.UTF_8));
        String file =
                send(HttpRequest.newBuilder(address.resolve("/jars/upload"))
                                .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                                .POST(BodyPublishers.ofByteArray(body.toByteArray())))
                        .path("filename")
                        .textValue();
        return Path.of(file).getFileName().toString();
    }

    /**
     * Runs a jar's main class in the JobManager, which starts the job.
     *
     * @param savepoint to go on from, or {@code null} to begin afresh
     * @return the job's id
     * @throws IOException if it does not start, with what the JobManager says of it
     */
    public String run(String jar, List<String> arguments, int parallelism, String savepoint)
            throws IOException, InterruptedException {
        ObjectNode body = JSON.createObjectNode().put("parallelism", parallelism);
        ArrayNode list = body.putArray("programArgsList");
        arguments.forEach(list::add);
        if (savepoint != null) {
            body.put("savepointPath", savepoint);
        }
        return post("/jars/" + jar + "/run", body).path("jobid").textValue();
    }

    /** The ids of the jobs that the JobManager looks after; those that have ended are not there. */
    public List<String> jobs() throws IOException, InterruptedException {
        List<String> jobs = new ArrayList<>();
        for (JsonNode job : get("/jobs").path("jobs")) {
            if (!ENDED.contains(job.path("status").asText())) {
                jobs.add(job.path("id").textValue());
            }
        }
        return jobs;
    }

    /** Such as {@code RUNNING}, {@code RESTARTING} or {@code FAILED}. */
    public String state(String job) throws IOException, InterruptedException {
        return get("/jobs/" + job).path("state").asText();
    }

    /** Whether each task runs, which a job that runs does not say. */
    public boolean isRunning(String job) throws IOException, InterruptedException {
        JsonNode details = get("/jobs/" + job);
        if (!details.path("state").asText().equals("RUNNING")) {
            return false;
        }
        for (JsonNode vertex : details.path("vertices")) {
            if (vertex.path("tasks").path("RUNNING").asInt()
                    != vertex.path("parallelism").asInt()) {
                return false;
            }
        }
        return true;
    }

    /** The ids of the TaskManagers that the job's tasks are on. */
    public SortedSet<String> taskManagers(String job) throws IOException, InterruptedException {
        SortedSet<String> ids = new TreeSet<>();
        for (JsonNode vertex : get("/jobs/" + job).path("vertices")) {
            String path = "/jobs/" + job + "/vertices/" + vertex.path("id").textValue();
            for (JsonNode subtask : get(path).path("subtasks")) {
                ids.add(subtask.path("taskmanager-id").asText());
            }
        }
        return ids;
    }

    /** The last failure that the JobManager knows of, in one line, or an empty text. */
    public String lastFailure(String job) throws IOException, InterruptedException {
        return get("/jobs/" + job + "/exceptions?maxExceptions=1")
                .path("exceptionHistory")
                .path("entries")
                .path(0)
                .path("stacktrace")
                .asText();
    }

    public Checkpoints checkpoints(String job) throws IOException, InterruptedException {
        JsonNode all = get("/jobs/" + job + "/checkpoints");
        JsonNode counts = all.path("counts");
        return new Checkpoints(
                counts.path("completed").asLong(),
                counts.path("in_progress").asLong(),
                counts.path("failed").asLong(),
                counts.path("restored").asLong(),
                all.path("latest").path("restored").path("id").asLong(-1),
                all.path("latest").path("completed").path("id").asLong(-1));
    }

    /** What the job's tasks have counted, as far as they have reported; text for each name. */
    public Map<String, String> accumulators(String job) throws IOException, InterruptedException {
        Map<String, String> values = new TreeMap<>();
        for (JsonNode counter :
                get("/jobs/" + job + "/accumulators").path("user-task-accumulators")) {
            values.put(counter.path("name").asText(), counter.path("value").asText());
        }
        return values;
    }

    /** Begins a checkpoint beside those that come by themselves. */
    public void beginCheckpoint(String job) throws IOException, InterruptedException {
        post("/jobs/" + job + "/checkpoints", JSON.createObjectNode());
    }

    /** Begins a savepoint and gives the name under which it can be asked for. */
    public String beginSavepoint(String job) throws IOException, InterruptedException {
        return post("/jobs/" + job + "/savepoints", JSON.createObjectNode())
                .path("request-id")
                .textValue();
    }

    /**
     * Stops the job with a savepoint and returns when it has ended.
     *
     * @return where the savepoint lies
     * @throws IOException if the savepoint fails; the job then goes on
     */
    public String stop(String job) throws IOException, InterruptedException {
        String request =
                post("/jobs/" + job + "/stop", JSON.createObjectNode().put("drain", false))
                        .path("request-id")
                        .textValue();
        while (true) {
            JsonNode answer = get("/jobs/" + job + "/savepoints/" + request);
            if (answer.path("status").path("id").asText().equals("COMPLETED")) {
                JsonNode failed = answer.path("operation").path("failure-cause");
                if (!failed.isMissingNode()) {
                    throw new IOException(reason(failed.path("stack-trace").asText()));
                }
                return answer.path("operation").path("location").textValue();
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** What a stack trace says of its last cause, in a line and without the exception's name. */
    static String reason(String stackTrace) {
        String reason = "";
        for (String line : stackTrace.strip().split("\n")) {
            if (reason.isEmpty() || line.startsWith("Caused by: ")) {
                reason = line.replaceFirst("^Caused by: ", "");
            }
        }
        return reason.replaceFirst("^([\\w.$]+(Exception|Error): )+", "");
    }

    /** Ends the job at once; its last checkpoint stays. */
    public void cancel(String job) throws IOException, InterruptedException {
        send(
                HttpRequest.newBuilder(address.resolve("/jobs/" + job))
                        .method("PATCH", BodyPublishers.noBody()));
    }

    /** How many slots there are, free or not. */
    public int slots() throws IOException, InterruptedException {
        return get("/overview").path("slots-total").asInt();
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(address.resolve(path)).GET());
    }

    private JsonNode post(String path, JsonNode body) throws IOException, InterruptedException {
        BodyPublisher content = BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body));
        return send(
                HttpRequest.newBuilder(address.resolve(path))
                        .header("Content-Type", "application/json")
                        .POST(content));
    }

    private JsonNode send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                http.send(request.timeout(PATIENCE).build(), BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new IOException(
                    "the JobManager answers "
                            + answer.statusCode()
                            + " to "
                            + answer.request().uri().getPath()
                            + ": "
                            + answer.body().strip());
        }
        return JSON.readTree(answer.body().isEmpty() ? "{}" : answer.body());
    }
}
