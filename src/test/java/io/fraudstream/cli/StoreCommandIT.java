package io.fraudstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fraudstream.training.JobWrittenStore;
import io.fraudstream.transaction.ExchangeRates;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.HmacCardTokens;
import io.fraudstream.transaction.MessageType;
import io.fraudstream.transaction.Transaction;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands that keep the store, over one that the job's sinks have written. */
@Timeout(120)
class StoreCommandIT {
    private static final long NOON = Instant.parse("2024-03-01T12:00:00Z").toEpochMilli();
    private static final long DAY = Duration.ofDays(1).toMillis();
    private static final String KEY = "00112233445566778899aabbccddeeff";
    private static final String CARD_NUMBER = "4111 1111 1111 1111";
    private static final String TOKEN =
            new HmacCardTokens(HexFormat.of().parseHex(KEY)).tokenFor(CARD_NUMBER);

    @TempDir private static Path template;
    @TempDir private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path store;

    /** Two files a day over two days. */
    @BeforeAll
    static void write() throws Exception {
        Transaction one = transaction("one", NOON, TOKEN, "here");
        Transaction two = transaction("two", NOON + DAY, "other", "here");
        Transaction three = transaction("three", NOON + DAY + 1, TOKEN, null);
        List<FraudLabel> labels =
                List.of(
                        label(one, "here", true, NOON + 2 * DAY),
                        label(one, "here", false, NOON + 4 * DAY),
                        label(one, "here", false, NOON + 10 * DAY),
                        label(two, "elsewhere", true, NOON + 2 * DAY),
                        label(three, null, true, NOON + 2 * DAY));
        JobWrittenStore.add(template, List.of(one, two), labels, ExchangeRates.only("EUR"));
        Transaction gone = transaction("gone", NOON, "other", "here");
        // The first label once more, as after a restart.
        JobWrittenStore.add(
                template,
                List.of(transaction("zero", NOON, "other", "here"), three),
                List.of(labels.get(0), label(gone, "here", true, NOON + DAY)),
                ExchangeRates.only("EUR"));
    }

    @BeforeEach
    void copy() throws IOException {
        store = JobWrittenStore.copy(template, directory.resolve("store"));
    }

    @Test
    void statusShowsTheTablesAndWritesThemAsJson() throws Exception {
        Path summary = directory.resolve("status.json");

        assertThat(run("store", "status", "--days", "--summary", summary.toString())).isZero();

        assertThat(out.toString())
                .containsPattern("transactions 2024-03-01 2024-03-02 +2 +4 +4 ")
                .containsPattern("labels +2024-03-01 2024-03-02 +2 +3 +7 ")
                .containsPattern("transactions 2024-03-02 2024-03-02 +1 +2 +2 ")
                .containsPattern("Features [0-9a-f]{16}: 4 rows");
        JsonNode written = new ObjectMapper().readTree(summary.toFile());
        assertThat(written.at("/transactions/rows").asInt()).isEqualTo(4);
        assertThat(written.at("/transactions/byDay/1/day").asText()).isEqualTo("2024-03-02");
        assertThat(written.at("/labels/files").asInt()).isEqualTo(3);
        assertThat(written.at("/fingerprints")).hasSize(1);
        assertThat(written.at("/unfinishedFiles").asInt()).isZero();
    }

    @Test
    void compactAndExpireSayWhatTheyDo() throws Exception {
        assertThat(run("store", "compact", "--dry-run")).isZero();
        assertThat(run("store", "compact")).isZero();
        assertThat(run("store", "compact")).isZero();
        assertThat(out.toString().lines())
                .satisfiesExactly(
                        line ->
                                assertThat(line)
                                        .startsWith("Would compact 6 files of 2 days into 3: "),
                        line ->
                                assertThat(line)
                                        .startsWith("Compacted 6 files of 2 days into 3: 9 rows, ")
                                        .endsWith(" after."),
                        line -> assertThat(line).startsWith("There is nothing to compact"));

        out.getBuffer().setLength(0);
        String asOf = "2024-03-11T00:00:00Z";
        assertThat(run("store", "expire", "--as-of", asOf, "--keep", "10d")).isZero();
        assertThat(run("store", "expire", "--as-of", asOf, "--set", "store.retention=9d")).isZero();
        assertThat(run("store", "expire", "--keep", "1d", "--dry-run")).isZero();
        assertThat(run("store", "status")).isZero();
        assertThat(out.toString())
                .contains("Nothing is older than 10d: the first day to keep is 2024-03-01.")
                .contains("Removed 2024-03-01 to 2024-03-01: 1 days, 2 files, 7 rows, ")
                .contains("Would remove 2024-03-02 to 2024-03-02: 1 days, ")
                .containsPattern("transactions 2024-03-02 2024-03-02 +1 +1 +2 ");
    }

