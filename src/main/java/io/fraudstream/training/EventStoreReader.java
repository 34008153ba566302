package io.fraudstream.training;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.features.FeatureSpec;
import io.fraudstream.transaction.EntryMode;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.MessageType;
import io.fraudstream.transaction.Transaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads what the job stored, through DuckDB: Parquet files under {@code
 * transactions/event_date=YYYY-MM-DD/} and {@code labels/event_date=YYYY-MM-DD/}. Days are read one
 * by one, so memory does not grow with the store. Files whose names begin with a dot or an
 * underscore are still being written and are passed over.
 */
public final class EventStoreReader {
    private static final String PARTITION = "event_date=";
    private static final String[] TRANSACTION_COLUMNS = {
        "transaction_id",
        "event_time",
        "card_id",
        "amount_minor",
        "currency",
        "base_amount_minor",
        "terminal_id",
        "merchant_id",
        "mcc",
        "country",
        "entry_mode",
        "latitude",
        "longitude",
        "device_id",
        "response_code",
        "message_type",
        "original_transaction_id",
        "score",
        "bundle_id",
        "decision",
        "scored_late",
        "approximate",
        "received_at"
    };
    private static final String[] ROW_COLUMNS = {
        "transaction_id",
        "event_time",
        "card_id",
        "message_type",
        "approximate",
        "base_amount_minor",
        "mcc",
        "country",
        "entry_mode"
    };

    private final Path store;
    private final FeatureSchema schema;

    /**
     * What a reading passed over.
     *
     * @param rows handed on
     * @param duplicates left out because their id had come within 7 days
     * @param otherFeatures left out because they carry vectors of another schema
     */
    public record Counts(long rows, long duplicates, long otherFeatures) {}

    /** The first and the last event time of a store, milliseconds since the epoch. */
    public record Span(long first, long last) {}

    public EventStoreReader(Path store, FeatureSchema schema) {
        this.store = store;
        this.schema = schema;
    }

    /** The event times of the store's transactions; empty where it holds none. */
    public Optional<Span> span() throws StoreException {
        NavigableMap<LocalDate, List<Path>> days = days("transactions");
        if (days.isEmpty()) {
            return Optional.empty();
        }
        return query(
                connection -> {
                    List<Path> ends = new ArrayList<>(days.firstEntry().getValue());
                    ends.addAll(days.lastEntry().getValue());
                    try (Statement statement = connection.createStatement();
                            ResultSet result =
                                    statement.executeQuery(
                                            "SELECT min(event_time), max(event_time) FROM "
                                                    + files(ends))) {
                        result.next();
                        Span span = new Span(result.getLong(1), result.getLong(2));
                        return result.wasNull() ? Optional.empty() : Optional.of(span);
                    }
                });
    }

    /**
     * Hands on every event from {@code from} on and before {@code to} in (event time, id) order,
     * with its sequence.
     *
     * @param from milliseconds since the epoch
     */
    public Counts read(long from, long to, Consumer<FeatureRow> rows) throws StoreException {
        NavigableMap<LocalDate, List<Path>> days = days("transactions");
        LocalDate first = dayOf(from - FeatureSchema.CARD_HORIZON);
        return query(
                connection -> {
                    CardSequences sequences = new CardSequences();
                    RecentIds recentIds = new RecentIds();
                    long[] counts = new long[3];
                    for (Map.Entry<LocalDate, List<Path>> day : days.entrySet()) {
                        if (day.getKey().isBefore(first) || day.getKey().isAfter(dayOf(to - 1))) {
                            continue;
                        }
                        long usable = countUsable(connection, day.getValue(), counts);
                        if (usable == 0) {
                            continue;
                        }
                        String select =
                                "SELECT "
                                        + columns(ROW_COLUMNS)
                                        + " FROM "
                                        + files(day.getValue())
                                        + " WHERE feature_fingerprint = ? ORDER BY event_time,"
                                        + " transaction_id, received_at";
                        try (PreparedStatement statement = connection.prepareStatement(select)) {
                            statement.setString(1, schema.fingerprint());
                            try (ResultSet result = statement.executeQuery()) {
                                while (result.next()) {
                                    FeatureRow row = row(result, sequences, recentIds);
                                    if (row == null) {
                                        counts[1]++;
                                    } else if (row.eventTime() >= from && row.eventTime() < to) {
                                        counts[0]++;
                                        rows.accept(row);
                                    }
                                }
                            }
                        }
                    }
                    return new Counts(counts[0], counts[1], counts[2]);
                });
    }

