package io.fraudstream.training;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.stream.Collectors;

/**
 * How well the stored labels fit the stored transactions. A label that was stored twice counts
 * once. Verdicts on one transaction (by id and event time) are taken in the order in which they
 * became known.
 *
 * @param labels all that are different
 * @param frauds those of {@code labels} that say fraud
 * @param unmatched those whose transaction is not stored
 * @param mismatched those whose transaction is stored, but with another event time, terminal or
 *     merchant, so that they don't count in the terminal's features
 * @param withoutTerminal those with neither terminal nor merchant, which don't count there either
 * @param contradictory those that differ from the verdict before
 * @param repeated those that agree with the verdict before
 * @param lag from event time to {@code knownAt}, milliseconds
 */
public record LabelCheck(
        long labels,
        long frauds,
        long unmatched,
        long mismatched,
        long withoutTerminal,
        long contradictory,
        long repeated,
        Lag lag) {

    /** Quantiles, milliseconds; all 0 without labels. */
    public record Lag(long p50, long p90, long p99, long max) {}

    private static final String NO_TRANSACTIONS =
            "(SELECT NULL::VARCHAR AS transaction_id, 0::BIGINT AS event_time,"
                    + " NULL::VARCHAR AS terminal_id, NULL::VARCHAR AS merchant_id WHERE false)";

    /** The same as {@link io.fraudstream.transaction.Transaction#terminalKey()}. */
    private static final String PLACE = "coalesce(terminal_id, 'm:' || merchant_id)";

    private static final String CHECK =
            """
            WITH verdicts AS (
              SELECT DISTINCT transaction_id, card_id, terminal_id, merchant_id, event_time, fraud,
                known_at, source
              FROM %s),
            told AS (
              SELECT *, %s AS place, known_at - event_time AS lag,
                lag(fraud) OVER (PARTITION BY transaction_id, event_time ORDER BY known_at, fraud)
                  AS before
              FROM verdicts),
            stored AS (
              SELECT DISTINCT transaction_id, event_time, %s AS place
              FROM %s
              WHERE transaction_id IN (SELECT transaction_id FROM verdicts)),
            checked AS (
              SELECT told.*,
                EXISTS (FROM stored s WHERE s.transaction_id = told.transaction_id) AS known,
                EXISTS (FROM stored s WHERE s.transaction_id = told.transaction_id
                  AND s.event_time = told.event_time
                  AND (told.place IS NULL OR s.place = told.place)) AS fits
              FROM told)
            SELECT count(*), count(*) FILTER (fraud), count(*) FILTER (NOT known),
              count(*) FILTER (known AND NOT fits), count(*) FILTER (place IS NULL),
              count(*) FILTER (before <> fraud), count(*) FILTER (before = fraud),
              quantile_disc(lag, 0.5), quantile_disc(lag, 0.9), quantile_disc(lag, 0.99), max(lag)
            FROM checked\
            """;

    /**
     * Checks a store.
     *
     * @throws StoreException if a file is broken
     */
    public static LabelCheck of(Path store) throws StoreException {
        StoreFiles files = new StoreFiles(store);
        return files.query(files::days, LabelCheck::check);
    }

    private static LabelCheck check(Connection connection, NavigableMap<LocalDate, List<Path>> days)
            throws SQLException {
        Map<String, List<Path>> tables =
                days.values().stream()
                        .flatMap(List::stream)
                        .collect(Collectors.groupingBy(StoreFiles::tableOf));
        if (!tables.containsKey(StoreFiles.LABELS)) {
            return new LabelCheck(0, 0, 0, 0, 0, 0, 0, new Lag(0, 0, 0, 0));
        }
        List<Path> labels = tables.get(StoreFiles.LABELS);
        List<Path> transactions = tables.get(StoreFiles.TRANSACTIONS);
        String check =
                CHECK.formatted(
                        StoreFiles.table(labels),
                        PLACE,
                        PLACE,
                        transactions == null ? NO_TRANSACTIONS : StoreFiles.table(transactions));
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(check)) {
            result.next();
            return new LabelCheck(
                    result.getLong(1),
                    result.getLong(2),
                    result.getLong(3),
                    result.getLong(4),
                    result.getLong(5),
                    result.getLong(6),
                    result.getLong(7),
                    new Lag(
                            result.getLong(8),
                            result.getLong(9),
                            result.getLong(10),
                            result.getLong(11)));
        }
    }
}
