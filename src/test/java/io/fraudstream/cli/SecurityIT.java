package io.fraudstream.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fraudstream.config.CodecParts;
import io.fraudstream.config.KeyFiles;
import io.fraudstream.config.SecretFile;
import io.fraudstream.config.Settings;
import io.fraudstream.config.SettingsException;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.kafka.LocalBroker;
import io.fraudstream.kafka.RecordProducer;
import io.fraudstream.kafka.TopicNames;
import io.fraudstream.kafka.TopicTail;
import io.fraudstream.kafka.Topics;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.TestBundles;
import io.fraudstream.registry.BundleSigner;
import io.fraudstream.transaction.WrappedKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands on a broker that demands TLS and a login; `run` is a process of its own that is told
 * to end in the middle of the stream.
 */
@Timeout(600)
class SecurityIT {
    private static final String PASSWORD = "kafka-pa55word";
    private static final String STORE_PASSWORD = "store-pa55word";
    private static final String PAN = "4111111111111111";
    private static final String OTHER_PAN = "378282246310005";
    private static final String JAAS =
            "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\""
                    + " password=\"%s\";";
    private static final Pattern REST = Pattern.compile("Rest endpoint listening at (\\S+)");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir private static Path directory;

    private static LocalBroker broker;
    private static Map<String, String> client;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void start() throws Exception {
        Path keys = certificate("broker");
        certificate("stranger");
        SecretFile.write(directory.resolve("password"), PASSWORD, false);
        SecretFile.write(directory.resolve("wrong"), "not the password", false);
        broker =
                LocalBroker.start(
                        directory.resolve("broker"),
                        0,
                        new LocalBroker.Door(
                                "SASL_SSL",
                                Map.of(
                                        "ssl.keystore.type",
                                        "PKCS12",
                                        "ssl.keystore.location",
                                        keys.toString(),
                                        "ssl.keystore.password",
                                        STORE_PASSWORD,
                                        "sasl.enabled.mechanisms",
                                        "SCRAM-SHA-512",
                                        "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config",
                                        "org.apache.kafka.common.security.scram.ScramLoginModule"
                                                + " required;"),
                                List.of(
                                        "SCRAM-SHA-512=[name=fraudstream,password="
                                                + PASSWORD
                                                + "]")));
        client =
                Map.of(
                        "security.protocol", "SASL_SSL",
                        "ssl.truststore.type", "PEM",
                        "ssl.truststore.location", directory.resolve("broker.pem").toString(),
                        "sasl.mechanism", "SCRAM-SHA-512",
                        "sasl.jaas.config", JAAS.formatted("fraudstream", PASSWORD));
    }

    /** A key with a certificate that it has signed itself, and that certificate in PEM. */
    private static Path certificate(String name) throws Exception {
        Path store = directory.resolve(name + ".p12");
        List<String> common =
                List.of(
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        STORE_PASSWORD,
                        "-alias",
                        name);
        keytool(
                "-genkeypair",
                common,
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost",
                "-storetype",
                "PKCS12",
                "-validity",
                "365");
        keytool(
                "-exportcert",
                common,
                "-rfc",
                "-file",
                directory.resolve(name + ".pem").toString());
        return store;
    }

