package io.fraudstream.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plants errors in a settings file and looks at what is told of them, line by line. */
class SettingsCheckTest {
    @TempDir private Path directory;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = directory.resolve("settings.yaml");
    }

    @Test
    void tenPlantedErrorsOfTenKindsAreFoundInOneGo() throws IOException {
        List<String> problems =
                problems(
                        """
                        kafka:
                          bootstrapServer: kafka-1.example:9092   # unknown key
                          properties:
                            ssl.key.password: hunter2             # secret in clear
                        transactions:
                          exchangeRates: no-such-rates.yaml       # missing file
                          maxRecordBytes: 64k                     # wrong type
                        job:
                          order: event_time                       # bad enum
                          idleness: half an hour                  # bad duration
                          maxParallelism: 8
                          parallelism: 16                         # contradicts the line above
                        trainning:                                # misspelt section
                          legitimateShare: 1.5                    # out of range, in there
                        store:
                          directory: a
                          directory: b                            # twice
                        flink:
                          execution.checkpointing.interval: soon  # of a type of Flink's
                        """,
                        Map.of("FRAUDSTREAM_JOB_SCORED_TOPIC", "perhaps"));

        assertThat(problems)
                .containsExactly(
                        file
                                + ":2:3: kafka.bootstrapServer is an unknown key, did you mean"
                                + " kafka.bootstrapServers?",
                        file
                                + ":4:5: kafka.properties.ssl.key.password holds a secret in clear,"
                                + " expected where it lies: ${env:NAME} or"
                                + " ${directory:DIRECTORY:FILE}",
                        file
                                + ":6:3: transactions.exchangeRates is "
                                + directory.resolve("no-such-rates.yaml")
                                + ", expected a file that can be read:"
                                + " java.nio.file.NoSuchFileException: "
                                + directory.resolve("no-such-rates.yaml"),
                        file
                                + ":7:3: transactions.maxRecordBytes is \"64k\", expected a whole"
                                + " number that is not too large",
                        file
                                + ":9:3: job.order is \"event_time\", expected one of [arrival,"
                                + " event-time]",
                        file
                                + ":10:3: job.idleness is \"half an hour\", expected a duration"
                                + " such as 7d, 12h, 5m, 30s or 100ms",
                        file
                                + ":12:3: job.parallelism is 16, expected 1 to maxParallelism (8),"
                                + " see "
                                + file
                                + ":11:3",
                        file + ":13:1: trainning is an unknown key, did you mean training?",
                        file
                                + ":14:3: training.legitimateShare is 1.5, expected more than 0 and"
                                + " at most 1",
                        file
                                + ":17:3: store.directory is here again, expected it once: it is in"
                                + " line 16",
                        file
                                + ":19:3: flink.execution.checkpointing.interval is \"soon\","
                                + " expected what Flink can read: text does not start with a"
                                + " number, and is not a valid ISO-8601 duration format: soon",
                        "FRAUDSTREAM_JOB_SCORED_TOPIC: job.scoredTopic is \"perhaps\", expected"
                                + " true or false");
    }

    @Test
    void whatIsMeantIsGuessedWhereItIsNear() throws IOException {
        assertThat(
                        problems(
                                """
                                job.order: arrival
                                parallelism: 2
                                directory: x
                                kafak: {topic-prefix: x}
                                Store: {retention: 0d}
                                nonsense: 1
                                job: {flink: {}}
                                """,
                                Map.of(
                                        "FRAUDSTREAM_JOB_IDLENES", "1s",
                                        "FRAUDSTREAM_KAFKA_PASSWORD", "x",
                                        "FRAUDSTREAM_HEAP", "4g")))
                .containsExactly(
                        file
                                + ":1:1: job.order is an unknown key, expected job: with order"
                                + " under it",
                        file + ":2:1: parallelism is an unknown key, did you mean job.parallelism?",
                        file
                                + ":3:1: directory is an unknown key, did you mean"
                                + " registry.directory or store.directory?",
                        file + ":4:1: kafak is an unknown key, did you mean kafka?",
                        file
                                + ":4:9: kafka.topic-prefix is an unknown key, did you mean"
                                + " kafka.topicPrefix?",
                        file + ":5:1: Store is an unknown key, did you mean store?",
                        file + ":5:9: store.retention is \"0d\", expected 1ms or more",
                        file
                                + ":6:1: nonsense is an unknown key, expected one of [flink, job,"
                                + " kafka, registry, retraining, store, training, transactions]",
                        file + ":7:7: job.flink is an unknown key, did you mean flink?",
                        "FRAUDSTREAM_JOB_IDLENES: is unknown, did you mean"
                                + " FRAUDSTREAM_JOB_IDLENESS?");
    }

    @Test
    void aSyntaxErrorIsToldBesideWhatStandsAboveIt() throws IOException {
        assertThat(problems("job:\n  order: sideways\n\tidleness: 1s\nkafka: {}\n", Map.of()))
                .satisfiesExactly(
                        order -> assertThat(order).startsWith(file + ":2:3: job.order is "),
                        tab ->
                                assertThat(tab)
                                        .startsWith(
                                                file
                                                        + ":3:1: while scanning for the next token,"
                                                        + " found character ")
                                        .contains("(TAB)")
                                        .endsWith(
                                                ", expected valid YAML; nothing from here on was"
                                                        + " read"));
        assertThat(problems("job: {}\n---\nstore: {}\n", Map.of()))
                .containsExactly(file + ":3:1: another document begins, expected one in a file");
    }

    @Test
    void aWrongValueBringsNoOthersAlong() throws IOException {
        assertThat(problems("job: {maxParallelism: many, parallelism: 500}", Map.of()))
                .containsExactly(
                        file
                                + ":1:7: job.maxParallelism is \"many\", expected a whole number"
                                + " that is not too large");
    }

    /** The default parallelism depends on the machine, and is at least 1. */
    @Test
    void aCollisionWithADefaultHidesNothingElse() throws IOException {
        assertThat(problems("job:\n  parallelism: 200\n  checkpointInterval: 1ms\n", Map.of()))
                .containsExactly(
                        file + ":2:3: job.parallelism is 200, expected 1 to maxParallelism (128)",
                        file + ":3:3: job.checkpointInterval is \"1ms\", expected 10ms or more");
    }

    @Test
    void whatFlinkAndKafkaWouldRefuseIsToldAndWhatTheyDoNotKnowIsHandedOn() throws IOException {
        assertThat(
                        problems(
                                """
                                kafka:
                                  properties:
                                    acks: most
                                    fetch.min.bytes: lots
                                    security.protocol: SALS_SSL
                                    bootstrap.servers: elsewhere:9092
                                    a.plugin.of.yours: lots
                                    ssl.key.password: ${env:KEY_PASSWORD}
                                    ssl.engine.factory.class: not.on.this.machine
                                flink:
                                  state.backend.rocksdb.memory.managed: maybe
                                  taskmanager.numberOfTaskSlots: many
                                  pipeline.max-parallelism: 256
                                  fs.s3a.path.style.access: sometimes
                                  execution.checkpointing.incremental: true
                                """,
                                Map.of()))
                .satisfiesExactly(
                        acks ->
                                assertThat(acks)
                                        .startsWith(
                                                file
                                                        + ":3:5: kafka.properties.acks is \"most\","
                                                        + " expected what Kafka can read: ")
                                        .contains("all, -1, 0, 1"),
                        bytes ->
                                assertThat(bytes)
                                        .startsWith(
                                                file
                                                        + ":4:5: kafka.properties.fetch.min.bytes"
                                                        + " is \"lots\", expected what Kafka can"
                                                        + " read"),
                        protocol ->
                                assertThat(protocol)
                                        .startsWith(
                                                file
                                                        + ":5:5: kafka.properties.security.protocol"
                                                        + " is \"SALS_SSL\", expected what Kafka"
                                                        + " can read: ")
                                        .contains("SASL_SSL"),
                        servers ->
                                assertThat(servers)
                                        .isEqualTo(
                                                file
                                                        + ":6:5: kafka.properties.bootstrap.servers"
                                                        + " is \"elsewhere:9092\", expected"
                                                        + " kafka.bootstrapServers in its place"),
                        managed ->
                                assertThat(managed)
                                        .startsWith(
                                                file
                                                        + ":11:3:"
                                                        + " flink.state.backend.rocksdb.memory.managed"
                                                        + " is \"maybe\", expected what Flink can"
                                                        + " read: "),
                        slots ->
                                assertThat(slots)
                                        .isEqualTo(
                                                file
                                                        + ":12:3:"
                                                        + " flink.taskmanager.numberOfTaskSlots is"
                                                        + " \"many\", expected what Flink can read:"
                                                        + " a number"),
                        maximum ->
                                assertThat(maximum)
                                        .isEqualTo(
                                                file
                                                        + ":13:3: flink.pipeline.max-parallelism is"
                                                        + " \"256\", expected job.maxParallelism in"
                                                        + " its place"));
    }

    @Test
    void exactlyOnceNeedsCheckpointsWithinATransaction() throws IOException {
        String exactly = "job: {delivery: exactly-once, checkpointInterval: 1m}\n";

        assertThat(
                        problems(
                                exactly + "kafka: {properties: {transaction.timeout.ms: 60000}}",
                                Map.of()))
                .containsExactly(
                        file
                                + ":1:31: job.checkpointInterval is 1m, expected less than"
                                + " kafka.properties.transaction.timeout.ms (1m) with exactly-once:"
                                + " transactions last from checkpoint to checkpoint");
        assertThat(problems(exactly + "flink: {execution.checkpointing.interval: 14min}", Map.of()))
                .singleElement()
                .asString()
                .startsWith(file + ":2:9: flink.execution.checkpointing.interval is 14m, expected");
        assertThat(problems(exactly, Map.of())).isEmpty();
    }

    @Test
    void everyFileThatIsNamedIsLookedAt() throws IOException {
        Files.writeString(
                directory.resolve("rates.yaml"),
                "version: v\nbaseCurrency: EUR\nrates:\n  USD: \"0.9\n");
        Files.writeString(directory.resolve("trusted.pub"), "no key");

        assertThat(
                        problems(
                                """
                                transactions:
                                  exchangeRates: rates.yaml
                                  cardNumbers: tokenize
                                registry:
                                  signingKeyFile: none.key
                                  trustedKeysFile: trusted.pub
                                """,
                                Map.of()))
                .satisfiesExactly(
                        rates ->
                                assertThat(rates)
                                        .startsWith(
                                                file + ":2:3: " + directory.resolve("rates.yaml"))
                                        .containsPattern(Pattern.quote("rates.yaml") + ":5:1: ")
                                        .contains("expected valid YAML"),
                        key ->
                                assertThat(key)
                                        .startsWith(
                                                file
                                                        + ":3:3: transactions.cardNumbers is"
                                                        + " tokenize, expected a key in"),
                        signing ->
                                assertThat(signing)
                                        .startsWith(file + ":5:3: registry.signingKeyFile (")
                                        .contains("none.key"),
                        trusted ->
                                assertThat(trusted)
                                        .startsWith(file + ":6:3: registry.trustedKeysFile (")
                                        .contains("trusted.pub"));
    }

    @Test
    void whatIsInEffectAndWhatIsMissingHereIsSaid() throws Exception {
        Files.writeString(
                file, "kafka:\n  properties:\n    ssl.key.password: ${env:KEY_PASSWORD}\n");
        Map<String, String> environment = Map.of("FRAUDSTREAM_JOB_ORDER", "event-time");

        CheckedSettings checked =
                new SettingsReader(environment).check(file, Map.of("job.parallelism", "1"));

        assertThat(checked.settings().job().order()).isEqualTo(Settings.Order.EVENT_TIME);
        assertThat(checked.ratesVersion()).isEqualTo("example-2026-01");
        assertThat(checked.sources())
                .containsExactly(file.toString(), "FRAUDSTREAM_JOB_ORDER", "--set job.parallelism");
        assertThat(checked.notes())
                .containsExactly(
                        file
                                + ":3:5: kafka.properties.ssl.key.password refers to the"
                                + " environment variable KEY_PASSWORD, expected it to be set");
    }

    @Test
    void theLaunchersOwnVariablesAreTakenForNoSlips() throws IOException {
        Map<String, String> variables =
                Pattern.compile("FRAUDSTREAM_[A-Z_]+")
                        .matcher(Files.readString(Path.of("bin", "fraudstream")))
                        .results()
                        .map(MatchResult::group)
                        .distinct()
                        .collect(Collectors.toMap(Function.identity(), name -> "x"));

        assertThat(variables).containsKey("FRAUDSTREAM_LOG_FORMAT");
        assertThat(problems("", variables)).isEmpty();
    }

    private List<String> problems(String yaml, Map<String, String> environment) throws IOException {
        Files.writeString(file, yaml);
        SettingsException problem =
                catchThrowableOfType(
                        SettingsException.class,
                        () -> new SettingsReader(environment).check(file, Map.of()));
        return problem == null ? List.of() : problem.problems();
    }
}
