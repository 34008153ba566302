package io.fraudstream.training;

import static io.fraudstream.training.Samples.DAY;
import static io.fraudstream.training.Samples.HOUR;
import static io.fraudstream.training.Samples.SCHEMA;
import static io.fraudstream.training.Samples.START;
import static io.fraudstream.training.Samples.transaction;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fraudstream.features.FeatureSpec;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.MessageType;
import io.fraudstream.transaction.Transaction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventStoreReaderTest {
    @TempDir private Path directory;

    private Path store;
    private EventStoreReader reader;
    private int parts;

    @BeforeEach
    void open() {
        store = directory.resolve("it's a store");
        reader = new EventStoreReader(store, SCHEMA);
    }

    @Test
    void givesBackVectorsAndSequencesAsTheyWereComputed() throws Exception {
        RecordedEvents events = Samples.stream(9, 3);
        Map<String, FeatureRow> computed = new LinkedHashMap<>();
        new OfflineFeatures(SCHEMA)
                .run(
                        events.transactions(),
                        events.labels(),
                        row -> computed.put(row.transactionId(), row));
        write(events.transactions(), computed, SCHEMA.fingerprint());
        List<FeatureRow> read = new ArrayList<>();

        EventStoreReader.Counts counts = reader.read(START + 5 * DAY, START + 8 * DAY, read::add);

        List<FeatureRow> expected =
                computed.values().stream()
                        .filter(
                                row ->
                                        row.eventTime() >= START + 5 * DAY
                                                && row.eventTime() < START + 8 * DAY)
                        .toList();
        assertThat(counts).isEqualTo(new EventStoreReader.Counts(expected.size(), 0, 0));
        assertThat(read)
                .extracting(FeatureRow::transactionId)
                .isEqualTo(expected.stream().map(FeatureRow::transactionId).toList());
        for (int i = 0; i < expected.size(); i++) {
            assertThat(Arrays.deepEquals(read.get(i).sequence(), expected.get(i).sequence()))
                    .as(expected.get(i).transactionId())
                    .isTrue();
        }
        assertThat(expected).anyMatch(row -> row.sequence().length == 8);
        assertThat(reader.span())
                .hasValue(
                        new EventStoreReader.Span(
                                events.transactions().get(0).eventTime(),
                                events.transactions()
                                        .get(events.transactions().size() - 1)
                                        .eventTime()));
    }

    @Test
    void duplicatesOtherSchemasAndUnfinishedFilesArePassedOver() throws Exception {
        Transaction one = transaction("1", START, "card", "here", 100);
        Transaction two = transaction("2", START + HOUR, "card", "here", 200, MessageType.REVERSAL);
        write(List.of(one, two), computed(one, two), SCHEMA.fingerprint());
        write(List.of(two), computed(two), SCHEMA.fingerprint());
        write(List.of(transaction("3", START, "card", "here", 1)), Map.of(), "0123456789abcdef");
        Path day = partition("transactions", START);
        for (String name :
                List.of(".part-9.parquet.inprogress.1", "_part-8.parquet", ".part-7.parquet")) {
            Files.writeString(day.resolve(name), "half of a file", StandardCharsets.UTF_8);
        }
        List<FeatureRow> read = new ArrayList<>();

        EventStoreReader.Counts counts = reader.read(START, START + DAY, read::add);

        assertThat(counts).isEqualTo(new EventStoreReader.Counts(2, 1, 1));
        assertThat(read).extracting(FeatureRow::transactionId).containsExactly("1", "2");
        assertThat(read).extracting(FeatureRow::reversal).containsExactly(false, true);
        assertThat(read.get(1).sequence()).hasNumberOfRows(2);
    }

    @Test
    void aDayThatHoldsAnotherSchemasColumnsOnlyIsCounted() throws Exception {
        Path day = Files.createDirectories(partition("transactions", START));
        sql(
                "COPY (SELECT 'x' AS transaction_id, 1::BIGINT AS event_time, 'other' AS"
                        + " feature_fingerprint) TO '"
                        + escaped(day.resolve("part-0.parquet"))
                        + "' (FORMAT parquet)");
        List<FeatureRow> read = new ArrayList<>();

        assertThat(reader.read(START, START + DAY, read::add))
                .isEqualTo(new EventStoreReader.Counts(0, 0, 1));
        assertThat(read).isEmpty();
    }

    @Test
    void findsOneEventWithItsSequence() throws Exception {
        RecordedEvents events = Samples.stream(4, 3);
        Map<String, FeatureRow> computed = new LinkedHashMap<>();
        new OfflineFeatures(SCHEMA)
                .run(
                        events.transactions(),
                        events.labels(),
                        row -> computed.put(row.transactionId(), row));
        write(events.transactions(), computed, SCHEMA.fingerprint());
        Transaction wanted = events.transactions().get(400);

        StoredEvent found = reader.find(wanted.id()).orElseThrow();

        assertThat(found.transaction()).isEqualTo(wanted);
        assertThat(Arrays.deepEquals(found.row().sequence(), computed.get(wanted.id()).sequence()))
                .isTrue();
        assertThat(found.score()).isNaN();
        assertThat(found.bundleId()).isNull();
        assertThat(found.decision()).isEqualTo("observe");
        assertThat(found.receivedAt()).isEqualTo(wanted.eventTime() + 5);
        assertThat(reader.find("not there")).isEmpty();
    }

    @Test
    void labelsComeInTheOrderInWhichTheyWereKnown() throws Exception {
        Transaction t = transaction("1", START, "card", "here", 100);
        FraudLabel late = Samples.label(t, false, START + 9 * DAY);
        FraudLabel early =
                new FraudLabel(
                        "2", "card", null, "shop", START + HOUR, true, START + DAY, "analyst");
        writeLabels(List.of(late, early));
        writeLabels(List.of(early));

        assertThat(reader.labels()).containsExactly(early, late);
    }

    @Test
    void anEmptyStoreHoldsNothing() throws StoreException {
        assertThat(reader.span()).isEmpty();
        assertThat(reader.labels()).isEmpty();
        assertThat(reader.find("1")).isEmpty();
        assertThat(reader.read(START, START + DAY, row -> {}))
                .isEqualTo(new EventStoreReader.Counts(0, 0, 0));
    }

    @Test
    void aBrokenFileIsNamed() throws IOException {
        Path day = Files.createDirectories(partition("transactions", START));
        Files.writeString(day.resolve("part-0.parquet"), "no parquet", StandardCharsets.UTF_8);

        assertThatThrownBy(() -> reader.read(START, START + DAY, row -> {}))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("cannot be read")
                .hasMessageContaining("part-0.parquet");
    }

    private static Map<String, FeatureRow> computed(Transaction... transactions) {
        OfflineFeatures features = new OfflineFeatures(SCHEMA);
        Map<String, FeatureRow> computed = new LinkedHashMap<>();
        for (Transaction t : transactions) {
            computed.put(t.id(), features.step(t));
        }
        return computed;
    }

    /** As the job writes them: a file for each day, rows in any order. */
    private void write(
            List<Transaction> transactions, Map<String, FeatureRow> rows, String fingerprint)
            throws SQLException, IOException {
        Map<Long, List<Transaction>> days =
                transactions.stream()
                        .collect(
                                Collectors.groupingBy(
                                        t -> t.eventTime() / DAY,
                                        LinkedHashMap::new,
                                        Collectors.toList()));
        for (List<Transaction> day : days.values()) {
            List<String> values = new ArrayList<>();
            for (Transaction t : day) {
                StringBuilder row = new StringBuilder("(");
                row.append(text(t.id()))
                        .append(',')
                        .append(t.eventTime())
                        .append(',')
                        .append(text(t.cardId()));
                row.append(',')
                        .append(t.amountMinor())
                        .append(",'EUR',")
                        .append(t.baseAmountMinor());
                row.append(',').append(text(t.terminalId()));
                row.append(",NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,")
                        .append(text(t.messageType().wireName()));
                row.append(',').append(text(t.originalTransactionId()));
                row.append(",NULL,NULL,'observe',false,false,").append(t.eventTime() + 5);
                row.append(',').append(text(fingerprint));
                FeatureRow computed = rows.get(t.id());
                for (int i = 0; i < SCHEMA.size(); i++) {
                    row.append(",'")
                            .append(computed == null ? 0 : computed.vector()[i])
                            .append("'");
                }
                values.add(row.append(')').toString());
            }
            Collections.reverse(values);
            StringBuilder columns =
                    new StringBuilder(
                            "transaction_id VARCHAR, event_time BIGINT, card_id VARCHAR,"
                                + " amount_minor BIGINT, currency VARCHAR, base_amount_minor"
                                + " BIGINT, terminal_id VARCHAR, merchant_id VARCHAR, mcc VARCHAR,"
                                + " country VARCHAR, entry_mode VARCHAR, latitude DOUBLE, longitude"
                                + " DOUBLE, device_id VARCHAR, response_code VARCHAR, message_type"
                                + " VARCHAR, original_transaction_id VARCHAR, score DOUBLE,"
                                + " bundle_id VARCHAR, decision VARCHAR, scored_late BOOLEAN,"
                                + " approximate BOOLEAN, received_at BIGINT, feature_fingerprint"
                                + " VARCHAR");
            for (FeatureSpec spec : SCHEMA.specs()) {
                columns.append(", f_").append(spec.name()).append(" FLOAT");
            }
            copy("transactions", day.get(0).eventTime(), columns.toString(), values);
        }
    }

    private void writeLabels(List<FraudLabel> labels) throws SQLException, IOException {
        List<String> values =
                labels.stream()
                        .map(
                                label ->
                                        "("
                                                + text(label.transactionId())
                                                + ","
                                                + text(label.cardId())
                                                + ","
                                                + text(label.terminalId())
                                                + ","
                                                + text(label.merchantId())
                                                + ","
                                                + label.eventTime()
                                                + ","
                                                + label.fraud()
                                                + ","
                                                + label.knownAt()
                                                + ","
                                                + text(label.source())
                                                + ")")
                        .toList();
        copy(
                "labels",
                labels.get(0).eventTime(),
                "transaction_id VARCHAR, card_id VARCHAR, terminal_id VARCHAR, merchant_id VARCHAR,"
                        + " event_time BIGINT, fraud BOOLEAN, known_at BIGINT, source VARCHAR",
                values);
    }

    private void copy(String table, long eventTime, String columns, List<String> values)
            throws SQLException, IOException {
        Path day = Files.createDirectories(partition(table, eventTime));
        sql(
                "CREATE TABLE rows (" + columns + ")",
                "INSERT INTO rows VALUES " + String.join(",", values),
                "COPY rows TO '"
                        + escaped(day.resolve("part-" + parts++ + ".parquet"))
                        + "' (FORMAT parquet, COMPRESSION zstd)");
    }

    private Path partition(String table, long eventTime) {
        LocalDate day = Instant.ofEpochMilli(eventTime).atOffset(ZoneOffset.UTC).toLocalDate();
        return store.resolve(table).resolve("event_date=" + day);
    }

    private static void sql(String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static String text(String value) {
        return value == null ? "NULL" : "'" + value + "'";
    }

    private static String escaped(Path file) {
        return file.toString().replace("'", "''");
    }
}
