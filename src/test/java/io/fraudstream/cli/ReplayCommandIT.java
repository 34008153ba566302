package io.fraudstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fraudstream.kafka.LocalBroker;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands that speak to Kafka, on a real broker. */
@Timeout(120)
class ReplayCommandIT {
    private static final String HANDBOOK = "config/mappings/handbook.yaml";
    private static final String RECORDING =
            """
            TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_FRAUD
            1,2018-05-31 23:59:59,c1,t1,1.00,1
            2,2018-06-01 00:00:00,c1,t1,2.00,1
            3,2018-06-01 12:00:00,c2,t1,oops,0
            4,2018-06-02 23:59:59,c3,t1,4.00,0
            5,2018-06-03 00:00:00,c3,t1,5.00,1
            """;

    @TempDir private static Path directory;

    private static LocalBroker broker;
    private static Path recording;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void start() throws IOException {
        broker = LocalBroker.start(directory.resolve("broker"), 0);
        recording = Files.writeString(directory.resolve("recording.csv"), RECORDING);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void sendsTheDaysAskedForAndCountsThem() throws IOException {
        Path summary = directory.resolve("summary.json");
        createTopics("days-");

        assertThat(
                        replay(
                                "days-",
                                "--from",
                                "2018-06-01",
                                "--to",
                                "2018-06-02",
                                "--summary",
                                summary.toString()))
                .isZero();

        JsonNode counts = new ObjectMapper().readTree(summary.toFile());
        assertThat(counts.get("transactions").asLong()).isEqualTo(3);
        assertThat(counts.get("labels").asLong()).isEqualTo(1);
        assertThat(counts.get("unmapped").asLong()).isEqualTo(1);
        assertThat(counts.get("complete").asBoolean()).isTrue();
        assertThat(counts.get("firstEventTime").asText()).isEqualTo("2018-06-01T00:00:00Z");
        assertThat(counts.get("lastEventTime").asText()).isEqualTo("2018-06-02T23:59:59Z");
        assertThat(out.toString()).contains("Sent 3 transactions and 1 labels");
        execute("topics", "list", "--topic-prefix", "days-");
        assertThat(out.toString())
                .containsPattern("days-transactions +4 +3\\R")
                .containsPattern("days-labels +4 +1\\R");
    }

    @Test
    void importsVerdictsAllOrNone() throws IOException {
        createTopics("verdicts-");
        String header = "transaction_id,card_id,merchant_id,event_time,verdict,source\n";
        String good = "a,c1,m1,2026-01-01T00:00:00Z,fraud,chargeback\n";
        Path wrong =
                Files.writeString(
                        directory.resolve("wrong.csv"),
                        header + good + good.replace("fraud", "maybe"));
        Path right = Files.writeString(directory.resolve("right.csv"), header + good);

        assertThat(execute("labels", "import", wrong.toString(), "--topic-prefix", "verdicts-"))
                .isEqualTo(1);
        assertThat(err.toString())
                .contains("wrong.csv line 3: verdict is \"maybe\", expected fraud or legitimate");
        assertThat(execute("labels", "import", right.toString(), "--topic-prefix", "verdicts-"))
                .isZero();
        assertThat(out.toString()).contains("Sent 1 labels to verdicts-labels, 1 of them fraud.");
        execute(
                "topics",
                "tail",
                "labels",
                "--from-beginning",
                "--max",
                "1",
                "--topic-prefix",
                "verdicts-");
        assertThat(out.toString())
                .contains(
                        "@0\tc1"
                            + "\t{\"transaction_id\":\"a\",\"card_id\":\"c1\",\"merchant_id\":\"m1\"");
    }

    @Test
    void deletesTopicsOnlyWhenItIsConfirmed() {
        createTopics("doomed-");

        assertThat(execute("topics", "delete", "--topic-prefix", "doomed-")).isEqualTo(2);
        assertThat(execute("topics", "delete", "--yes", "--topic-prefix", "doomed-")).isZero();
        assertThat(out.toString()).contains("Deleted doomed-transactions");
    }

    @Test
    void sendsNothingToTopicsThatAreNotThere() {
        assertThat(replay("absent-")).isEqualTo(1);
        assertThat(err.toString()).contains("no topic absent-labels, absent-transactions at");
    }

    @Test
    void wrongFilesAndOptionsAreWrongUsage() {
        assertThat(replay("x-", "--speed", "fast")).isEqualTo(2);
        assertThat(replay("x-", "--from", "2018-06-02", "--to", "2018-06-01")).isEqualTo(2);
        assertThat(replay("x-", "no-such-file.csv")).isEqualTo(2);
        assertThat(replay("x y")).isEqualTo(2);
        assertThat(err.toString())
                .contains("the speed is \"fast\", expected max or a factor such as 1x or 60x")
                .contains("no-such-file.csv does not exist");
    }

    @Test
    void takesItsSettingsFromAFileAndHandsKafkaItsProperties() throws IOException {
        createTopics("filed-");
        Path settings =
                Files.writeString(
                        directory.resolve("settings.yaml"), "kafka: {topicPrefix: filed-}\n");

        assertThat(execute("topics", "list", "--config", settings.toString())).isZero();
        assertThat(out.toString()).contains("filed-transactions");
        assertThat(
                        execute(
                                "topics",
                                "list",
                                "--set",
                                "kafka.properties.security.protocol=SSL",
                                "--set",
                                "kafka.properties.ssl.truststore.location=none.jks"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("none.jks");
    }

    private void createTopics(String prefix) {
        int exitCode = execute("topics", "create", "--topic-prefix", prefix);
        assertThat(exitCode).as(err.toString()).isZero();
    }

    private int replay(String prefix, String... more) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "replay",
                                recording.toString(),
                                "--mapping",
                                HANDBOOK,
                                "--topic-prefix",
                                prefix));
        arguments.addAll(List.of(more));
        return execute(arguments.toArray(String[]::new));
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
