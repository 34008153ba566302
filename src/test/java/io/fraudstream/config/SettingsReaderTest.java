package io.fraudstream.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fraudstream.recording.Durations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsReaderTest {
    private static final Path SHIPPED = Path.of("config", "fraudstream.yaml");

    @TempDir private Path directory;

    @Test
    void withoutAFileTheDefaultsAreInEffect() throws Exception {
        assertThat(read("")).isEqualTo(Settings.DEFAULT);
        assertThat(new SettingsReader(Map.of()).read(null, Map.of())).isEqualTo(Settings.DEFAULT);
        assertThat(Settings.DEFAULT.job().parallelism())
                .isEqualTo(Math.min(4, Runtime.getRuntime().availableProcessors()));
    }

    /** Its text is guarded by another test, so that no default changes unseen. */
    @Test
    void theShippedFileSaysTheDefaults() throws Exception {
        assertThat(new SettingsReader(Map.of()).read(SHIPPED, Map.of()))
                .isEqualTo(Settings.DEFAULT);
    }

    @Test
    void commandLineBeatsEnvironmentBeatsFile() throws Exception {
        Path file =
                file(
                        "kafka:\n"
                                + "  bootstrapServers: file:1\n"
                                + "  topicPrefix: file.\n"
                                + "job: {parallelism: 2}\n");
        SettingsReader reader =
                new SettingsReader(
                        Map.of(
                                "FRAUDSTREAM_KAFKA_BOOTSTRAP_SERVERS",
                                "environment:1",
                                "FRAUDSTREAM_KAFKA_TOPIC_PREFIX",
                                "007"));

        Settings settings = reader.read(file, Map.of("kafka.bootstrapServers", "option:1"));

        assertThat(settings.kafka().bootstrapServers()).isEqualTo("option:1");
        assertThat(settings.kafka().topicPrefix()).isEqualTo("007");
        assertThat(settings.kafka().topic("alerts")).isEqualTo("007alerts");
        assertThat(settings.job().parallelism()).isEqualTo(2);
    }

    @Test
    void everyTypeCanBeOverridden() throws Exception {
        Settings settings =
                new SettingsReader(Map.of())
                        .read(
                                null,
                                Map.of(
                                        "job.order", "event-time",
                                        "job.scoredTopic", "true",
                                        "job.idleness", "100ms",
                                        "job.checkpointDirectory", "s3://bucket/checkpoints",
                                        "training.legitimateShare", "0.5",
                                        "training.seed", "-9000000000",
                                        "transactions.exchangeRates", "rates.yaml",
                                        "flink.taskmanager.numberOfTaskSlots", "4",
                                        "kafka.properties.security.protocol", "SSL"));

        assertThat(settings.job().order()).isEqualTo(Settings.Order.EVENT_TIME);
        assertThat(settings.job().scoredTopic()).isTrue();
        assertThat(settings.job().idleness()).isEqualTo(Duration.ofMillis(100));
        assertThat(settings.job().checkpointUri()).hasToString("s3://bucket/checkpoints");
        assertThat(settings.training().legitimateShare()).isEqualTo(0.5);
        assertThat(settings.training().seed()).isEqualTo(-9_000_000_000L);
        assertThat(settings.transactions().exchangeRates()).isEqualTo(Path.of("rates.yaml"));
        assertThat(settings.flink())
                .containsExactly(Map.entry("taskmanager.numberOfTaskSlots", "4"));
        assertThat(settings.kafka().properties())
                .containsExactly(Map.entry("security.protocol", "SSL"));
    }

    @Test
    void aSettingsFileNamesFilesBesideIt() throws Exception {
        Path file =
                file(
                        "transactions:\n"
                                + "  exchangeRates: rates.yaml\n"
                                + "  cardTokenKeyFile: keys/card.key\n");

        Settings.Transactions transactions =
                new SettingsReader(Map.of()).read(file, Map.of()).transactions();

        assertThat(transactions.exchangeRates()).isEqualTo(directory.resolve("rates.yaml"));
        assertThat(transactions.cardTokenKeyFile()).isEqualTo(directory.resolve("keys/card.key"));
    }

    @Test
    void allProblemsAreToldAtOnceWithPlaceKeyValueAndExpectation() throws Exception {
        Path file =
                file(
                        """
                        kafka: {bootstrapServer: x}
                        job:
                          order: sideways
                          idleness: 30
                          parallelism: 1.5
                          scoredTopic: 1
                          storeEvents: perhaps
                        training: {legitimateShare: 0, maxEpochs: many, seed: 99999999999999999999}
                        store: data
                        flink: {state: {backend: x}}
                        """);

        SettingsException problem =
                catchThrowableOfType(
                        SettingsException.class,
                        () ->
                                new SettingsReader(Map.of("FRAUDSTREAM_JOB_MAX_PARALLELISM", "0"))
                                        .read(
                                                file,
                                                new TreeMap<>(
                                                        Map.of(
                                                                "training.patience",
                                                                "-1",
                                                                "nosuch.key",
                                                                "1",
                                                                "job",
                                                                "x"))));

        assertThat(problem.problems())
                .containsExactly(
                        file
                                + ":1:9: kafka.bootstrapServer is an unknown key, did you mean"
                                + " kafka.bootstrapServers?",
                        file
                                + ":3:3: job.order is \"sideways\", expected one of [arrival,"
                                + " event-time]",
                        file
                                + ":4:3: job.idleness is 30, expected a duration such as 7d, 12h,"
                                + " 5m, 30s or 100ms",
                        file
                                + ":5:3: job.parallelism is 1.5, expected a whole number that is"
                                + " not too large",
                        file + ":6:3: job.scoredTopic is 1, expected true or false",
                        file + ":7:3: job.storeEvents is \"perhaps\", expected true or false",
                        file
                                + ":8:12: training.legitimateShare is 0, expected more than 0 and"
                                + " at most 1",
                        file
                                + ":8:32: training.maxEpochs is \"many\", expected a whole number"
                                + " that is not too large",
                        file
                                + ":8:49: training.seed is 99999999999999999999, expected a whole"
                                + " number that is not too large",
                        file + ":9:1: store is \"data\", expected a section of keys and values",
                        file
                                + ":10:9: flink.state is a section, expected a plain value under"
                                + " the key's full name",
                        "--set job: job is a section, expected one of its keys:"
                                + " [checkpointDirectory, checkpointInterval, cloudEvents,"
                                + " dedupeHorizon, delivery, format, historyCacheMb, idleness,"
                                + " lateEvents, maxParallelism, order, outOfOrderness, parallelism,"
                                + " registerSchemas, scoredTopic, stateBackend, storeEvents]",
                        "--set nosuch.key: nosuch.key is an unknown key, expected one of [flink,"
                            + " job, kafka, registry, retraining, store, training, transactions]",
                        "FRAUDSTREAM_JOB_MAX_PARALLELISM: job.maxParallelism is \"0\", expected 1"
                                + " to 32768",
                        "--set training.patience: training.patience is \"-1\", expected 1 or"
                                + " more");
    }

    @Test
    void aDefaultThatCollidesWithAValueIsAProblem() {
        // The default parallelism is at least 1, so a maximum can only collide with a larger one.
        assertThat(problems(Map.of("job.parallelism", "200")))
                .containsExactly(
                        "--set job.parallelism: job.parallelism is \"200\", expected 1 to"
                                + " maxParallelism (128)");
    }

    @Test
    void brokenFilesAreNamed() throws Exception {
        Path list = file("- a");
        Path missing = directory.resolve("missing.yaml");

        assertThat(problemsOf(file("kafka: [")))
                .singleElement(InstanceOfAssertFactories.STRING)
                .contains(":1:9: ", "expected valid YAML");
        assertThat(problemsOf(list))
                .containsExactly(list + ": holds a list, expected keys and values");
        assertThat(problemsOf(missing))
                .containsExactly(missing + ": does not exist, expected a settings file in YAML");
    }

    @Test
    void aKeyWithoutAValueKeepsItsDefault() throws Exception {
        assertThat(read("kafka:\njob:\n  order:\nflink:\n  state.backend.type:\n"))
                .isEqualTo(Settings.DEFAULT);
    }

    @Test
    void secretsAreNeverShown() throws Exception {
        Settings settings =
                read(
                        """
                        kafka:
                          properties:
                            sasl.jaas.config: Module required username="me" password="${env:HUNTER}";
                            ssl.truststore.password: ${directory:/run/secrets:store}
                            security.protocol: SASL_SSL
                        flink:
                          state.backend.incremental: true
                        """);

        assertThat(settings.kafka().properties())
                .containsEntry("ssl.truststore.password", "${directory:/run/secrets:store}")
                .containsEntry("config.providers", "directory,env,file");
        assertThat(settings.toYaml()).doesNotContain("HUNTER").contains("SASL_SSL", "(hidden)");
        assertThat(settings.toString()).doesNotContain("HUNTER").contains("SASL_SSL", "(hidden)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kafka.properties.ssl.truststore.password=hunter2",
                "kafka.properties.ssl.keystore.key=-----BEGIN hunter2",
                "kafka.properties.sasl.jaas.config=hunter2",
                "kafka.properties.sasl.jaas.config=M required username=\"me\""
                        + " password=\"hunter2\";",
                "kafka.properties.sasl.jaas.config=M required password=hunter2;",
                "kafka.properties.sasl.jaas.config=M required clientSecret='hunter2${env:A}';",
                "kafka.schemaRegistryCredentials=fraud:hunter2",
                "flink.s3.secret-key=hunter2",
            })
    void secretsInClearAreRefusedWithoutShowingThem(String override) {
        String key = override.substring(0, override.indexOf('='));

        assertThat(problems(Map.of(key, override.substring(key.length() + 1))))
                .singleElement(InstanceOfAssertFactories.STRING)
                .startsWith("--set " + key + ": " + key + " holds a secret in clear, expected ")
                .doesNotContain("hunter2");
    }

    @Test
    void whatASecretRefersToMustBeThereAndKeptFromOthers() throws Exception {
        Path secret = Files.writeString(directory.resolve("password"), "hunter2");
        Settings settings =
                new SettingsReader(Map.of())
                        .read(
                                null,
                                Map.of(
                                        "kafka.properties.ssl.key.password",
                                        "${env:KEY_PASSWORD}",
                                        "kafka.properties.ssl.truststore.password",
                                        "${directory:" + directory + ":password}"));
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));

        assertThatThrownBy(() -> settings.kafka().requireSecrets(Map.of()))
                .hasMessageContainingAll(
                        "kafka.properties.ssl.key.password refers to the environment variable"
                                + " KEY_PASSWORD, expected it to be set",
                        "kafka.properties.ssl.truststore.password ("
                                + secret
                                + ") has the permissions rw-r--r--",
                        "chmod 600");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("r--r-----"));
        settings.kafka().requireSecrets(Map.of("KEY_PASSWORD", "hunter2"));
    }

    @Test
    void aFormatWithSchemaIdsNeedsARegistry() throws Exception {
        assertThat(problems(Map.of("job.format", "avro")))
                .containsExactly(
                        "--set job.format: job.format is \"avro\" and kafka.schemaRegistry is not"
                                + " set, expected the registry that knows the schemas");
        Settings settings =
                read(
                        """
                        kafka:
                          schemaRegistry: http://one:8081, https://two/apis/ccompat/v7
                          schemaRegistryCredentials: ${env:REGISTRY_LOGIN}
                        job: {format: json-schema}
                        """);
        assertThat(settings.job().format()).isEqualTo(Settings.Format.JSON_SCHEMA);
        assertThat(read(settings.toYaml())).isEqualTo(settings);
        assertThat(settings.kafka().openRegistry(Map.of("REGISTRY_LOGIN", "me:hunter2")))
                .isPresent();
        assertThatThrownBy(() -> settings.kafka().openRegistry(Map.of()))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("kafka.schemaRegistryCredentials");
    }

    @Test
    void aRegistrysAddressIsCheckedAndHoldsNoPassword() {
        for (String address : List.of("one:8081", "ftp://one", "http://", "http://a b")) {
            assertThat(problems(Map.of("kafka.schemaRegistry", address)))
                    .singleElement(InstanceOfAssertFactories.STRING)
                    .contains("kafka.schemaRegistry is \"" + address, "expected http://host:port");
        }
        assertThat(problems(Map.of("kafka.schemaRegistry", "http://me:hunter2@one:8081")))
                .singleElement(InstanceOfAssertFactories.STRING)
                .contains("expected them in kafka.schemaRegistryCredentials")
                .doesNotContain("hunter2");
    }

    @Test
    void aReferenceIsLookedUpWhereItPoints() throws Exception {
        Path secret = directory.resolve("login");
        SecretFile.write(secret, "me:hunter2\n", false);
        Path properties = directory.resolve("logins.properties");
        SecretFile.write(properties, "other=x\nregistry=me:hunter2\n", false);

        for (String reference :
                List.of(
                        "${env:LOGIN}",
                        "${directory:" + directory + ":login}",
                        "${file:" + properties + ":registry}")) {
            assertThat(Secrets.resolve("some.key", reference, Map.of("LOGIN", "me:hunter2")))
                    .isEqualTo("me:hunter2");
        }
        assertThatThrownBy(
                        () ->
                                Secrets.resolve(
                                        "some.key", "${file:" + properties + ":none}", Map.of()))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("some.key");
    }

    @Test
    void whatIsShownCanBeReadAgain() throws Exception {
        Settings settings =
                read("kafka: {topicPrefix: '007'}\njob: {idleness: 90s, dedupeHorizon: 36h}\n");

        assertThat(read(settings.toYaml())).isEqualTo(settings);
    }

    @Test
    void durationsReadAndWriteEveryUnit() {
        for (String text : List.of("7d", "36h", "90m", "45s", "100ms", "0s")) {
            assertThat(Durations.format(Durations.parse(text))).isEqualTo(text);
        }
        assertThat(Durations.parse("5min")).isEqualTo(Duration.ofMinutes(5));
    }

    private Settings read(String yaml) throws IOException, SettingsException {
        return new SettingsReader(Map.of()).read(file(yaml), Map.of());
    }

    private List<String> problems(Map<String, String> overrides) {
        return catchThrowableOfType(
                        SettingsException.class,
                        () -> new SettingsReader(Map.of()).read(null, overrides))
                .problems();
    }

    private static List<String> problemsOf(Path file) {
        return catchThrowableOfType(
                        SettingsException.class,
                        () -> new SettingsReader(Map.of()).read(file, Map.of()))
                .problems();
    }

    private Path file(String yaml) throws IOException {
        return Files.writeString(Files.createTempFile(directory, "settings", ".yaml"), yaml);
    }
}
