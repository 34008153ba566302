package io.fraudstream.training;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.features.FeatureSpec;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.Transaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/** Writes events with their features into an event store, as far as training reads it. */
public final class StoredSamples {
    private StoredSamples() {}

    /** Days of {@link Samples#stream} with all labels, and features of this schema. */
    public static void write(Path store, int days, long seed, FeatureSchema schema)
            throws SQLException, IOException {
        RecordedEvents events = Samples.stream(days, seed);
        write(store, events, events.labels(), schema);
    }

    /**
     * @param labels that reached the store, which need not be all
     */
    static void write(
            Path store, RecordedEvents events, List<FraudLabel> labels, FeatureSchema schema)
            throws SQLException, IOException {
        Map<String, FeatureRow> rows = new LinkedHashMap<>();
        new OfflineFeatures(schema)
                .run(events.transactions(), labels, row -> rows.put(row.transactionId(), row));
        Files.createDirectories(store);
        try (DuckDBConnection connection =
                        (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            String features =
                    schema.specs().stream()
                            .map(FeatureSpec::name)
                            .map(name -> ", f_" + name + " FLOAT")
                            .collect(Collectors.joining());
            statement.execute(
                    "CREATE TABLE transactions (transaction_id VARCHAR, event_time BIGINT, card_id"
                        + " VARCHAR, message_type VARCHAR, approximate BOOLEAN, base_amount_minor"
                        + " BIGINT, mcc VARCHAR, country VARCHAR, entry_mode VARCHAR, score DOUBLE,"
                        + " bundle_id VARCHAR, decision VARCHAR, received_at BIGINT,"
                        + " feature_fingerprint VARCHAR"
                            + features
                            + ")");
            try (DuckDBAppender appender =
                    connection.createAppender(DuckDBConnection.DEFAULT_SCHEMA, "transactions")) {
                for (Transaction t : events.transactions()) {
                    append(appender, t, rows.get(t.id()).vector(), schema.fingerprint());
                }
            }
            statement.execute(
                    "CREATE TABLE labels (transaction_id VARCHAR, card_id VARCHAR, terminal_id"
                            + " VARCHAR, merchant_id VARCHAR, event_time BIGINT, fraud BOOLEAN,"
                            + " known_at BIGINT, source VARCHAR)");
            try (DuckDBAppender appender =
                    connection.createAppender(DuckDBConnection.DEFAULT_SCHEMA, "labels")) {
                for (FraudLabel label : labels) {
                    append(appender, label);
                }
            }
            for (String table : List.of("transactions", "labels")) {
                statement.execute(
                        "COPY (SELECT *, strftime(make_timestamp(event_time * 1000), '%Y-%m-%d') AS"
                                + " event_date FROM "
                                + table
                                + ") TO '"
                                + store.resolve(table)
                                + "' (FORMAT parquet, PARTITION_BY (event_date))");
            }
        }
    }

    private static void append(
            DuckDBAppender appender, Transaction t, float[] vector, String fingerprint)
            throws SQLException {
        appender.beginRow();
        appender.append(t.id());
        appender.append(t.eventTime());
        appender.append(t.cardId());
        appender.append(t.messageType().wireName());
        appender.append(false);
        appender.append(t.baseAmountMinor());
        appender.append((String) null);
        appender.append((String) null);
        appender.append((String) null);
        appender.append(0.5);
        appender.append("a bundle");
        appender.append(t.eventTime() % 2 == 0 ? "alert" : "pass");
        appender.append(t.eventTime() + 5);
        appender.append(fingerprint);
        for (float value : vector) {
            appender.append(value);
        }
        appender.endRow();
    }

    private static void append(DuckDBAppender appender, FraudLabel label) throws SQLException {
        appender.beginRow();
        appender.append(label.transactionId());
        appender.append(label.cardId());
        appender.append(label.terminalId());
        appender.append(label.merchantId());
        appender.append(label.eventTime());
        appender.append(label.fraud());
        appender.append(label.knownAt());
        appender.append(label.source());
        appender.endRow();
    }
}
