package io.fraudstream.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which files an event store consists of: {@code TABLE/event_date=YYYY-MM-DD/*.parquet}. Files
 * whose names begin with a dot or an underscore are still being written and are no part of it. A
 * visible file never changes; it can only be replaced by others, which are there before it goes.
 */
final class StoreFiles {
    static final String TRANSACTIONS = "transactions";
    static final String LABELS = "labels";

    static final List<String> TABLES = List.of(TRANSACTIONS, LABELS);

    /** How the names of files begin that a keeper wrote. */
    static final String KEPT = "kept-";

    private static final String PARTITION = "event_date=";
    private static final int ATTEMPTS = 10;

    private final Path store;

    StoreFiles(Path store) {
        this.store = store;
    }

    /** Lists the files that a query needs. */
    @FunctionalInterface
    interface Listing {
        NavigableMap<LocalDate, List<Path>> days() throws StoreException;
    }

    /** What is asked of a listing's files. */
    @FunctionalInterface
    interface Query<T> {
        T run(Connection connection, NavigableMap<LocalDate, List<Path>> days) throws SQLException;
    }

    /** What is done with a connection. */
    @FunctionalInterface
    interface Work<T> {
        T run(Connection connection) throws SQLException, StoreException;
    }

    /** The finished files of each day of both tables. */
    NavigableMap<LocalDate, List<Path>> days() throws StoreException {
        NavigableMap<LocalDate, List<Path>> days = days(TRANSACTIONS);
        for (Map.Entry<LocalDate, List<Path>> day : days(LABELS).entrySet()) {
            days.merge(
                    day.getKey(),
                    day.getValue(),
                    (one, other) -> Stream.concat(one.stream(), other.stream()).toList());
        }
        return days;
    }

    static String tableOf(Path file) {
        return file.getParent().getParent().getFileName().toString();
    }

    /** The finished files of each day; none where the directory does not exist. */
    NavigableMap<LocalDate, List<Path>> days(String table) throws StoreException {
        return days(table, StoreFiles::isFinished);
    }

    /** The finished files of one day, as {@link #days} gives them. */
    NavigableMap<LocalDate, List<Path>> day(String table, LocalDate day) throws StoreException {
        NavigableMap<LocalDate, List<Path>> days = new TreeMap<>();
        List<Path> files = listed(partition(table, day), StoreFiles::isFinished);
        if (!files.isEmpty()) {
            days.put(day, files);
        }
        return days;
    }

    /** The files of each day that the condition holds for, visible or not. */
    NavigableMap<LocalDate, List<Path>> days(String table, Predicate<Path> condition)
            throws StoreException {
        NavigableMap<LocalDate, List<Path>> days = new TreeMap<>();
        Path directory = store.resolve(table);
        if (!Files.isDirectory(directory)) {
            return days;
        }
        try (Stream<Path> partitions = Files.list(directory)) {
            for (Path partition : partitions.sorted().toList()) {
                String name = partition.getFileName().toString();
                if (!name.startsWith(PARTITION)) {
                    continue;
                }
                LocalDate day = LocalDate.parse(name.substring(PARTITION.length()));
                List<Path> files = listed(partition, condition);
                if (!files.isEmpty()) {
                    days.put(day, files);
                }
            }
            return days;
        } catch (IOException | DateTimeParseException broken) {
            throw new StoreException(
                    "event store "
                            + directory
                            + " cannot be listed, expected directories such as "
                            + PARTITION
                            + "2018-04-01: "
                            + broken.getMessage(),
                    broken);
        }
    }

    int count(String table, Predicate<Path> condition) throws StoreException {
        return days(table, condition).values().stream().mapToInt(List::size).sum();
    }

    private Path partition(String table, LocalDate day) {
        return store.resolve(table).resolve(PARTITION + day);
    }

    /**
     * Lists until two listings agree: a single one may pass over a file that comes as well as the
     * one that goes for it.
     */
    private static List<Path> listed(Path partition, Predicate<Path> condition)
            throws StoreException {
        List<Path> before = listedOnce(partition, condition);
        while (true) {
            List<Path> now = listedOnce(partition, condition);
            if (now.equals(before)) {
                return now;
            }
            before = now;
        }
    }

    private static List<Path> listedOnce(Path partition, Predicate<Path> condition)
            throws StoreException {
        try (Stream<Path> files = Files.list(partition)) {
            return files.filter(condition).sorted().toList();
        } catch (NoSuchFileException none) {
            return List.of();
        } catch (IOException broken) {
            throw new StoreException(
                    "event store " + partition + " cannot be listed: " + broken.getMessage(),
                    broken);
        }
    }

    static boolean isFinished(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".parquet") && !name.startsWith(".") && !name.startsWith("_");
    }

    /** Whether the job is writing it, or was when it ended. */
    static boolean isUnfinished(Path file) {
        return !isFinished(file) && !file.getFileName().toString().startsWith("." + KEPT);
    }

    /** Lends a connection for several queries. */
    <T> T connected(Work<T> work) throws StoreException {
        try (Connection connection = connect(null)) {
            return work.run(connection);
        } catch (SQLException broken) {
            throw unreadable(broken);
        }
    }

    /** Runs a single query, as {@link #query(Connection, Listing, Query)} does. */
    <T> T query(Listing listing, Query<T> query) throws StoreException {
        return connected(connection -> query(connection, listing, query));
    }

    /**
     * Runs a query over a listing's files. Where one of them has gone meanwhile, lists and runs
     * again: its rows are in another file then, or gone by request.
     */
    <T> T query(Connection connection, Listing listing, Query<T> query) throws StoreException {
        for (int attempt = 1; ; attempt++) {
            NavigableMap<LocalDate, List<Path>> days = listing.days();
            try {
                return query.run(connection, days);
            } catch (SQLException broken) {
                boolean whole =
                        days.values().stream().flatMap(List::stream).allMatch(Files::exists);
                if (whole || attempt == ATTEMPTS) {
                    throw unreadable(broken);
                }
            }
        }
    }

    private StoreException unreadable(SQLException broken) {
        return new StoreException(
                "event store " + store + " cannot be read: " + broken.getMessage(), broken);
    }

    /**
     * @param spill where DuckDB puts what does not fit into memory; {@code null} for its own choice
     */
    static Connection connect(Path spill) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("jdbc_stream_results", "true");
        properties.setProperty("memory_limit", "1GB");
        if (spill != null) {
            properties.setProperty("temp_directory", spill.toString());
        }
        return DriverManager.getConnection("jdbc:duckdb:", properties);
    }

    /** Files as a table; a column that one of them lacks is null there. */
    static String table(Collection<Path> files) {
        return "read_parquet(" + list(files) + ", union_by_name = true, hive_partitioning = false)";
    }

    /** Files as a list of SQL. */
    static String list(Collection<Path> files) {
        return files.stream().map(StoreFiles::text).collect(Collectors.joining(", ", "[", "]"));
    }

    /** A text of SQL. */
    static String text(Object value) {
        return "'" + value.toString().replace("'", "''") + "'";
    }
}
