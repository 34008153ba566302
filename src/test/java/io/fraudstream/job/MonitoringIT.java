package io.fraudstream.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fraudstream.kafka.LocalBroker;
import io.fraudstream.kafka.PointerTopic;
import io.fraudstream.kafka.RecordProducer;
import io.fraudstream.kafka.TopicNames;
import io.fraudstream.kafka.Topics;
import io.fraudstream.model.BundleFormat;
import io.fraudstream.model.DriftReference;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.ReferenceBins;
import io.fraudstream.model.TestBundles;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.registry.ModelRegistry;
import io.fraudstream.registry.TrustedKeys;
import io.fraudstream.registry.Why;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.LabelCodec;
import io.fraudstream.transaction.MessageType;
import io.fraudstream.transaction.Transaction;
import io.fraudstream.transaction.TransactionCodec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What Prometheus sees of a running job: the metrics that the README lists and no other of ours,
 * and all that the dashboard and the rules ask for. Prometheus itself is Debian's package of that
 * name; without it those tests are skipped, unless {@code -Dfraudstream.prometheus=required}.
 */
@Timeout(300)
class MonitoringIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final Path PROMETHEUS = Path.of("docker", "prometheus");
    private static final Path DASHBOARD =
            Path.of("docker", "grafana", "dashboards", "fraudstream.json");
    private static final String OURS = "flink_taskmanager_job_task_operator_fraudstream_";
    private static final Pattern METRIC = Pattern.compile("flink_[a-zA-Z_]+(\\{[^}]*})?");
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /**
     * Enough that a quarter of them fills drift's day: a subtask may have one partition's events,
     * up to the newest, before any of the other's, which then count in the newest hour.
     */
    private static final int HISTORY = 6_000;

    /** So many of each kind that is not simply scored come with it. */
    private static final int EACH = 20;

    private static final long HISTORY_MILLIS = Duration.ofHours(26).toMillis();
    private static final BundleFormat.Written BUNDLE = bundle();

    @TempDir private static Path directory;

    private static LocalBroker broker;
    private static Load load;
    private static LocalJob job;
    private static int metricsPort;
    private static Process prometheus;
    private static URI prometheusAddress;

    /** Of a moment at which the job had nothing to do. */
    private static String scrape;

    /** In training every feature and the score were 0 or 1 alike. */
    private static BundleFormat.Written bundle() {
        ReferenceBins halves = new ReferenceBins(new float[] {0.5f}, new double[] {0, 5000, 5000});
        return TestBundles.of(
                NetworkKind.DENSE,
                JobBench.SCHEMA,
                5,
                JobBench.SCHEMA.fingerprint(),
                1,
                new DriftReference(Collections.nCopies(JobBench.SCHEMA.size(), halves), halves));
    }

    @BeforeAll
    static void startAll() throws Exception {
        broker = LocalBroker.start(directory.resolve("broker"), 0);
        TopicNames names = new TopicNames("seen-");
        try (Topics topics = new Topics(broker.bootstrapServers(), names)) {
            topics.create(new Topics.Layout(2, Optional.empty(), Optional.empty()));
        }
        ModelRegistry registry =
                new ModelRegistry(directory.resolve("registry"), Clock.systemUTC());
        registry.publish(BUNDLE.zip());
        PointerTopic models = new PointerTopic(broker.bootstrapServers(), names.models(), Map.of());
        models.announce(
                registry.promote(
                        ModelPointer.CHAMPION, BUNDLE.bundle().id(), 0, 0.0, Why.of("a test")));
        load = new Load(broker.bootstrapServers(), names);
        load.history();
        metricsPort = freePort();
        job = start(names);
        models.announce(
                new ModelPointer(
                        ModelPointer.SHADOW,
                        BUNDLE.bundle().id(),
                        registry.uriOf(BUNDLE.bundle().id()).toString(),
                        "00".repeat(32),
                        JobBench.SCHEMA.fingerprint(),
                        0,
                        null));
        awaitScrape();
        load.start();
        if (isThere("prometheus") && isThere("promtool")) {
            startPrometheus();
        }
    }

    private static LocalJob start(TopicNames names) throws Exception {
        JobSettings settings =
                new JobSettings(
                        OrderMode.ARRIVAL,
                        LatePolicy.SCORE,
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(30),
                        Duration.ofDays(7),
                        JobSettings.MAX_EVENTS_PER_HISTORY,
                        JobSettings.HISTORY_CACHE_MB,
                        null,
                        List.of(),
                        true,
                        true,
                        TrustedKeys.NONE,
                        100);
        return LocalJob.start(
                new KafkaSettings(
                        broker.bootstrapServers(),
                        Map.of(),
                        names.prefix() + "job",
                        KafkaSettings.Start.EARLIEST,
                        Map.of(),
                        names.transactions(),
                        names.labels(),
                        names.models(),
                        names.alerts(),
                        names.rejected(),
                        names.late(),
                        null,
                        // Only then there are transactions to be counted.
                        true,
                        directory.resolve("store").toUri().toString()),
                settings,
                new FlinkSettings(
                        2,
                        64,
                        Duration.ofSeconds(1),
                        directory.resolve("checkpoints").toUri(),
                        false,
                        -1,
                        JobMetrics.reporter(Integer.toString(metricsPort))),
                SimulatedRecording.CODECS,
                true);
    }

    /** Until all of the history has come to its end, and drift been worked out from it. */
    private static void awaitScrape() throws Exception {
        Pattern drift = Pattern.compile(OURS + "score_psi\\{[^}]*} [0-9]");
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        boolean drained = false;
        scrape = "";
        while (!drained
                || sum("bundles_refused_total") != 1
                || drift.matcher(scrape).results().count() < 2) {
            assertThat(System.nanoTime())
                    .as("in time; the scrape:%n%s", scrape)
                    .isLessThan(deadline);
            // A job that ends by itself has failed, and says why.
            assertThatThrownBy(() -> job.ended().get(200, TimeUnit.MILLISECONDS))
                    .isInstanceOf(TimeoutException.class);
            // Before the scrape, which then has all of it.
            drained = isDrained();
            scrape = get(URI.create("http://localhost:" + metricsPort + "/metrics"));
        }
    }

    private static boolean isDrained() {
        JobCounts counts = job.counts();
        return counts.read() == load.transactions
                && counts.isBalanced()
                && counts.labels() + counts.labelsRejected() == load.labels;
    }

    /** The names of metrics that begin so. */
    private static Set<String> scraped(String prefix) {
        return Pattern.compile("^(" + prefix + "[a-zA-Z_]+)\\{", Pattern.MULTILINE)
                .matcher(scrape)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** One of ours over all subtasks, and over the labels that are not given. */
    private static long sum(String metric, String... labels) {
        return scrape.lines()
                .filter(line -> line.startsWith(OURS + metric + "{"))
                .filter(line -> Stream.of(labels).allMatch(line::contains))
                .mapToLong(
                        line -> (long) Double.parseDouble(line.substring(line.indexOf("} ") + 2)))
                .sum();
    }

    private static boolean isThere(String program) {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(path -> Files.isExecutable(Path.of(path, program)));
    }

    /** With the settings that come with it, but for where the job is and how often it looks. */
    private static void startPrometheus() throws Exception {
        ObjectNode settings =
                (ObjectNode) YAML.readTree(PROMETHEUS.resolve("prometheus.yml").toFile());
        ((ObjectNode) settings.get("global")).put("scrape_interval", "1s");
        ((ObjectNode) settings.get("global")).put("evaluation_interval", "1s");
        settings.putArray("rule_files")
                .add(PROMETHEUS.resolve("rules.yml").toAbsolutePath().toString());
        ObjectNode scrape = (ObjectNode) settings.get("scrape_configs").get(0);
        scrape.remove("dns_sd_configs");
        scrape.putArray("static_configs")
                .addObject()
                .putArray("targets")
                .add("localhost:" + metricsPort);
        Path file = directory.resolve("prometheus.yml");
        YAML.writeValue(file.toFile(), settings);
        int port = freePort();
        prometheusAddress = URI.create("http://localhost:" + port);
        prometheus =
                new ProcessBuilder(
                                "prometheus",
                                "--config.file=" + file,
                                "--storage.tsdb.path=" + directory.resolve("tsdb"),
                                "--web.listen-address=localhost:" + port,
                                "--log.level=warn")
                        .redirectErrorStream(true)
                        .redirectOutput(Path.of("target", "prometheus.log").toFile())
                        .start();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        // Enough for a rate, and for every rule to have been evaluated.
        String scrapes = "count_over_time(" + OURS + "read_total[1m]) >= 15";
        while (!isAnswered(scrapes)) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            assertThat(prometheus.waitFor(200, TimeUnit.MILLISECONDS))
                    .as("ended by itself, see target/prometheus.log")
                    .isFalse();
        }
    }

    private static boolean isAnswered(String query) throws InterruptedException {
        try {
            return !query(query).at("/data/result").isEmpty();
        } catch (IOException notYet) {
            return false;
        }
    }

    @AfterAll
    static void stopAll() throws Exception {
        if (prometheus != null) {
            prometheus.destroy();
            prometheus.waitFor();
        }
        if (load != null) {
            load.close();
        }
        if (job != null) {
            job.cancel();
        }
        broker.close();
    }

    @Test
    void theReadmeListsTheMetricsThatThereAre() throws Exception {
        String section = Files.readString(Path.of("README.md")).split("### Metrics\n")[1];
        Set<String> listed =
                Pattern.compile("^\\| `([a-z_]+)` \\|", Pattern.MULTILINE)
                        .matcher(section.split("\n###? ")[0])
                        .results()
                        .map(row -> OURS + row.group(1))
                        .collect(Collectors.toCollection(TreeSet::new));

        assertThat(scraped(OURS)).isEqualTo(listed);
    }

    /** Flink keeps such a thread for a minute, and here makes a checkpoint every second. */
    @Test
    void whatWritesCheckpointsGivesWayToEvents() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (Thread.getAllStackTraces().keySet().stream()
                .noneMatch(
                        thread ->
                                thread.getName().startsWith("AsyncOperations")
                                        && thread.getPriority() == Thread.MIN_PRIORITY)) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }

    @Test
    void countsAddUpAsTheReadmeSays() {
        assertThat(sum("read_total"))
                .isEqualTo(load.transactions)
                .isEqualTo(
                        sum("scored_total")
                                + sum("rejected_total")
                                + sum("late_total")
                                + sum("duplicate_total"));
        assertThat(sum("duplicate_total")).isEqualTo(EACH);
        assertThat(sum("scored_late_total")).isEqualTo(EACH);
        assertThat(sum("alerts_total")).isEqualTo(sum("scored_total"));
        assertThat(sum("rejected_total"))
                .isEqualTo(sum("rejected_reason_total"))
                .isEqualTo(sum("rejected_reason_total", "reason=\"malformed_json\""))
                .isEqualTo(EACH);
        assertThat(sum("labels_total")).isEqualTo(sum("label_lag_seconds_count")).isEqualTo(EACH);
        assertThat(sum("labels_rejected_total"))
                .isEqualTo(sum("labels_rejected_reason_total"))
                .isEqualTo(EACH);
        assertThat(sum("bundles_refused_total"))
                .isEqualTo(sum("bundles_refused_reason_total", "reason=\"sha256\""))
                .isEqualTo(sum("bundles_refused_reason_total"))
                .isEqualTo(1);
        for (String histogram : List.of("label_lag_seconds", "label_delivery_lag_seconds")) {
            assertThat(sum(histogram + "_le_bucket", "le=\"+Inf\""))
                    .as(histogram)
                    .isEqualTo(sum(histogram + "_count"))
                    .isEqualTo(EACH);
        }
        // Known a day and two hours after their event, and sent at once.
        assertThat(sum("label_lag_seconds_le_bucket", "le=\"86400\"")).isZero();
        assertThat(sum("label_lag_seconds_le_bucket", "le=\"259200\"")).isEqualTo(EACH);
        assertThat(sum("label_delivery_lag_seconds_le_bucket", "le=\"3600\"")).isEqualTo(EACH);
        // All of it was on the topic before the job began.
        assertThat(sum("scoring_latency_seconds_count")).isZero();
    }

    /** Otherwise a count that goes back to its checkpoint would look like a burst. */
    @Test
    void eachAttemptIsASeriesOfItsOwn() {
        assertThat(scrape.lines().filter(line -> line.startsWith(OURS)))
                .isNotEmpty()
                .allMatch(line -> line.contains("task_attempt_id=\""));
    }

    @Test
    void whatADashboardOrARuleNamesIsInTheScrape() throws Exception {
        Set<String> present = scraped("flink_");
        for (Map.Entry<String, String> query : queries().entrySet()) {
            for (String metric : metrics(query.getValue())) {
                assertThat(present).as(query.getKey()).contains(metric);
            }
        }
    }

    @Test
    void theDashboardIsWhole() throws Exception {
        JsonNode dashboard = JSON.readTree(DASHBOARD.toFile());
        Set<Integer> ids = new TreeSet<>();
        Set<List<Integer>> taken = new HashSet<>();
        for (JsonNode panel : dashboard.get("panels")) {
            String title = panel.get("title").asText();
            assertThat(ids.add(panel.get("id").asInt())).as(title).isTrue();
            JsonNode place = panel.get("gridPos");
            for (int x = 0; x < place.get("w").asInt(); x++) {
                for (int y = 0; y < place.get("h").asInt(); y++) {
                    List<Integer> cell =
                            List.of(place.get("x").asInt() + x, place.get("y").asInt() + y);
                    assertThat(cell.get(0)).as(title).isBetween(0, 23);
                    assertThat(taken.add(cell)).as("%s lies over another", title).isTrue();
                }
            }
            Set<String> references = new TreeSet<>();
            for (JsonNode target : panel.path("targets")) {
                assertThat(references.add(target.get("refId").asText())).as(title).isTrue();
                assertThat(target.at("/datasource/uid").asText()).isEqualTo("${datasource}");
            }
            assertThat(references.isEmpty()).isEqualTo(panel.get("type").asText().equals("row"));
        }
    }

    @Test
    void promtoolFindsNoFault() throws Exception {
        requirePrometheus();
        promtool("check", "config", PROMETHEUS.resolve("prometheus.yml").toString());
        promtool("test", "rules", PROMETHEUS.resolve("rules_test.yml").toString());
        // Debian's knows no Kubernetes; the rest of that file is the same for every kind of target.
        ObjectNode settings =
                (ObjectNode)
                        YAML.readTree(PROMETHEUS.resolve("prometheus-kubernetes.yml").toFile());
        ((ObjectNode) settings.get("scrape_configs").get(0)).remove("kubernetes_sd_configs");
        settings.remove("rule_files");
        Path file = directory.resolve("kubernetes.yml");
        YAML.writeValue(file.toFile(), settings);
        promtool("check", "config", file.toString());
    }

    private static void promtool(String... arguments) throws Exception {
        Process process =
                new ProcessBuilder(
                                Stream.concat(Stream.of("promtool"), Stream.of(arguments)).toList())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    @Test
    void everyRuleIsEvaluatedWithoutAFault() throws Exception {
        requirePrometheus();
        Set<String> evaluated = new TreeSet<>();
        JsonNode answer = JSON.readTree(get(prometheusAddress.resolve("/api/v1/rules")));
        for (JsonNode group : answer.at("/data/groups")) {
            for (JsonNode rule : group.get("rules")) {
                assertThat(rule.get("health").asText()).as(rule.toString()).isEqualTo("ok");
                evaluated.add("rule " + rule.get("name").asText());
            }
        }
        assertThat(evaluated).isEqualTo(rules().keySet());
    }

    @Test
    void everyPanelShowsSomething() throws Exception {
        requirePrometheus();
        List<String> empty = new ArrayList<>();
        for (Map.Entry<String, String> panel : panels().entrySet()) {
            if (!showsANumber(query(panel.getValue()).at("/data/result"))) {
                empty.add(panel.getKey() + ": " + panel.getValue());
            }
        }
        assertThat(empty).isEmpty();
    }

    private static boolean showsANumber(JsonNode series) {
        for (JsonNode one : series) {
            if (!one.at("/value/1").asText().equals("NaN")) {
                return true;
            }
        }
        return false;
    }

    /** What a rule compares is there, whether or not it holds now. */
    @Test
    void everySeriesThatARuleComparesIsThere() throws Exception {
        requirePrometheus();
        for (Map.Entry<String, String> rule : rules().entrySet()) {
            for (String selector : selectors(rule.getValue())) {
                assertThat(query(selector).at("/data/result"))
                        .as("%s: %s", rule.getKey(), selector)
                        .isNotEmpty();
            }
        }
    }

    private static void requirePrometheus() {
        if ("required".equals(System.getProperty("fraudstream.prometheus"))) {
            assertThat(prometheus).as("prometheus and promtool in PATH").isNotNull();
        }
        assumeTrue(prometheus != null, "there is no prometheus or promtool in PATH");
    }

    private static Map<String, String> queries() throws IOException {
        Map<String, String> all = new LinkedHashMap<>(panels());
        all.putAll(rules());
        return all;
    }

    private static Map<String, String> panels() throws IOException {
        Map<String, String> queries = new LinkedHashMap<>();
        for (JsonNode panel : JSON.readTree(DASHBOARD.toFile()).get("panels")) {
            for (JsonNode target : panel.path("targets")) {
                queries.put(
                        "panel " + panel.get("title").asText() + " " + target.get("refId").asText(),
                        target.get("expr")
                                .asText()
                                .replace("$__rate_interval", "10s")
                                .replace("$job", ".*"));
            }
        }
        assertThat(queries).hasSizeGreaterThan(40);
        return queries;
    }

    private static Map<String, String> rules() throws IOException {
        Map<String, String> queries = new LinkedHashMap<>();
        for (JsonNode group :
                YAML.readTree(PROMETHEUS.resolve("rules.yml").toFile()).get("groups")) {
            for (JsonNode rule : group.get("rules")) {
                queries.put("rule " + rule.get("alert").asText(), rule.get("expr").asText());
            }
        }
        assertThat(queries).hasSizeGreaterThan(15);
        return queries;
    }

    private static Set<String> selectors(String query) {
        return METRIC.matcher(query)
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> metrics(String query) {
        return selectors(query).stream()
                .map(selector -> selector.replaceFirst("\\{.*", ""))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The answer to a query, which is no error. */
    private static JsonNode query(String query) throws IOException, InterruptedException {
        JsonNode answer =
                JSON.readTree(
                        get(
                                prometheusAddress.resolve(
                                        "/api/v1/query?query=" + URLEncoder.encode(query, UTF_8))));
        assertThat(answer.get("status").asText()).as("%s: %s", query, answer).isEqualTo("success");
        return answer;
    }

    private static String get(URI address) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** A day of event time at once, and then a steady stream in which there is something of all. */
    private static final class Load implements AutoCloseable {
        private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

        private final TopicNames names;
        private final RecordProducer producer;
        private final Thread thread = new Thread(this::run, "load");
        private volatile boolean stopped;
        private int sent;
        private long transactions;
        private long labels;

        Load(String servers, TopicNames names) {
            this.names = names;
            this.producer = RecordProducer.forLatency(servers);
        }

        void history() {
            long from = System.currentTimeMillis() - HISTORY_MILLIS;
            for (int i = 0; i < HISTORY; i++) {
                transaction(i, from + i * (HISTORY_MILLIS / HISTORY));
            }
            sent = HISTORY;
            long now = System.currentTimeMillis();
            for (int i = 0; i < EACH; i++) {
                transaction(i, from + i * (HISTORY_MILLIS / HISTORY)); // once more
                transaction(sent, from); // late
                sent++;
                broken(names.transactions());
                broken(names.labels());
                label(i, from, now);
            }
            transactions = HISTORY + 3 * EACH;
            labels = 2 * EACH;
            producer.flush();
        }

        void start() {
            thread.start();
        }

        private void run() {
            while (!stopped) {
                long now = System.currentTimeMillis();
                switch (sent % 20) {
                    case 0 -> transaction(sent - 1, now); // comes twice
                    case 1 -> transaction(sent, now - 60_000); // late
                    case 2 -> broken(names.transactions());
                    case 3 -> broken(names.labels());
                    case 4 -> label(sent - HISTORY / 2, now - HISTORY_MILLIS, now);
                    default -> transaction(sent, now);
                }
                sent++;
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            producer.flush();
        }

        private void broken(String topic) {
            send(topic, "card-0", "{".getBytes(UTF_8));
        }

        private void label(int number, long eventTime, long knownAt) {
            send(
                    names.labels(),
                    card(number),
                    LabelCodec.encode(
                            new FraudLabel(
                                    "t" + number,
                                    card(number),
                                    "terminal-" + number % 31,
                                    null,
                                    eventTime,
                                    true,
                                    knownAt,
                                    "a test")));
        }

        private void transaction(int number, long eventTime) {
            send(
                    names.transactions(),
                    card(number),
                    TransactionCodec.encode(
                            new Transaction(
                                    "t" + number,
                                    eventTime,
                                    card(number),
                                    100 + number % 5_000,
                                    "EUR",
                                    100 + number % 5_000,
                                    "terminal-" + number % 31,
                                    null,
                                    null,
                                    null,
                                    null,
                                    Double.NaN,
                                    Double.NaN,
                                    null,
                                    null,
                                    MessageType.AUTHORIZATION,
                                    null)));
        }

        private static String card(int number) {
            return "card-" + number % 997;
        }

        private void send(String topic, String key, byte[] value) {
            producer.send(topic, key.getBytes(UTF_8), value);
        }

        @Override
        public void close() {
            stopped = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            producer.close();
        }
    }
}