    private static void keytool(String what, List<String> common, String... more) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.add(what);
        command.addAll(common);
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor()).isZero();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void aWrongLoginIsToldByTheSettingToMend() {
        assertThat(topics("wrong", "broker.pem", "SCRAM-SHA-512")).isEqualTo(1);
        assertThat(err.toString())
                .contains("kafka.properties.sasl.jaas.config: the broker refused the login")
                .doesNotContain("not the password");
    }

    @Test
    void anUntrustedCertificateIsToldByTheSettingToMend() {
        assertThat(topics("password", "stranger.pem", "SCRAM-SHA-512")).isEqualTo(1);
        assertThat(err.toString())
                .contains(
                        "kafka.properties.ssl.truststore.location: the broker's certificate is not"
                                + " trusted")
                .doesNotContain(PASSWORD);
    }

    @Test
    void anotherMechanismIsToldByTheSettingToMend() {
        assertThat(topics("password", "broker.pem", "SCRAM-SHA-256")).isEqualTo(1);
        assertThat(err.toString()).contains("kafka.properties.sasl.mechanism is SCRAM-SHA-256");
    }

    @Test
    void aTrustStoreThatIsNotThereIsToldByTheSettingToMend() {
        assertThat(topics("password", "none.pem", "SCRAM-SHA-512")).isEqualTo(1);
        assertThat(err.toString()).contains("kafka.properties: ").contains("none.pem");
    }

    @Test
    void aClientThatSpeaksNoTlsIsAskedWhetherItShould() {
        assertThat(
                        execute(
                                "topics",
                                "list",
                                "--bootstrap-servers",
                                broker.bootstrapServers(),
                                "--set",
                                "kafka.properties.default.api.timeout.ms=2000",
                                "--set",
                                "kafka.properties.request.timeout.ms=1000"))
                .isEqualTo(1);
        assertThat(err.toString())
                .contains("does it speak PLAINTEXT (kafka.properties.security.protocol)?");
    }

    @Test
    void aSecretThatIsNotThereIsToldBeforeAnyoneIsAsked() {
        assertThat(topics("none", "broker.pem", "SCRAM-SHA-512")).isEqualTo(2);
        assertThat(err.toString()).contains("kafka.properties.sasl.jaas.config (", "none");
    }

    private int topics(String password, String trusted, String mechanism) {
        return execute(
                "topics",
                "list",
                "--bootstrap-servers",
                broker.bootstrapServers(),
                "--set",
                "kafka.properties.security.protocol=SASL_SSL",
                "--set",
                "kafka.properties.ssl.truststore.type=PEM",
                "--set",
                "kafka.properties.ssl.truststore.location=" + directory.resolve(trusted),
                "--set",
                "kafka.properties.sasl.mechanism=" + mechanism,
                "--set",
                "kafka.properties.sasl.jaas.config="
                        + JAAS.formatted(
                                "fraudstream", "${directory:" + directory + ":" + password + "}"));
    }

    private int execute(String... arguments) {
        return Fraudstream.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    /**
     * One story, since it takes two starts of the job: SIGTERM in the middle of the stream loses
     * and doubles nothing; a flood that comes while the job is away is taken at its own pace, in a
     * small heap; no secret and no card number is in anything that the job shows or leaves; and
     * cards keep their tokens while the wrapping key is changed in between.
     */
    @Test
    void aRunThatIsToldToEndLosesAndShowsNothing() throws Exception {
        Path home = Files.createDirectories(directory.resolve("run"));
        Path wrapping = directory.resolve("wrapping.key");
        Path cardKey = directory.resolve("card.key");
        byte[] key = HexFormat.of().parseHex("ca4d" + "0123456789ab".repeat(5));
        SecretFile.write(cardKey, HexFormat.of().formatHex(key), false);
        KeyFiles.add(wrapping);
        KeyFiles.wrap(cardKey, wrapping);
        Path bundle = signedBundle();
        Path settings = settings(home);
        TopicNames names = new TopicNames("");
        try (Topics topics = new Topics(broker.bootstrapServers(), names, client)) {
            topics.create(new Topics.Layout(2, Optional.empty(), Optional.empty()));
            Traffic traffic = new Traffic(topics);
            Thread sender = new Thread(traffic, "traffic");
            sender.start();

            Command first = new Command(home, "first", settings, bundle, cardKey, wrapping);
            first.await(() -> scored(topics) > 2000);
            String web = first.everyPage();
            first.terminate();
            int status = first.end();
            traffic.enough.set(true);
            sender.join();

            assertThat(status).as(first.output()).isEqualTo(143);
            assertThat(first.output()).contains("Read ", "Stopped with a savepoint");
            assertThat(scored(topics)).isLessThan(traffic.good / 2);

            KeyFiles.add(wrapping);
            KeyFiles.wrap(cardKey, wrapping);
            Path summary = home.resolve("summary.json");
            Command second =
                    new Command(
                            home,
                            "second",
                            settings,
                            bundle,
                            cardKey,
                            wrapping,
                            "--until-end",
                            "--summary",
                            summary.toString());
            assertThat(second.end()).as(second.output()).isZero();

            JsonNode counts = JSON.readTree(summary.toFile());
            assertThat(counts.get("balanced").asBoolean()).isTrue();
            assertThat(counts.get("totalRead").asLong()).isEqualTo(traffic.good + traffic.bad);
            String stored = stored(home.resolve("store"));
            assertThat(storedIds(home.resolve("store"))).isEqualTo(traffic.good);
            assertThat(scored(topics)).isEqualTo(traffic.good);
            List<String> outputs =
                    List.of(
                            web,
                            stored,
                            first.output(),
                            second.output(),
                            records(names.scored(), scored(topics)),
                            records(names.alerts(), size(topics, names.alerts())),
                            records(names.rejected(), size(topics, names.rejected())));
            // The card whose number was sent has one token, before the wrapping key changed and
            // after.
            assertThat(tokens(home.resolve("store"))).isEqualTo(1);
            assertThat(outputs.get(4)).contains("t:");
            assertThat(outputs.get(5)).contains("alert-").contains("t:");
            assertThat(size(topics, names.rejected())).isEqualTo(traffic.bad + traffic.badLabels);
            List<String> forbidden = new ArrayList<>(List.of(PASSWORD, PAN, OTHER_PAN));
            forbidden.add(HexFormat.of().formatHex(key));
            forbidden.add(new String(key, ISO_8859_1));
            for (String wrappingKey : Files.readString(wrapping).strip().split("\n")) {
                forbidden.add(wrappingKey);
                forbidden.add(new String(HexFormat.of().parseHex(wrappingKey), ISO_8859_1));
            }
            for (String output : outputs) {
                assertThat(forbidden).noneMatch(output::contains);
            }
            try (Stream<Path> files = Files.walk(home)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    String content = Files.readString(file, ISO_8859_1);
                    assertThat(forbidden).as(file.toString()).noneMatch(content::contains);
                }
            }
            assertThat(unfinished(home.resolve("store"))).isEmpty();
        }
    }

    private static Path signedBundle() throws IOException, SettingsException {
        BundleSigner.Keys keys = BundleSigner.generate();
        byte[] zip =
                TestBundles.of(
                                NetworkKind.DENSE,
                                new FeatureSchema(
                                        CodecParts.of(Settings.DEFAULT.transactions(), Map.of())
                                                .rates()),
                                7)
                        .zip();
        Path bundle = Files.write(directory.resolve("model.zip"), zip);
        Files.write(directory.resolve("model.zip.sig"), BundleSigner.of(keys.signing()).sign(zip));
        Files.writeString(directory.resolve("signing.pub"), keys.trusted());
        return bundle;
    }

    private static Path settings(Path home) throws IOException {
        return Files.writeString(
                directory.resolve("settings.yaml"),
                """
                kafka:
                  bootstrapServers: %s
                  properties:
                    security.protocol: SASL_SSL
                    ssl.truststore.type: PEM
                    ssl.truststore.location: %s
                    sasl.mechanism: SCRAM-SHA-512
                    sasl.jaas.config: '%s'
                transactions: {cardNumbers: tokenize}
                job: {checkpointInterval: 10s, checkpointDirectory: %s, parallelism: 2, scoredTopic: true}
                store: {directory: %s}
                registry: {trustedKeysFile: signing.pub}
                """
                        .formatted(
                                broker.bootstrapServers(),
                                directory.resolve("broker.pem"),
                                JAAS.formatted("fraudstream", "${env:KAFKA_PASSWORD}"),
                                home.resolve("checkpoints"),
                                home.resolve("store")));
    }

    private static long scored(Topics topics) {
        return size(topics, "scored");
    }

    private static long size(Topics topics, String topic) {
        return topics.list().stream()
                .filter(size -> size.topic().equals(topic))
                .mapToLong(Topics.Size::records)
                .sum();
    }

    private static String records(String topic, long count) {
        StringBuilder text = new StringBuilder();
        try (TopicTail tail = new TopicTail(broker.bootstrapServers(), topic, client)) {
            tail.read(
                    true,
                    count,
                    record -> {
                        text.append(record.key() == null ? "" : new String(record.key(), UTF_8));
                        text.append(new String(record.value(), UTF_8)).append('\n');
                    });
        }
        return text.toString();
    }

    /** Every column of every row of the event store, as text. */
    private static String stored(Path store) throws SQLException {
        StringBuilder text = new StringBuilder();
        for (String table : List.of("transactions", "labels")) {
            query(
                    "select * from read_parquet('" + store + "/" + table + "/*/*.parquet')",
                    row -> {
                        for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                            text.append(row.getString(i)).append('\t');
                        }
                    });
        }
        return text.toString();
    }

    /** How many rows there are, if all of them have different ids. */
    private static long storedIds(Path store) throws SQLException {
        long[] counts = new long[2];
        query(
                "select count(*), count(distinct transaction_id) from read_parquet('"
                        + store
                        + "/transactions/*/*.parquet')",
                row -> {
                    counts[0] = row.getLong(1);
                    counts[1] = row.getLong(2);
                });
        assertThat(counts[0]).isEqualTo(counts[1]);
        return counts[0];
    }

    private static long tokens(Path store) throws SQLException {
        long[] count = new long[1];
        query(
                "select count(distinct card_id) from read_parquet('"
                        + store
                        + "/transactions/*/*.parquet') where card_id like 't:%'",
                row -> count[0] = row.getLong(1));
        return count[0];
    }

    private static List<Path> unfinished(Path store) throws IOException {
        try (Stream<Path> files = Files.walk(store)) {
            return files.filter(file -> file.getFileName().toString().contains("inprogress"))
                    .toList();
        }
    }

    private interface Row {
        void read(ResultSet row) throws SQLException;
    }

    private static void query(String sql, Row each) throws SQLException {
        try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duck.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                each.read(rows);
            }
        }
    }

    /**
     * Sends on while the job runs, never far ahead of it, and then a flood. Every hundredth record
     * has card numbers where none may be.
     */
    private static final class Traffic implements Runnable {
        private static final int AHEAD = 10_000;
        private static final int FLOOD = 40_000;
        private static final int AT_ONCE = 500;
        private static final long LOOK_NANOS = 50_000_000;
        private static final String RECORD =
                "{\"transaction_id\":\"%s\",\"event_time\":%d,\"card_id\":\"%s\",\"amount_minor\":1999,"
                    + "\"currency\":\"EUR\",\"merchant_id\":\"%s\"%s}";

        private final AtomicBoolean enough = new AtomicBoolean();
        private long good;
        private long bad;
        private long badLabels;
        private final Topics topics;

        Traffic(Topics topics) {
            this.topics = topics;
        }

        @Override
        public void run() {
            long time = System.currentTimeMillis();
            try (RecordProducer producer =
                    RecordProducer.forThroughput(broker.bootstrapServers(), client)) {
                long flood = 0;
                for (int i = 0; flood < FLOOD; i++) {
                    flood += enough.get() ? 1 : 0;
                    String card = i % 20 == 0 ? "4111 1111 1111 1111" : "card-" + i % 500;
                    send(producer, "transactions", RECORD.formatted("t" + i, time, card, "m", ""));
                    good++;
                    if (i % 100 == 0) {
                        hostile(producer, i, time);
                    }
                    if (i % AT_ONCE == 0 && !enough.get()) {
                        producer.flush();
                        while (good - scored(topics) > AHEAD && !enough.get()) {
                            LockSupport.parkNanos(LOOK_NANOS);
                        }
                    }
                }
                producer.flush();
            }
        }

        private void hostile(RecordProducer producer, int i, long time) {
            List<String> records =
                    List.of(
                            RECORD.formatted("x" + i, time, "c", PAN, ""),
                            RECORD.formatted(OTHER_PAN, time, "c", "m", ""),
                            RECORD.formatted(
                                    "x" + i, time, "c", "m", ",\"device_id\":\"d-" + PAN + "\""),
                            RECORD.formatted(
                                    "x" + i, time, PAN, "m", ",\"mcc\":\"" + OTHER_PAN + "\""),
                            RECORD.formatted("x" + i, time, "c", "m", ",\"latitude\":" + PAN),
                            RECORD.formatted("x" + i, 4222222222222L, "c", "m", ",\"pan\":" + PAN),
                            "{\"broken " + PAN + " and \\u0033782822463100005",
                            "no JSON, " + OTHER_PAN);
            records.forEach(record -> send(producer, "transactions", record));
            bad += records.size();
            send(
                    producer,
                    "labels",
                    "{\"transaction_id\":\"x\",\"card_id\":\"c\",\"event_time\":1,\"verdict\":\"fraud\","
                        + "\"known_at\":2,\"source\":\""
                            + PAN
                            + "\"}");
            send(
                    producer,
                    "labels",
                    "{\"transaction_id\":\"x%d\",\"card_id\":\"%s\",\"event_time\":%d,\"verdict\":\"fraud\",\"known_at\":%d,\"source\":\"s\"}"
                            .formatted(i, PAN, time, time));
            badLabels++;
        }

        private static void send(RecordProducer producer, String topic, String record) {
            producer.send(topic, null, record.getBytes(UTF_8));
        }
    }

    /**
     * `fraudstream run` as a process, with everything that Flink and Kafka have to say in a file.
     */
    private static final class Command {
        private final Process process;
        private final Path said;
        private final Path log;

        Command(
                Path home,
                String name,
                Path settings,
                Path bundle,
                Path cardKey,
                Path wrapping,
                String... more)
                throws IOException {
            said = home.resolve(name + ".out");
            log = home.resolve(name + ".log");
            Path logging =
                    Files.writeString(
                            directory.resolve(name + "-log4j2.properties"),
                            """
                            status = error
                            appender.file.type = File
                            appender.file.name = file
                            appender.file.fileName = %s
                            appender.file.layout.type = PatternLayout
                            appender.file.layout.pattern = %%d %%-5p %%c - %%m%%n%%ex
                            rootLogger.level = info
                            rootLogger.appenderRef.file.ref = file
                            logger.ours.name = io.fraudstream
                            logger.ours.level = debug
                            """
                                    .formatted(log));
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(
                    List.of(
                            "-Xmx256m",
                            "-Dlog4j2.configurationFile=" + logging,
                            "-cp",
                            System.getProperty("java.class.path"),
                            "io.fraudstream.cli.Fraudstream",
                            "run",
                            "--config",
                            settings.toString(),
                            "--model",
                            bundle.toString(),
                            "--threshold",
                            "0",
                            "--web-port",
                            "0"));
            command.addAll(List.of(more));
            ProcessBuilder builder =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(said.toFile());
            Map<String, String> environment = new HashMap<>();
            environment.put("KAFKA_PASSWORD", PASSWORD);
            environment.put("FRAUDSTREAM_CARD_TOKEN_KEY", Files.readString(cardKey));
            environment.put("FRAUDSTREAM_CARD_TOKEN_WRAPPING_KEY", Files.readString(wrapping));
            assertThat(WrappedKey.isWrapped(Files.readString(cardKey))).isTrue();
            builder.environment().putAll(environment);
            process = builder.start();
        }

        interface Condition {
            boolean holds() throws Exception;
        }

        void await(Condition condition) throws Exception {
            while (!condition.holds()) {
                assertThat(process.waitFor(100, TimeUnit.MILLISECONDS)).as(output()).isFalse();
            }
        }

        /** SIGTERM, as Ctrl-C does it with SIGINT. */
        void terminate() {
            process.destroy();
        }

        int end() throws InterruptedException {
            return process.waitFor();
        }

        String output() throws IOException {
            return Files.readString(said);
        }

        /** What Flink's web interface shows of settings, plan and job. */
        String everyPage() throws Exception {
            await(() -> REST.matcher(Files.readString(log)).find());
            Matcher rest = REST.matcher(Files.readString(log));
            assertThat(rest.find()).isTrue();
            String base = "http://" + rest.group(1).replaceFirst("^https?://", "");
            String jobs = page(base + "/jobs/overview");
            String job = JSON.readTree(jobs).at("/jobs/0/jid").asText();
            StringBuilder all = new StringBuilder(jobs);
            for (String path :
                    List.of(
                            "/config",
                            "/jobmanager/config",
                            "/jobmanager/environment",
                            "/jobs/" + job,
                            "/jobs/" + job + "/config",
                            "/jobs/" + job + "/plan",
                            "/jobs/" + job + "/exceptions",
                            "/jobs/" + job + "/checkpoints",
                            "/jobs/" + job + "/jobmanager/config",
                            "/taskmanagers")) {
                all.append(page(base + path));
            }
            return all.toString();
        }

        private static String page(String uri) throws Exception {
            return HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(uri)).build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }
}