    private long countUsable(Connection connection, List<Path> files, long[] counts)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT count(*) FILTER (WHERE feature_fingerprint = ?), count(*) FROM "
                                + files(files))) {
            statement.setString(1, schema.fingerprint());
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                counts[2] += result.getLong(2) - result.getLong(1);
                return result.getLong(1);
            }
        }
    }

    private FeatureRow row(ResultSet result, CardSequences sequences, RecentIds recentIds)
            throws SQLException {
        String id = result.getString(1);
        long eventTime = result.getLong(2);
        if (!recentIds.isNew(id, eventTime)) {
            return null;
        }
        String card = result.getString(3);
        boolean reversal = messageType(result.getString(4)) == MessageType.REVERSAL;
        boolean approximate = result.getBoolean(5);
        float[] vector = vector(result, ROW_COLUMNS.length);
        return new FeatureRow(
                id,
                eventTime,
                card,
                reversal,
                approximate,
                new Attributes(
                        result.getLong(6),
                        result.getString(7),
                        result.getString(8),
                        entryMode(result.getString(9))),
                sequences.next(card, eventTime, vector));
    }

    private float[] vector(ResultSet result, int columnsBefore) throws SQLException {
        float[] vector = new float[schema.size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = result.getFloat(columnsBefore + 1 + i);
        }
        return vector;
    }

    /**
     * How one event was served.
     *
     * @param score calibrated; NaN in observe mode
     * @param bundleId of the model that scored; {@code null} in observe mode
     * @param receivedAt the record's own timestamp, milliseconds since the epoch
     */
    public record Served(
            String transactionId,
            double score,
            String bundleId,
            boolean alerted,
            long receivedAt) {}

    /**
     * Hands on how each event from {@code from} on and before {@code to} was served, in no order;
     * an id that came again comes again.
     *
     * @param from milliseconds since the epoch
     */
    public void served(long from, long to, Consumer<Served> events) throws StoreException {
        for (List<Path> ofDay : days("transactions").tailMap(dayOf(from), true).values()) {
            query(
                    connection -> {
                        try (PreparedStatement statement =
                                connection.prepareStatement(
                                        "SELECT transaction_id, score, bundle_id, decision,"
                                                + " received_at FROM "
                                                + files(ofDay)
                                                + " WHERE event_time >= ? AND event_time < ?")) {
                            statement.setLong(1, from);
                            statement.setLong(2, to);
                            try (ResultSet result = statement.executeQuery()) {
                                while (result.next()) {
                                    events.accept(
                                            new Served(
                                                    result.getString(1),
                                                    number(result, 2),
                                                    result.getString(3),
                                                    "alert".equals(result.getString(4)),
                                                    result.getLong(5)));
                                }
                            }
                        }
                        return null;
                    });
        }
    }

    /** All labels in the order in which they became known. */
    public List<FraudLabel> labels() throws StoreException {
        List<Path> files = days("labels").values().stream().flatMap(Collection::stream).toList();
        if (files.isEmpty()) {
            return List.of();
        }
        return query(
                connection -> {
                    List<FraudLabel> labels = new ArrayList<>();
                    try (Statement statement = connection.createStatement();
                            ResultSet result =
                                    statement.executeQuery(
                                            "SELECT DISTINCT transaction_id, card_id, terminal_id,"
                                                    + " merchant_id, event_time, fraud, known_at,"
                                                    + " source FROM "
                                                    + files(files))) {
                        while (result.next()) {
                            labels.add(
                                    new FraudLabel(
                                            result.getString(1),
                                            result.getString(2),
                                            result.getString(3),
                                            result.getString(4),
                                            result.getLong(5),
                                            result.getBoolean(6),
                                            result.getLong(7),
                                            result.getString(8)));
                        }
                    }
                    labels.sort(OfflineFeatures.LABEL_ORDER);
                    return labels;
                });
    }

    /**
     * One event by its transaction id, with vectors of this reader's schema; the last one where an
     * id came again.
     */
    public Optional<StoredEvent> find(String transactionId) throws StoreException {
        NavigableMap<LocalDate, List<Path>> days = days("transactions");
        return query(
                connection -> {
                    for (LocalDate day : days.descendingKeySet()) {
                        List<Path> files = days.get(day);
                        if (countUsable(connection, files, new long[3]) == 0) {
                            continue;
                        }
                        String select =
                                "SELECT "
                                        + columns(TRANSACTION_COLUMNS)
                                        + " FROM "
                                        + files(files)
                                        + " WHERE feature_fingerprint = ? AND transaction_id = ?"
                                        + " ORDER BY event_time DESC, received_at LIMIT 1";
                        try (PreparedStatement statement = connection.prepareStatement(select)) {
                            statement.setString(1, schema.fingerprint());
                            statement.setString(2, transactionId);
                            try (ResultSet result = statement.executeQuery()) {
                                if (result.next()) {
                                    return Optional.of(storedEvent(connection, days, result));
                                }
                            }
                        }
                    }
                    return Optional.empty();
                });
    }

    private StoredEvent storedEvent(
            Connection connection, NavigableMap<LocalDate, List<Path>> days, ResultSet result)
            throws SQLException {
        Transaction t =
                new Transaction(
                        result.getString(1),
                        result.getLong(2),
                        result.getString(3),
                        result.getLong(4),
                        result.getString(5),
                        result.getLong(6),
                        result.getString(7),
                        result.getString(8),
                        result.getString(9),
                        result.getString(10),
                        entryMode(result.getString(11)),
                        number(result, 12),
                        number(result, 13),
                        result.getString(14),
                        result.getString(15),
                        messageType(result.getString(16)),
                        result.getString(17));
        boolean approximate = result.getBoolean(22);
        float[][] sequence = sequence(connection, days, t);
        return new StoredEvent(
                t,
                number(result, 18),
                result.getString(19),
                result.getString(20),
                result.getBoolean(21),
                result.getLong(23),
                new FeatureRow(
                        t.id(),
                        t.eventTime(),
                        t.cardId(),
                        t.isReversal(),
                        approximate,
                        Attributes.of(t),
                        sequence));
    }

    /** Replays the card's stored vectors within the horizon up to this event. */
    private float[][] sequence(
            Connection connection, NavigableMap<LocalDate, List<Path>> days, Transaction t)
            throws SQLException {
        CardSequences sequences = new CardSequences();
        RecentIds recentIds = new RecentIds();
        LocalDate first = dayOf(t.eventTime() - FeatureSchema.CARD_HORIZON);
        List<Path> files = new ArrayList<>();
        for (List<Path> ofDay : days.subMap(first, true, dayOf(t.eventTime()), true).values()) {
            if (countUsable(connection, ofDay, new long[3]) > 0) {
                files.addAll(ofDay);
            }
        }
        String select =
                "SELECT "
                        + columns(ROW_COLUMNS)
                        + " FROM "
                        + files(files)
                        + " WHERE feature_fingerprint = ? AND card_id = ? AND event_time <= ?"
                        + " ORDER BY event_time, transaction_id, received_at";
        try (PreparedStatement statement = connection.prepareStatement(select)) {
            statement.setString(1, schema.fingerprint());
            statement.setString(2, t.cardId());
            statement.setLong(3, t.eventTime());
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    FeatureRow row = row(result, sequences, recentIds);
                    if (row != null
                            && row.transactionId().equals(t.id())
                            && row.eventTime() == t.eventTime()) {
                        return row.sequence();
                    }
                }
            }
        }
        throw new IllegalStateException(
                "transaction " + t.id() + " is not among its own card's events");
    }

    private static double number(ResultSet result, int column) throws SQLException {
        double value = result.getDouble(column);
        return result.wasNull() ? Double.NaN : value;
    }

    private static EntryMode entryMode(String wireName) {
        return wireName == null ? null : EntryMode.valueOf(wireName.toUpperCase(Locale.ROOT));
    }

    private static MessageType messageType(String wireName) {
        return MessageType.valueOf(wireName.toUpperCase(Locale.ROOT));
    }

    private String columns(String[] names) {
        String features =
                schema.specs().stream()
                        .map(FeatureSpec::name)
                        .map(name -> ", \"f_" + name + "\"")
                        .collect(Collectors.joining());
        return String.join(", ", names) + features;
    }

    private static String files(Collection<Path> files) {
        return files.stream()
                .map(file -> "'" + file.toString().replace("'", "''") + "'")
                .collect(
                        Collectors.joining(
                                ", ",
                                "read_parquet([",
                                "], union_by_name = true, hive_partitioning = false)"));
    }

    private static LocalDate dayOf(long eventTime) {
        return Instant.ofEpochMilli(eventTime).atOffset(ZoneOffset.UTC).toLocalDate();
    }

    /** The finished files of each day; none where the directory does not exist. */
    private NavigableMap<LocalDate, List<Path>> days(String table) throws StoreException {
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
                try (Stream<Path> files = Files.list(partition)) {
                    List<Path> finished =
                            files.filter(EventStoreReader::isFinished).sorted().toList();
                    if (!finished.isEmpty()) {
                        days.put(day, finished);
                    }
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

    private static boolean isFinished(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".parquet") && !name.startsWith(".") && !name.startsWith("_");
    }

    @FunctionalInterface
    private interface Query<T> {
        T run(Connection connection) throws SQLException;
    }

    private <T> T query(Query<T> query) throws StoreException {
        Properties properties = new Properties();
        properties.setProperty("jdbc_stream_results", "true");
        properties.setProperty("memory_limit", "1GB");
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:", properties)) {
            return query.run(connection);
        } catch (SQLException broken) {
            throw new StoreException(
                    "event store " + store + " cannot be read: " + broken.getMessage(), broken);
        }
    }
}
