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
import java.util.TreeMap;
import java.util.stream.Collectors;

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
        List<Day> days = new ArrayList<>();
        int unfinished = 0;
        for (String table : StoreFiles.TABLES) {
            unfinished +=
                    files.days(table, StoreFiles::isUnfinished).values().stream()
                            .mapToInt(List::size)
                            .sum();
            List<LocalDate> dates = List.copyOf(files.days(table).keySet());
            for (int i = 0; i < dates.size(); i++) {
                watcher.at(i, dates.size());
                LocalDate date = dates.get(i);
                days.addAll(
                        files.query(
                                () -> files.day(table, date),
                                (connection, listed) ->
                                        // The day may have been removed meanwhile.
                                        listed.isEmpty()
                                                ? List.of()
                                                : List.of(
                                                        day(
                                                                connection,
                                                                table,
                                                                date,
                                                                listed.get(date)))));
            }
            watcher.at(dates.size(), dates.size());
        }
        return new StoreStatus(days, unfinished);
    }

    private static Day day(Connection connection, String table, LocalDate date, List<Path> finished)
            throws SQLException {
        long rows = 0;
        long bytes = 0;
        try (Statement statement = connection.createStatement();
                ResultSet result =
                        statement.executeQuery(
                                "SELECT sum(num_rows) FROM parquet_file_metadata(["
                                        + finished.stream()
                                                .map(StoreFiles::text)
                                                .collect(Collectors.joining(", "))
                                        + "])")) {
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
