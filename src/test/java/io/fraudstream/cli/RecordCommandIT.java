package io.fraudstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fraudstream.kafka.LocalBroker;
import io.fraudstream.recording.TopicFile;
import io.fraudstream.recording.TopicRecord;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Topics into files and back, on a real broker. */
@Timeout(300)
class RecordCommandIT {
    private static final Path GOLDEN = Path.of("src", "test", "resources", "golden");
    private static final Path TRANSACTIONS = GOLDEN.resolve("transactions.jsonl.gz");
    private static final Path LABELS = GOLDEN.resolve("labels.jsonl.gz");

    @TempDir private static Path directory;

    private static LocalBroker broker;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void sendTheGoldenRecording() throws IOException {
        broker = LocalBroker.start(directory.resolve("broker"), 0);
        RecordCommandIT test = new RecordCommandIT();
        test.run("topics", "create", "--partitions", "3");
        test.run("replay", TRANSACTIONS.toString(), LABELS.toString());
        assertThat(test.out.toString()).contains("records to transactions.");
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void whatWasSentFromFilesIsRecordedAsItWas() throws IOException {
        Path recorded = directory.resolve("recorded");

        run("record", "--out", recorded.toString());

        assertThat(lines(recorded.resolve("transactions.jsonl.gz"))).isEqualTo(lines(TRANSACTIONS));
        assertThat(lines(recorded.resolve("labels.jsonl.gz"))).isEqualTo(lines(LABELS));
        assertThat(execute("record", "--out", recorded.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("transactions.jsonl.gz is there");
    }

    @Test
    void recordsARangeOfOffsets() throws IOException {
        Path range = directory.resolve("range");

        run(
                "record",
                "transactions",
                "--out",
                range.toString(),
                "--since",
                "0:5,2:0",
                "--until",
                "0:9,1:7,2:1");

        Map<Integer, List<String>> all = lines(TRANSACTIONS);
        assertThat(lines(range.resolve("transactions.jsonl.gz")))
                .isEqualTo(Map.of(0, all.get(0).subList(5, 9), 2, all.get(2).subList(0, 1)));
        assertThat(execute("record", "--out", range.toString(), "--since", "0:1")).isEqualTo(2);
        assertThat(execute("record", "--out", range.toString(), "--since", "yesterday"))
                .isEqualTo(2);
        assertThat(err.toString())
                .contains("expected one topic, since each has offsets of its own")
                .contains("\"yesterday\" is no place in a topic");
    }

    @Test
    void topicsGiveTheHashOfTheFilesThatWereSentToThem() throws IOException {
        Path summary = directory.resolve("summary.json");

        run(
                "replay",
                "--verify",
                "--topics",
                "--model",
                GOLDEN.resolve("bundle.zip").toString(),
                "--set",
                "transactions.exchangeRates=" + GOLDEN.resolve("rates.yaml"),
                "--set",
                "job.outOfOrderness=2m",
                "--parallelism",
                "2",
                "--work",
                directory.toString(),
                "--summary",
                summary.toString());

        assertThat(new ObjectMapper().readTree(summary.toFile()).get("hash").textValue())
                .isEqualTo(Files.readString(GOLDEN.resolve("hash.txt")).strip());
    }

    /** Of each partition the records, but for their timestamps: those are of their sending. */
    private static Map<Integer, List<String>> lines(Path file) throws IOException {
        Map<Integer, List<String>> lines = new TreeMap<>();
        try (TopicFile.Reader reader = new TopicFile.Reader(file)) {
            while (reader.hasNext()) {
                TopicRecord record = reader.next();
                lines.computeIfAbsent(record.partition(), p -> new ArrayList<>())
                        .add(
                                record.offset()
                                        + " "
                                        + text(record.key())
                                        + " "
                                        + text(record.value()));
            }
        }
        return lines;
    }

    /** A character for each byte. */
    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private void run(String... arguments) {
        assertThat(execute(arguments)).as(err.toString()).isZero();
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
