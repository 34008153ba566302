package io.fraudstream.training;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.features.FeatureSpec;
import io.fraudstream.transaction.EntryMode;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.MessageType;
import io.fraudstream.transaction.Transaction;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Reads what the job stored, through DuckDB: Parquet files under {@code
 * transactions/event_date=YYYY-MM-DD/} and {@code labels/event_date=YYYY-MM-DD/}. Days are read one
 * by one, so memory does not grow with the store. Files whose names begin with a dot or an
 * underscore are still being written and are passed over. The store may be written and kept
 * meanwhile: of each day the reader sees all events that were visible when it came to it.
 */
public final class EventStoreReader {
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

    private final StoreFiles files;
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
        this.files = new StoreFiles(store);
        this.schema = schema;
    }

    /** The event times of the store's transactions; empty where it holds none. */
    public Optional<Span> span() throws StoreException {
        return files.query(
                () -> files.days(StoreFiles.TRANSACTIONS),
                (connection, days) -> {
                    if (days.isEmpty()) {
                        return Optional.empty();
                    }
                    List<Path> ends = new ArrayList<>(days.firstEntry().getValue());
                    ends.addAll(days.lastEntry().getValue());
                    try (Statement statement = connection.createStatement();
                            ResultSet result =
                                    statement.executeQuery(
                                            "SELECT min(event_time), max(event_time) FROM "
                                                    + StoreFiles.table(ends))) {
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
        LocalDate first = dayOf(from - FeatureSchema.CARD_HORIZON);
        LocalDate last = dayOf(to - 1);
        Reading reading = new Reading(from, to, rows);
        return files.connected(
                connection -> {
                    long[] counts = new long[3];
                    for (LocalDate day : files.days(StoreFiles.TRANSACTIONS).keySet()) {
                        if (day.isBefore(first) || day.isAfter(last)) {
                            continue;
                        }
                        long[] ofDay =
                                files.query(
                                        connection,
                                        () -> files.day(StoreFiles.TRANSACTIONS, day),
                                        (same, listed) ->
                                                reading.day(
                                                        same, listed.getOrDefault(day, List.of())));
                        for (int i = 0; i < counts.length; i++) {
                            counts[i] += ofDay[i];
                        }
                    }
                    return new Counts(counts[0], counts[1], counts[2]);
                });
    }

    /** A reading on its way from day to day. */
    private final class Reading {
        private final CardSequences sequences = new CardSequences();
        private final RecentIds recentIds = new RecentIds();
        private final long from;
        private final long to;
        private final Consumer<FeatureRow> rows;

        Reading(long from, long to, Consumer<FeatureRow> rows) {
            this.from = from;
            this.to = to;
            this.rows = rows;
        }

        /**
         * Fails before the first row is handed on or not at all: DuckDB has read all files to their
         * ends once it has rows in order. So a day can be tried again.
         */
        long[] day(Connection connection, List<Path> ofDay) throws SQLException {
            long[] counts = new long[3];
            if (ofDay.isEmpty() || countUsable(connection, ofDay, counts) == 0) {
                return counts;
            }
            String select =
                    "SELECT "
                            + columns(ROW_COLUMNS)
                            + " FROM "
                            + StoreFiles.table(ofDay)
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
            return counts;
        }
    }

    private long countUsable(Connection connection, List<Path> ofDay, long[] counts)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT count(*) FILTER (WHERE feature_fingerprint = ?), count(*) FROM "
                                + StoreFiles.table(ofDay))) {
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
     * Hands on how each event from {@code from} on and before {@code to} was served, day by day; an
     * id that came again comes again.
     *
     * @param from milliseconds since the epoch
     */
    public void served(long from, long to, Consumer<Served> events) throws StoreException {
        files.connected(
                connection -> {
                    for (LocalDate day : files.days(StoreFiles.TRANSACTIONS).keySet()) {
                        if (day.isBefore(dayOf(from)) || day.isAfter(dayOf(to - 1))) {
                            continue;
                        }
                        files.query(
                                connection,
                                () -> files.day(StoreFiles.TRANSACTIONS, day),
                                (same, listed) ->
                                        served(
                                                same,
                                                listed.getOrDefault(day, List.of()),
                                                from,
                                                to,
                                                events));
                    }
                    return null;
                });
    }

    /** In order, so that it fails before the first event is handed on or not at all. */
    private static Void served(
            Connection connection, List<Path> ofDay, long from, long to, Consumer<Served> events)
            throws SQLException {
        if (ofDay.isEmpty()) {
            return null;
        }
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT transaction_id, score, bundle_id, decision, received_at FROM "
                                + StoreFiles.table(ofDay)
                                + " WHERE event_time >= ? AND event_time < ? ORDER BY event_time,"
                                + " transaction_id, received_at")) {
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
    }

    /** All labels in the order in which they became known. */
    public List<FraudLabel> labels() throws StoreException {
        return files.query(
                () -> files.days(StoreFiles.LABELS),
                (connection, days) -> {
                    List<FraudLabel> labels = new ArrayList<>();
                    if (days.isEmpty()) {
                        return labels;
                    }
                    try (Statement statement = connection.createStatement();
                            ResultSet result =
                                    statement.executeQuery(
                                            "SELECT DISTINCT transaction_id, card_id, terminal_id,"
                                                    + " merchant_id, event_time, fraud, known_at,"
                                                    + " source FROM "
                                                    + StoreFiles.table(
                                                            days.values().stream()
                                                                    .flatMap(Collection::stream)
                                                                    .toList()))) {
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
        return files.query(
                () -> files.days(StoreFiles.TRANSACTIONS),
                (connection, days) -> {
                    for (LocalDate day : days.descendingKeySet()) {
                        List<Path> ofDay = days.get(day);
                        if (countUsable(connection, ofDay, new long[3]) == 0) {
                            continue;
                        }
                        String select =
                                "SELECT "
                                        + columns(TRANSACTION_COLUMNS)
                                        + " FROM "
                                        + StoreFiles.table(ofDay)
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
        List<Path> usable = new ArrayList<>();
        for (List<Path> ofDay : days.subMap(first, true, dayOf(t.eventTime()), true).values()) {
            if (countUsable(connection, ofDay, new long[3]) > 0) {
                usable.addAll(ofDay);
            }
        }
        String select =
                "SELECT "
                        + columns(ROW_COLUMNS)
                        + " FROM "
                        + StoreFiles.table(usable)
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

    private static LocalDate dayOf(long eventTime) {
        return Instant.ofEpochMilli(eventTime).atOffset(ZoneOffset.UTC).toLocalDate();
    }
}