    @Test
    void aCardIsForgottenByTheNumberItWasSentWith() throws Exception {
        Path key = Files.writeString(directory.resolve("key"), KEY);
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        String[] tokenize = {
            "--set",
            "transactions.cardNumbers=tokenize",
            "--set",
            "transactions.cardTokenKeyFile=" + key
        };

        assertThat(run(with(tokenize, "store", "forget", CARD_NUMBER, "--dry-run"))).isZero();
        InputStream standardInput = System.in;
        try {
            System.setIn(
                    new ByteArrayInputStream(
                            (CARD_NUMBER + "\n").getBytes(StandardCharsets.UTF_8)));
            assertThat(run(with(tokenize, "store", "forget", "-"))).isZero();
        } finally {
            System.setIn(standardInput);
        }
        assertThat(run(with(tokenize, "store", "forget", TOKEN))).isZero();

        assertThat(out.toString().lines())
                .containsExactly(
                        "Would erase 2 transactions and 5 labels of 2 days, in 5 files.",
                        "Erased 2 transactions and 5 labels of 2 days, in 5 files.",
                        "Erased 0 transactions and 0 labels of 0 days, in 0 files.");
    }

    @Test
    void labelsAreCheckedAgainstTheirTransactions() throws Exception {
        Path summary = directory.resolve("labels.json");

        assertThat(run("labels", "check", "--summary", summary.toString())).isZero();

        assertThat(out.toString())
                .contains("6 labels, 4 of them fraud")
                .contains("Known after the event: p50 1.0 d, p90 10.0 d, p99 10.0 d, max 10.0 d");
        JsonNode written = new ObjectMapper().readTree(summary.toFile());
        assertThat(written.at("/labels").asInt()).isEqualTo(6);
        assertThat(written.at("/unmatched").asInt()).isEqualTo(1);
        assertThat(written.at("/mismatched").asInt()).isEqualTo(1);
        assertThat(written.at("/withoutTerminal").asInt()).isEqualTo(1);
        assertThat(written.at("/contradictory").asInt()).isEqualTo(1);
        assertThat(written.at("/repeated").asInt()).isEqualTo(1);
        assertThat(written.at("/lag/max").asLong()).isEqualTo(10 * DAY);
    }

    @Test
    void anEmptyStoreIsFine() {
        store = directory;

        assertThat(run("store", "status")).isZero();
        assertThat(run("store", "compact")).isZero();
        assertThat(run("store", "expire", "--keep", "1d")).isZero();
        assertThat(run("store", "forget", "card")).isZero();
        assertThat(run("labels", "check")).isZero();

        assertThat(out.toString()).contains("The store is empty.", "0 labels, 0 of them fraud");
    }

    @Test
    void wrongUsageSaysWhatIsExpected() {
        assertThat(run("store", "expire")).isEqualTo(2);
        assertThat(run("store", "compact", "--target-size", "many")).isEqualTo(2);
        assertThat(run("store", "forget", CARD_NUMBER)).isEqualTo(2);
        assertThat(run("store", "expire", "--set", "store.retention=0s")).isEqualTo(2);
        store = directory.resolve("none");
        assertThat(run("store", "compact")).isEqualTo(1);

        assertThat(err.toString())
                .contains("neither --keep nor the setting store.retention")
                .contains("\"many\" is not a size, expected one such as 128MB")
                .contains("expected a card token")
                .contains("store.retention is \"0s\", expected 1ms or more")
                .contains("none does not exist, expected a directory")
                .doesNotContain(CARD_NUMBER);
    }

    private static Transaction transaction(String id, long time, String card, String terminal) {
        return new Transaction(
                id,
                time,
                card,
                100,
                "EUR",
                100,
                terminal,
                null,
                null,
                null,
                null,
                Double.NaN,
                Double.NaN,
                null,
                null,
                MessageType.AUTHORIZATION,
                null);
    }

    private static FraudLabel label(Transaction t, String terminal, boolean fraud, long knownAt) {
        return new FraudLabel(
                t.id(), t.cardId(), terminal, null, t.eventTime(), fraud, knownAt, "test");
    }

    private static String[] with(String[] more, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private int run(String... arguments) {
        CommandLine command = Fraudstream.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(with(new String[] {"--store", store.toString()}, arguments));
    }
}
