package io.fraudstream.training;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What an event store holds.
 *
 * @param unfinished files that the job is writing, or was when it ended
 */
public record StoreStatus(List<Day> days, int unfinished) {
    /**
     * One day of one table.
     *
     * @param rows repeated ones too
     * @param fingerprints how many rows carry features of which schema; empty for labels
     */
    public record Day(
            String table,
            LocalDate date,
            int files,
            long rows,
            long bytes,
            Map<String, Long> fingerprints) {}

    /**
     * Looks through a store.
     *
     * @param watcher told of days
     * @throws StoreException if a file is broken
     */
    public static StoreStatus of(Path store, StoreKeeper.Watcher watcher) throws StoreException {
        StoreFiles files = new StoreFiles(store);
        NavigableMap<LocalDate, List<Path>> listed = files.days();
        List<Day> days =
                files.connected(
                        connection -> {
                            List<Day> seen = new ArrayList<>();
                            int done = 0;
                            for (LocalDate date : listed.keySet()) {
                                watcher.at(done++, listed.size());
                                for (String table : StoreFiles.TABLES) {
                                    Day day =
                                            files.query(
                                                    connection,
                                                    () -> files.day(table, date),
                                                    (same, some) ->
                                                            day(
                                                                    same,
                                                                    table,
                                                                    date,
                                                                    some.getOrDefault(
                                                                            date, List.of())));
                                    if (day.files() > 0) {
                                        seen.add(day);
                                    }
                                }
                            }
                            watcher.at(done, done);
                            return seen;
                        });
        int unfinished = 0;
        for (String table : StoreFiles.TABLES) {
            unfinished += files.count(table, StoreFiles::isUnfinished);
        }
        return new StoreStatus(days, unfinished);
    }

    private static Day day(Connection connection, String table, LocalDate date, List<Path> finished)
            throws SQLException {
        if (finished.isEmpty()) {
            return new Day(table, date, 0, 0, 0, Map.of());
        }
        long rows = 0;
        long bytes = 0;
        try (Statement statement = connection.createStatement();
                ResultSet result =
                        statement.executeQuery(
                                "SELECT sum(num_rows) FROM parquet_file_metadata("
                                        + StoreFiles.list(finished)
                                        + ")")) {
            result.next();
            rows = result.getLong(1);
        }
        for (Path file : finished) {
            bytes += file.toFile().length();
        }
        Map<String, Long> fingerprints = new TreeMap<>();
        if (table.equals(StoreFiles.TRANSACTIONS)) {
            try (Statement statement = connection.createStatement();
                    ResultSet result =
                            statement.executeQuery(
                                    "SELECT feature_fingerprint, count(*) FROM "
                                            + StoreFiles.table(finished)
                                            + " GROUP BY ALL")) {
                while (result.next()) {
                    fingerprints.put(result.getString(1), result.getLong(2));
                }
            }
        }
        return new Day(table, date, finished.size(), rows, bytes, fingerprints);
    }
}
