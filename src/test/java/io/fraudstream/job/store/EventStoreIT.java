package io.fraudstream.job.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.fraudstream.alert.Decision;
import io.fraudstream.alert.ScoredTransaction;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.features.FeatureSpec;
import io.fraudstream.job.SimulatedRecording;
import io.fraudstream.job.state.JobTypes;
import io.fraudstream.transaction.EntryMode;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.MessageType;
import io.fraudstream.transaction.Transaction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The files of the event store as DuckDB, and so the trainer, reads them. */
@Timeout(120)
class EventStoreIT {
    private static final FeatureSchema SCHEMA =
            new FeatureSchema(SimulatedRecording.CODECS.rates());
    private static final long LAST_MOMENT =
            Instant.parse("2024-02-29T23:59:59.999Z").toEpochMilli();
    private static final Transaction FULL =
            new Transaction(
                    "full",
                    LAST_MOMENT,
                    "card",
                    -1234,
                    "USD",
                    1100,
                    "terminal",
                    "merchant",
                    "5411",
                    "PT",
                    EntryMode.CHIP,
                    38.75,
                    -9.5,
                    "device",
                    "00",
                    MessageType.REVERSAL,
                    "original");
    private static final Transaction BARE =
            new Transaction(
                    "bare",
                    LAST_MOMENT + 1,
                    "card",
                    5,
                    "EUR",
                    5,
                    null,
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

    @TempDir private static Path parent;

    /** A space in its name, which a URI writes in another way. */
    private static Path directory;

    @BeforeAll
    static void store() throws Exception {
        directory = parent.resolve("event store");
        float[] features = new float[SCHEMA.size()];
        for (int i = 0; i < features.length; i++) {
            features[i] = i + 0.1f;
        }
        features[3] = Float.NaN;
        ScoredTransaction scored =
                new ScoredTransaction(
                        FULL,
                        features,
                        0.1,
                        0.9,
                        "bundle",
                        Decision.PASS,
                        List.of(),
                        true,
                        true,
                        77,
                        0.3,
                        "beside",
                        null);
        ScoredTransaction observed =
                new ScoredTransaction(
                        BARE,
                        features,
                        Double.NaN,
                        Double.NaN,
                        null,
                        Decision.OBSERVE,
                        List.of(),
                        false,
                        false,
                        78);
        FraudLabel label =
                new FraudLabel(
                        "full",
                        "card",
                        null,
                        "merchant",
                        LAST_MOMENT,
                        true,
                        LAST_MOMENT + 5,
                        "analyst");

        Configuration configuration = new Configuration();
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(1, configuration);
        env.fromData(List.of(scored, observed), JobTypes.SCORED)
                .sinkTo(
                        EventStore.transactions(
                                directory.toUri().toString(), SimulatedRecording.CODECS));
        env.fromData(List.of(label), JobTypes.LABEL)
                .sinkTo(EventStore.labels(directory.toUri().toString()));
        env.execute("store");
    }

    @Test
    void transactionsHaveAllTheirColumns() throws SQLException {
        List<String> expected =
                new ArrayList<>(
                        List.of(
                                "transaction_id VARCHAR",
                                "event_time BIGINT",
                                "card_id VARCHAR",
                                "amount_minor BIGINT",
                                "currency VARCHAR",
                                "base_amount_minor BIGINT",
                                "terminal_id VARCHAR",
                                "merchant_id VARCHAR",
                                "mcc VARCHAR",
                                "country VARCHAR",
                                "entry_mode VARCHAR",
                                "latitude DOUBLE",
                                "longitude DOUBLE",
                                "device_id VARCHAR",
                                "response_code VARCHAR",
                                "message_type VARCHAR",
                                "original_transaction_id VARCHAR",
                                "score DOUBLE",
                                "bundle_id VARCHAR",
                                "decision VARCHAR",
                                "scored_late BOOLEAN",
                                "approximate BOOLEAN",
                                "received_at BIGINT",
                                "shadow_score DOUBLE",
                                "shadow_bundle_id VARCHAR",
                                "feature_fingerprint VARCHAR"));
        for (FeatureSpec spec : SCHEMA.specs()) {
            expected.add("f_" + spec.name() + " FLOAT");
        }
        expected.add("event_date DATE");

        assertThat(query("describe select * from " + table("transactions")))
                .extracting(row -> row.get("column_name") + " " + row.get("column_type"))
                .isEqualTo(expected);
        assertThat(query("describe select * from " + table("labels")))
                .extracting(row -> row.get("column_name") + " " + row.get("column_type"))
                .containsExactly(
                        "transaction_id VARCHAR",
                        "card_id VARCHAR",
                        "terminal_id VARCHAR",
                        "merchant_id VARCHAR",
                        "event_time BIGINT",
                        "fraud BOOLEAN",
                        "known_at BIGINT",
                        "source VARCHAR",
                        "event_date DATE");
    }

    @Test
    void valuesComeBackAsTheyWere() throws SQLException {
        List<Map<String, Object>> rows =
                query("select * from " + table("transactions") + " order by event_time");

        assertThat(rows).hasSize(2);
        assertThat(rows.get(0))
                .containsEntry("transaction_id", "full")
                .containsEntry("event_time", LAST_MOMENT)
                .containsEntry("amount_minor", -1234L)
                .containsEntry("base_amount_minor", 1100L)
                .containsEntry("entry_mode", EntryMode.CHIP.wireName())
                .containsEntry("latitude", 38.75)
                .containsEntry("message_type", MessageType.REVERSAL.wireName())
                .containsEntry("original_transaction_id", "original")
                .containsEntry("score", 0.1)
                .containsEntry("decision", "pass")
                .containsEntry("scored_late", true)
                .containsEntry("received_at", 77L)
                .containsEntry("shadow_score", 0.3)
                .containsEntry("shadow_bundle_id", "beside")
                .containsEntry("feature_fingerprint", SCHEMA.fingerprint())
                .containsEntry("f_" + SCHEMA.specs().get(0).name(), 0.1f)
                .containsEntry("f_" + SCHEMA.specs().get(3).name(), Float.NaN);
        assertThat(rows.get(1))
                .containsEntry("transaction_id", "bare")
                .containsEntry("terminal_id", null)
                .containsEntry("latitude", null)
                .containsEntry("score", null)
                .containsEntry("bundle_id", null)
                .containsEntry("shadow_score", null)
                .containsEntry("shadow_bundle_id", null)
                .containsEntry("decision", "observe");
        assertThat(query("select * from " + table("labels")))
                .singleElement()
                .satisfies(
                        row ->
                                assertThat(row)
                                        .containsEntry("transaction_id", "full")
                                        .containsEntry("terminal_id", null)
                                        .containsEntry("fraud", true)
                                        .containsEntry("known_at", LAST_MOMENT + 5));
    }

    @Test
    void filesLieByEventDateAndAreCompressed() throws SQLException {
        assertThat(
                        query(
                                "select transaction_id, event_date::varchar as day from "
                                        + table("transactions")
                                        + " order by event_time"))
                .extracting(row -> row.get("transaction_id") + " " + row.get("day"))
                .containsExactly("full 2024-02-29", "bare 2024-03-01");
        assertThat(
                        query(
                                "select distinct compression from parquet_metadata('"
                                        + files("transactions")
                                        + "')"))
                .extracting(row -> row.get("compression"))
                .containsExactly("ZSTD");
        assertThat(directory.resolve("labels/event_date=2024-02-29")).isNotEmptyDirectory();
    }

    /** The query that the README shows to others. */
    @Test
    void theReadmesQueryFindsEachDay() throws Exception {
        String readme = Files.readString(Path.of("README.md"));
        String sql = readme.split("```sql\n", 2)[1].split(";", 2)[0];
        assertThat(sql).contains("'data/store/");

        List<Map<String, Object>> days = query(sql.replace("'data/store/", "'" + directory + "/"));

        assertThat(days)
                .extracting(day -> day.get("event_date") + " " + day.get("events"))
                .containsExactly("2024-02-29 1", "2024-03-01 1");
        assertThat(days).extracting(day -> day.get("alerts")).containsExactly(0L, 0L);
        assertThat(days).extracting(day -> day.get("mean_score")).containsExactly(0.1, null);
    }

    private static String table(String name) {
        return "read_parquet('" + files(name) + "', hive_partitioning = true)";
    }

    private static String files(String name) {
        return directory + "/" + name + "/event_date=????-??-??/*.parquet";
    }

    private static List<Map<String, Object>> query(String sql) throws SQLException {
        List<Map<String, Object>> rows = new ArrayList<>();
        try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duck.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            while (found.next()) {
                Map<String, Object> row = new LinkedHashMap<>();
                for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
                    row.put(found.getMetaData().getColumnName(i), found.getObject(i));
                }
                rows.add(row);
            }
        }
        return rows;
    }
}
