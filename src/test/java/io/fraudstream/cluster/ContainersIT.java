package io.fraudstream.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fraudstream.kafka.TopicTail;
import io.fraudstream.registry.ModelPointer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.container.entrypoint.StandaloneApplicationClusterEntryPoint;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessSpec;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;
import org.apache.flink.runtime.jobmanager.JobManagerProcessSpec;
import org.apache.flink.runtime.jobmanager.JobManagerProcessUtils;
import org.apache.flink.runtime.taskexecutor.TaskManagerRunner;
import org.apache.flink.runtime.util.config.memory.ProcessMemoryUtils;
import org.apache.flink.runtime.zookeeper.FlinkZooKeeperQuorumPeer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What compose would start, started as processes: the files that the Dockerfiles copy, laid out in
 * their places below a directory, with the commands, the environment and the settings of the
 * compose file. No image is built and no container run. What Flink's own start scripts do is done
 * here, since they are not to be had from Maven. Names of hosts and ports become this machine's,
 * and paths lie below that directory.
 */
@Tag("containers")
@Timeout(900)
class ContainersIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern REST =
            Pattern.compile("Rest endpoint listening at [^:\\s]+:(\\d+)");
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(5);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** A world this small has few frauds, and a test little time. */
    private static final Map<String, String> LENIENT =
            Map.of(
                    "FRAUDSTREAM_TRAINING_MAX_EPOCHS", "4",
                    "FRAUDSTREAM_RETRAINING_MIN_EVENTS", "500",
                    "FRAUDSTREAM_RETRAINING_MIN_FRAUDS", "10",
                    "FRAUDSTREAM_RETRAINING_MAX_CALIBRATION_ERROR", "0.1",
                    "FRAUDSTREAM_RETRAINING_MEAN_SCORE_FACTOR", "10",
                    "FRAUDSTREAM_RETRAINING_ALERT_VOLUME_FACTOR", "10");

    @TempDir private Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final List<JavaProcess> taskManagers = new ArrayList<>();
    private final Map<Path, Integer> metrics = new LinkedHashMap<>();
    private BrokerProcess broker;
    private int zooKeeperPort;
    private Compose compose;
    private JavaProcess jobManager;
    private FlinkRest rest;
    private int started;

    /** Something that is to become true. */
    @FunctionalInterface
    private interface Condition {
        boolean holds() throws Exception;
    }

    @AfterEach
    void stop() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    @Test
    void whatComposeStartsScoresLearnsIsUpgradedAndRecovers() throws Exception {
        compose = Compose.read(Map.of());
        startKafka(compose.services().get("kafka"));
        startZooKeeper();
        layOut();

        assertThat(cli(compose.services().get("topics").command())).contains("transactions");
        startFlink();
        String job = runningJob();
        String web = String.join(" ", compose.services().get("jobmanager").healthcheck());
        assertThat(status(web, rest.address().getPort())).isEqualTo(200);
        String reporter = dockerfile("job").last("HEALTHCHECK");
        assertThat(metrics).hasSize(3);
        for (int port : metrics.values()) {
            assertThat(status(reporter, port)).isEqualTo(200);
        }

        int first =
                replay(
                        "/data/first.jsonl.gz",
                        "--cards",
                        "150",
                        "--duration",
                        "50d",
                        "--fraud-intensity",
                        "5");
        await("all is read", () -> count(job, "read") == first);
        await("all is counted", () -> accounted(job) == first);
        int unscored = count(job, "scored");
        // By a checkpoint that comes by itself: an answer about one that was asked for is waited
        // for, five minutes, before a JobManager ends.
        await("all is stored", this::isStored);

        JavaProcess retraining = serve("retrain", LENIENT);
        String round = retraining.awaitLogged(Pattern.compile("(?s)(.*)Next round: .*Ctrl-C"));
        assertThat(round).contains("is promoted.");
        retraining.close();
        String bundle = promoted();
        // Each subtask takes it at its next event, by the module that FLINK_PROPERTIES asks for.
        await(
                "every subtask is ready to score",
                () -> logged("bundle " + bundle + " scores by the Vector API") == 4);

        // The upgrade of docker/README.md.
        String savepoint = rest.stop(job);
        assertThat(savepoint).startsWith("file:" + directory.resolve("data/flink/savepoints"));
        assertThat(jobManager.awaitEnd()).isZero();
        taskManagers.forEach(JavaProcess::close);
        compose = Compose.read(Map.of("JOB_OPTIONS", "--fromSavepoint " + savepoint));
        startFlink();
        String next = runningJob();
        assertThat(rest.checkpoints(next).restored()).isOne();
        int second =
                replay(
                        "/data/second.jsonl.gz",
                        "--seed",
                        "7",
                        "--cards",
                        "20",
                        "--start",
                        "2026-03-01",
                        "--duration",
                        "2d");
        await("the rest is read too", () -> count(next, "read") == first + second);
        await("the rest is counted too", () -> accounted(next) == first + second);
        int scored = count(next, "scored");
        assertThat(scoredBy(bundle, scored)).isEqualTo(scored - unscored).isPositive();

        // What is started again after a failure bears the savepoint's options still.
        await("a checkpoint is complete", () -> rest.checkpoints(next).completed() > 0);
        long latest = rest.checkpoints(next).latestId();
        jobManager.kill();
        startJobManager();
        assertThat(runningJob()).isEqualTo(next);
        assertThat(rest.checkpoints(next).restoredId()).isGreaterThanOrEqualTo(latest);
        await("what was counted is known", () -> accounted(next) == first + second);
    }

    private static Dockerfile dockerfile(String image) throws IOException {
        return Dockerfile.read(Path.of("docker", image, "Dockerfile"));
    }

    private void layOut() throws IOException {
        dockerfile("job").layOut(Path.of(""), directory.resolve("job"));
        dockerfile("cli").layOut(Path.of(""), directory.resolve("cli"));
        for (String place : List.of("job/opt/flink/lib", "job/opt/flink/conf", "data", "logs")) {
            Files.createDirectories(directory.resolve(place));
        }
        Path mounted = Compose.mounts(compose.services().get("topics")).get("/etc/fraudstream");
        Path here = Files.createDirectories(directory.resolve("etc"));
        try (Stream<Path> files = Files.list(mounted)) {
            for (Path file : files.toList()) {
                Files.writeString(here.resolve(file.getFileName()), here(Files.readString(file)));
            }
        }
    }

    /** What stands in the compose file, or in one that is mounted, by this machine's names. */
    private String here(String text) {
        return text.replace("kafka:19092", broker.bootstrapServers())
                .replace("zookeeper:2181", "localhost:" + zooKeeperPort)
                .replace("/etc/fraudstream/", directory.resolve("etc") + "/")
                .replaceAll("(?<![\\w/.])/data/", directory.resolve("data") + "/")
                .replace("file:///data/", "file://" + directory.resolve("data") + "/");
    }

    /** The broker, as far as the compose file's properties do not speak of hosts and places. */
    private void startKafka(Compose.Service kafka) throws IOException {
        Map<String, String> properties = new TreeMap<>(kafka.kafkaProperties());
        properties
                .keySet()
                .removeIf(
                        name ->
                                name.contains("listener")
                                        || name.startsWith("controller.")
                                        || List.of("node.id", "process.roles", "log.dirs")
                                                .contains(name));
        assertThat(properties).containsEntry("log.retention.ms", "-1");
        broker = BrokerProcess.start(directory.resolve("kafka"), 0, properties);
        open.push(broker);
    }

    private void startZooKeeper() throws IOException {
        zooKeeperPort = freePort();
        Path zooKeeper = Files.createDirectories(directory.resolve("zookeeper"));
        Files.write(
                zooKeeper.resolve("zoo.cfg"),
                List.of(
                        "tickTime=500",
                        "dataDir=" + zooKeeper,
                        "clientPort=" + zooKeeperPort,
                        "clientPortAddress=localhost",
                        "admin.enableServer=false"));
        flink(
                "zookeeper",
                List.of("-Xmx128m"),
                FlinkZooKeeperQuorumPeer.class,
                List.of(
                        "--zkConfigFile",
                        zooKeeper.resolve("zoo.cfg").toString(),
                        "--peerId",
                        "1"));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("localhost"))) {
            return socket.getLocalPort();
        }
    }

    private void startFlink() throws Exception {
        taskManagers.clear();
        metrics.clear();
        startJobManager();
        Compose.Service taskManager = compose.services().get("taskmanager");
        assertThat(taskManager.command()).containsExactly("taskmanager");
        for (int i = 0; i < taskManager.replicas(); i++) {
            startTaskManager(taskManager);
        }
        int slots =
                taskManager.replicas()
                        * Integer.parseInt(
                                taskManager.flinkKeys().get("taskmanager.numberOfTaskSlots"));
        await("every slot is there", () -> rest.slots() == slots);
    }

    private void startJobManager() throws IOException {
        Compose.Service service = compose.services().get("jobmanager");
        List<String> command = service.command();
        assertThat(command.get(0)).isEqualTo("standalone-job");
        Configuration configuration = configure(service);
        JobManagerProcessSpec size = JobManagerProcessUtils.processSpecFromConfig(configuration);
        List<String> arguments = new ArrayList<>();
        arguments.addAll(words(JobManagerProcessUtils.generateDynamicConfigsStr(size)));
        arguments.addAll(
                List.of("--configDir", directory.resolve("job/opt/flink/conf").toString()));
        command.subList(1, command.size()).forEach(word -> arguments.add(here(word)));
        jobManager =
                flink(
                        "jobmanager",
                        words(JobManagerProcessUtils.generateJvmParametersStr(size, configuration)),
                        StandaloneApplicationClusterEntryPoint.class,
                        withMetrics("jobmanager", arguments));
        rest = new FlinkRest(URI.create("http://localhost:" + jobManager.awaitLogged(REST)));
    }

    private void startTaskManager(Compose.Service service) throws IOException {
        TaskExecutorProcessSpec size =
                TaskExecutorProcessUtils.processSpecFromConfig(configure(service));
        List<String> arguments = new ArrayList<>();
        arguments.addAll(
                List.of("--configDir", directory.resolve("job/opt/flink/conf").toString()));
        arguments.addAll(words(TaskExecutorProcessUtils.generateDynamicConfigsStr(size)));
        taskManagers.add(
                flink(
                        "taskmanager",
                        words(ProcessMemoryUtils.generateJvmParametersStr(size)),
                        TaskManagerRunner.class,
                        withMetrics("taskmanager", arguments)));
    }

    /** Two containers may have one port each; two processes may not. */
    private List<String> withMetrics(String name, List<String> arguments) throws IOException {
        int port = freePort();
        metrics.put(log(name + "-" + started), port);
        List<String> all = new ArrayList<>(List.of("-D", "metrics.reporter.prom.port=" + port));
        // What follows the job's own argument would be the job's too.
        all.addAll(arguments);
        return all;
    }

    /** Writes Flink's configuration as the start script of its image would. */
    private Configuration configure(Compose.Service service) throws IOException {
        Map<String, String> keys = new LinkedHashMap<>();
        service.flinkKeys().forEach((key, value) -> keys.put(key, here(value)));
        keys.put("jobmanager.rpc.address", "localhost");
        keys.put("jobmanager.bind-host", "localhost");
        keys.put("taskmanager.host", "localhost");
        keys.put("taskmanager.bind-host", "localhost");
        keys.put("rest.address", "localhost");
        keys.put("rest.bind-address", "localhost");
        keys.put("rest.bind-port", "0");
        keys.put("io.tmp.dirs", directory.resolve("tmp").toString());
        // A busy machine is slow, and what was killed is not to hold its office for long.
        keys.put("pekko.ask.timeout", "60s");
        keys.put("pekko.startup-timeout", "120s");
        keys.put("high-availability.zookeeper.client.session-timeout", "10s");
        Path conf = directory.resolve("job/opt/flink/conf");
        Files.write(
                conf.resolve("config.yaml"),
                keys.entrySet().stream()
                        .map(key -> key.getKey() + ": '" + key.getValue() + "'")
                        .toList());
        return Configuration.fromMap(keys);
    }

    private JavaProcess flink(
            String name, List<String> options, Class<?> mainClass, List<String> arguments)
            throws IOException {
        Path log4j = directory.resolve("log4j.properties");
        Files.write(
                log4j,
                List.of(
                        "appender.console.type = Console",
                        "appender.console.name = console",
                        "appender.console.layout.type = PatternLayout",
                        "appender.console.layout.pattern = %d %-5p %c{1} - %m%n",
                        "rootLogger.level = info",
                        "rootLogger.appenderRef.console.ref = console"));
        List<String> all = new ArrayList<>(options);
        Map<String, String> keys = compose.services().get("taskmanager").flinkKeys();
        all.addAll(words(keys.get("env.java.default-opts.all")));
        all.addAll(words(keys.get("env.java.default-opts.taskmanager")));
        // As the configuration that comes with the image does.
        all.add("--add-opens=java.base/java.util=ALL-UNNAMED");
        all.add("-Dlog4j.configurationFile=" + log4j.toUri());
        JavaProcess process =
                JavaProcess.service(
                        JavaProcess.command(
                                FlinkClassPath.ofThisJvm(), all, mainClass.getName(), arguments),
                        // Beside it Flink looks for usrlib.
                        Map.of("FLINK_LIB_DIR", directory.resolve("job/opt/flink/lib").toString()),
                        log(name + "-" + started));
        started++;
        open.push(process);
        return process;
    }

    private Path log(String name) throws IOException {
        return Files.createDirectories(directory.resolve("logs")).resolve(name + ".log");
    }

    private static List<String> words(String text) {
        return List.of(text.strip().split("\\s+"));
    }

    /** How often the TaskManagers' logs hold this text. */
    private long logged(String text) throws IOException {
        long times = 0;
        for (Path log : metrics.keySet()) {
            Matcher found = Pattern.compile(Pattern.quote(text)).matcher(Files.readString(log));
            while (found.find()) {
                times++;
            }
        }
        return times;
    }

    /** What a health check's request is answered with, at the port that stands for its own. */
    private int status(String healthcheck, int port) throws IOException, InterruptedException {
        Matcher url = Pattern.compile("http://localhost:\\d+(/\\S*)").matcher(healthcheck);
        assertThat(url.find()).as(healthcheck).isTrue();
        return http.send(
                        HttpRequest.newBuilder(
                                        URI.create("http://localhost:" + port + url.group(1)))
                                .build(),
                        BodyHandlers.ofString())
                .statusCode();
    }

    private List<String> command(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        for (String word : dockerfile("cli").words("ENTRYPOINT")) {
            command.add(directory.resolve("cli") + word);
        }
        arguments.forEach(word -> command.add(here(word)));
        return command;
    }

    private JavaProcess serve(String name, Map<String, String> more) throws IOException {
        Compose.Service service = compose.services().get(name);
        Map<String, String> environment = new HashMap<>(dockerfile("cli").environment());
        environment.putAll(service.environment());
        environment.putAll(more);
        JavaProcess process =
                JavaProcess.service(command(service.command()), environment, log(name));
        open.push(process);
        return process;
    }

    /** Runs a command to its end, which has to be a good one, and gives what it printed. */
    private String cli(List<String> arguments) throws IOException, InterruptedException {
        Path log = log("cli-" + started++);
        ProcessBuilder builder =
                new ProcessBuilder(command(arguments))
                        .directory(directory.resolve("data").toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(Redirect.to(log.toFile()));
        builder.environment().putAll(dockerfile("cli").environment());
        int code = builder.start().waitFor();
        String said = Files.readString(log);
        assertThat(code).as(said).isZero();
        return said;
    }

    /** Simulates a stream and sends it, as docker/README.md does; gives the transactions in it. */
    private int replay(String file, String... world) throws Exception {
        List<String> simulate = new ArrayList<>(List.of("simulate", file));
        simulate.addAll(List.of(world));
        cli(simulate);
        cli(
                List.of(
                        "replay",
                        file,
                        "--mapping",
                        directory.resolve("cli") + "/opt/fraudstream/config/mappings/wire.yaml",
                        "--speed",
                        "max",
                        "--config",
                        "/etc/fraudstream/settings.yaml",
                        "--summary",
                        file + ".json"));
        JsonNode summary = JSON.readTree(Path.of(here(file + ".json")).toFile());
        return summary.path("transactions").asInt();
    }

    private String runningJob() throws Exception {
        await("the job is there", () -> rest.jobs().size() == 1);
        String job = rest.jobs().get(0);
        await("every task runs", () -> rest.isRunning(job));
        return job;
    }

    private int count(String job, String name) throws IOException, InterruptedException {
        return Integer.parseInt(rest.accumulators(job).getOrDefault(name, "0"));
    }

    private int accounted(String job) throws IOException, InterruptedException {
        Map<String, String> counts = rest.accumulators(job);
        return Stream.of("scored", "rejected", "late", "duplicate")
                .mapToInt(name -> Integer.parseInt(counts.getOrDefault(name, "0")))
                .sum();
    }

    /** A file that is not finished has a name that begins with a dot. */
    private boolean isStored() {
        Path store = directory.resolve("data/store");
        if (!Files.exists(store)) {
            return false;
        }
        try (Stream<Path> files = Files.walk(store)) {
            List<String> names =
                    files.filter(Files::isRegularFile)
                            .map(file -> file.getFileName().toString())
                            .toList();
            return !names.isEmpty() && names.stream().noneMatch(name -> name.startsWith("."));
        } catch (IOException | UncheckedIOException moved) {
            return false;
        }
    }

    private String promoted() throws IOException {
        List<byte[]> pointers = new ArrayList<>();
        try (TopicTail tail = new TopicTail(broker.bootstrapServers(), "models")) {
            tail.read(true, 1, entry -> pointers.add(entry.value()));
        }
        ModelPointer pointer = ModelPointer.decode(pointers.get(0));
        assertThat(pointer.slot()).isEqualTo(ModelPointer.CHAMPION);
        return pointer.bundleId();
    }

    /** How many of the records on the topic were scored by the bundle. */
    private long scoredBy(String bundle, int records) throws IOException {
        List<String> bundles = new ArrayList<>();
        try (TopicTail tail = new TopicTail(broker.bootstrapServers(), "scored")) {
            tail.read(
                    true,
                    records,
                    entry -> {
                        try {
                            bundles.add(JSON.readTree(entry.value()).path("bundle_id").asText());
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
        }
        return bundles.stream().filter(bundle::equals).count();
    }

    private void await(String what, Condition condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        Exception last = null;
        while (System.nanoTime() < deadline) {
            try {
                if (condition.holds()) {
                    return;
                }
            } catch (IOException notNow) {
                last = notNow;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        throw new AssertionError(
                String.format(
                        Locale.ROOT,
                        "it did not come about that %s; the last failure: %s; %s",
                        what,
                        last,
                        ends()));
    }

    /** The last lines of every log. */
    private String ends() throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> logs = Files.list(directory.resolve("logs"))) {
            for (Path log : logs.sorted().toList()) {
                List<String> lines = Files.readAllLines(log);
                text.append("\n== ").append(log.getFileName()).append('\n');
                lines.subList(Math.max(0, lines.size() - 30), lines.size())
                        .forEach(line -> text.append(line).append('\n'));
            }
        }
        return text.toString();
    }
}
