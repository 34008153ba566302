package io.fraudstream.training;

import static io.fraudstream.training.Samples.DAY;
import static io.fraudstream.training.Samples.SCHEMA;
import static io.fraudstream.training.Samples.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.transaction.ExchangeRates;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.Transaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.core.fs.RecoverableFsDataOutputStream;
import org.apache.flink.core.fs.RecoverableWriter;
import org.apache.flink.core.fs.local.LocalFileSystem;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Keeping of stores that the job's own sinks have written. */
@Timeout(180)
class StoreKeeperIT {
    private static final ExchangeRates RATES = ExchangeRates.only("EUR");
    private static final ExchangeRates OTHER_RATES = ExchangeRates.only("USD");
    private static final int PARTS = 4;
    private static final int DAYS = 3;
    private static final LocalDate FIRST = LocalDate.of(2018, 4, 1);
    private static final LocalDate LAST = FIRST.plusDays(DAYS - 1);
    private static final long LARGE = 1L << 30;
    private static final StoreKeeper.Watcher NOBODY = (done, total) -> {};

    @TempDir private static Path template;
    @TempDir private static Path directory;

    private static String card;
    private static int stores;

    private Path store;
    private List<String> before;

    /** Three days in four parts, each of which covers all days. */
    @BeforeAll
    static void write() throws Exception {
        RecordedEvents events = Samples.stream(DAYS, 5);
        card = events.labels().get(0).cardId();
        for (int part = 0; part < PARTS; part++) {
            int remainder = part;
            List<Transaction> transactions = new ArrayList<>();
            for (int i = 0; i < events.transactions().size(); i++) {
                if (i % PARTS == remainder) {
                    transactions.add(events.transactions().get(i));
                }
            }
            Set<String> ids =
                    transactions.stream().map(Transaction::id).collect(Collectors.toSet());
            List<FraudLabel> labels =
                    events.labels().stream()
                            .filter(label -> ids.contains(label.transactionId()))
                            .toList();
            JobWrittenStore.add(template, transactions, labels, RATES);
        }
        assertThat(files(template)).hasSizeGreaterThan(2 * DAYS * (PARTS - 1));
    }

    @BeforeEach
    void copy() throws Exception {
        store = JobWrittenStore.copy(template, directory.resolve("it's store " + stores++));
        before = contents(store);
        assertThat(before).hasSizeGreaterThan(DAYS * 120);
    }

    @Test
    void compactionMakesOneFileOfADayAndKeepsEveryRow() throws Exception {
        int files = files(store).size();
        StoreKeeper.Compaction done = compact(store);

        assertThat(contents(store)).isEqualTo(before);
        assertThat(files(store)).hasSize(2 * DAYS);
        assertThat(done.filesBefore()).isEqualTo(files);
        assertThat(done.filesAfter()).isEqualTo(2 * DAYS);
        assertThat(done.days()).isEqualTo(DAYS);
        assertThat(done.rows()).isEqualTo(before.size());
        assertThat(done.bytesAfter()).isPositive().isLessThan(done.bytesBefore());
        String file = glob(store, "transactions", "event_date=" + FIRST + "/*.parquet");
        assertThat(query("SELECT DISTINCT compression FROM parquet_metadata(" + file + ")"))
                .containsExactly("ZSTD");
        assertThat(query("SELECT transaction_id FROM " + file))
                .isEqualTo(
                        query(
                                "SELECT transaction_id FROM "
                                        + file
                                        + " ORDER BY event_time, transaction_id"));
        assertThat(columns(store)).isEqualTo(columns(template));

        assertThat(compact(store).filesBefore()).isZero();
    }

    @Test
    void compactionLeavesLargeFilesYoungDaysAndUnfinishedFilesAlone() throws Exception {
        Path partition = store.resolve("transactions/event_date=" + FIRST);
        Path unfinished =
                Files.writeString(partition.resolve(".part-1-0.parquet.inprogress.7"), "half");
        Set<Path> all = files(store);

        try (StoreKeeper keeper = StoreKeeper.open(store, "test", false)) {
            assertThat(keeper.compact(FIRST.minusDays(1), LARGE, NOBODY).filesBefore()).isZero();
            assertThat(keeper.compact(LAST, 1, NOBODY).filesBefore()).isZero();
            assertThat(files(store)).isEqualTo(all);
            long two = 2 * largest(all) + 1;
            assertThat(keeper.compact(LAST, two, NOBODY).filesAfter()).isGreaterThan(2 * DAYS);
            keeper.compact(FIRST, LARGE, NOBODY);
        }

        assertThat(contents(store)).isEqualTo(before);
        assertThat(unfinished).hasContent("half");
        try (Stream<Path> left = Files.list(partition)) {
            assertThat(left).hasSize(2);
        }
    }

    @Test
    void aDryRunChangesNothing() throws Exception {
        Set<Path> all = files(store);

        try (StoreKeeper keeper = StoreKeeper.open(store, "test", true)) {
            assertThat(keeper.compact(LAST, LARGE, NOBODY).rows()).isEqualTo(before.size());
            assertThat(keeper.expire(LAST, NOBODY).days()).isEqualTo(DAYS - 1);
            assertThat(keeper.forget(card, NOBODY).transactions()).isPositive();
        }

        assertThat(files(store)).isEqualTo(all);
        assertThat(contents(store)).isEqualTo(before);
    }

    @Test
    void severalSchemasOfADayStayTheirOwn() throws Exception {
        Transaction other = Samples.transaction("other", START, "elsewhere", "there", 5);
        JobWrittenStore.add(store, List.of(other), List.of(), OTHER_RATES);
        Path older = store.resolve("transactions/event_date=" + FIRST + "/part-older.parquet");
        run(
                "COPY (SELECT * EXCLUDE (f_amount) REPLACE ('older' AS feature_fingerprint, 'old'"
                        + " AS transaction_id), 7::FLOAT AS f_gone FROM "
                        + glob(store, "transactions", "event_date=" + FIRST + "/*.parquet")
                        + " LIMIT 1) TO '"
                        + escaped(older)
                        + "' (FORMAT parquet)");
        List<FeatureRow> others = new ArrayList<>();
        EventStoreReader reader = new EventStoreReader(store, new FeatureSchema(OTHER_RATES));

        compact(store);

        assertThat(contents(store)).isEqualTo(before);
        assertThat(reader.read(START, START + DAY, others::add).rows()).isEqualTo(1);
        assertThat(others.get(0).vector())
                .isEqualTo(
                        new OfflineFeatures(new FeatureSchema(OTHER_RATES)).step(other).vector());
        assertThat(others.get(0).transactionId()).isEqualTo("other");
        assertThat(
                        query(
                                "SELECT f_gone || ' ' || (f_amount IS NULL) FROM "
                                        + glob(
                                                store,
                                                "transactions",
                                                "event_date=" + FIRST + "/*.parquet")
                                        + " WHERE transaction_id = 'old'"))
                .containsExactly("7.0 true");
        StoreStatus status = StoreStatus.of(store, NOBODY);
        assertThat(status.days().get(0).fingerprints())
                .containsEntry("older", 1L)
                .containsEntry(new FeatureSchema(OTHER_RATES).fingerprint(), 1L)
                .containsKey(SCHEMA.fingerprint())
                .hasSize(3);
    }

    @Test
    void aKeeperThatIsKilledAnywhereLeavesAStoreThatIsRight() throws Exception {
        Path kept = JobWrittenStore.copy(store, directory.resolve("compacted " + stores));
        compact(kept);
        List<Path> made = files(kept).stream().map(kept::relativize).toList();

        // Killed while or after writing the new file under its hidden name.
        for (Path file : made) {
            Path hidden =
                    store.resolve(file).resolveSibling("." + file.getFileName() + ".inprogress");
            Files.copy(kept.resolve(file), hidden);
        }
        Path torn = store.resolve(made.get(0)).resolveSibling(".kept-torn.parquet.inprogress");
        Files.writeString(torn, "PAR1 and no more");
        assertThat(contents(store)).isEqualTo(before);

        // Killed after the new file got its name.
        for (Path file : made) {
            Path hidden =
                    store.resolve(file).resolveSibling("." + file.getFileName() + ".inprogress");
            Files.move(hidden, store.resolve(file));
        }
        assertThat(contents(store)).isEqualTo(before);
        assertThat(StoreStatus.of(store, NOBODY).unfinished()).isZero();

        // Killed after some of the old ones were deleted.
        Set<Path> old = files(store);
        made.forEach(file -> old.remove(store.resolve(file)));
        int deleted = 0;
        for (Path file : old) {
            if (deleted++ % 2 == 0) {
                Files.delete(file);
            }
        }
        assertThat(contents(store)).isEqualTo(before);

        try (StoreKeeper next = StoreKeeper.open(store, "test", false)) {
            assertThat(next.leftovers()).isEqualTo(1 + old.size() / 2);
        }
        assertThat(files(store).stream().map(store::relativize).toList()).isEqualTo(made);
        assertThat(torn).doesNotExist();
        assertThat(contents(store)).isEqualTo(before);
        assertThat(StoreStatus.of(store, NOBODY).days().stream().mapToLong(StoreStatus.Day::rows))
                .satisfies(
                        rows ->
                                assertThat(rows.stream().mapToLong(Long::longValue).sum())
                                        .isEqualTo(before.size()));
    }

    @Test
    void aReaderWhoseFilesHaveGoneListsAgain() throws Exception {
        StoreFiles files = new StoreFiles(store);
        List<Integer> listed = new ArrayList<>();

        List<String> ids =
                files.query(
                        () -> {
                            NavigableMap<LocalDate, List<Path>> days =
                                    files.days(StoreFiles.TRANSACTIONS);
                            listed.add(days.values().stream().mapToInt(List::size).sum());
                            compact(store);
                            return days;
                        },
                        (connection, days) ->
                                transactionIds(
                                        connection,
                                        days.values().stream().flatMap(List::stream).toList()));

        assertThat(listed).containsExactly(PARTS * DAYS, DAYS);
        assertThat(ids).hasSize(DAYS * 120).doesNotHaveDuplicates();
    }

    private static List<String> transactionIds(Connection connection, List<Path> files)
            throws SQLException {
        List<String> ids = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet found =
                        statement.executeQuery(
                                "SELECT transaction_id FROM " + StoreFiles.table(files))) {
            while (found.next()) {
                ids.add(found.getString(1));
            }
        }
        return ids;
    }

    @Test
    void aReaderSeesEveryEventWhileTheStoreIsCompacted() throws Exception {
        AtomicBoolean enough = new AtomicBoolean();
        CountDownLatch begun = new CountDownLatch(1);
        ExecutorService keeping = Executors.newSingleThreadExecutor();
        int reads = 0;
        try {
            Future<Integer> compactions =
                    keeping.submit(
                            () -> {
                                int rounds = 0;
                                while (!enough.get() || rounds < 5) {
                                    compact(store);
                                    repeatAnEvent(rounds++);
                                    begun.countDown();
                                }
                                return rounds;
                            });
            begun.await();
            for (; reads < 8; reads++) {
                assertThat(contents(store)).isEqualTo(before);
            }
            enough.set(true);
            assertThat(compactions.get()).isGreaterThanOrEqualTo(5);
        } finally {
            enough.set(true);
            keeping.shutdown();
        }
    }

    /** One of the last day's files. */
    private static Path aFile(String table) throws IOException {
        return files(template).stream()
                .filter(file -> file.getParent().endsWith(table + "/event_date=" + LAST))
                .findFirst()
                .orElseThrow();
    }

    /**
     * As a job does that starts again from an older checkpoint; gives the keeper something to do.
     */
    private void repeatAnEvent(int round) throws IOException {
        for (String table : List.of("transactions", "labels")) {
            Path partition = store.resolve(table).resolve("event_date=" + LAST);
            Path some = aFile(table);
            Path hidden = partition.resolve(".part-again-" + round + ".parquet.inprogress.1");
            Files.copy(some, hidden);
            Files.move(
                    hidden,
                    partition.resolve("part-again-" + round + ".parquet"),
                    StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** A job that goes on from its last checkpoint commits once more what it had committed. */
    @Test
    void theJobCanCommitAFileOnceMoreThatTheKeeperHasReplaced() throws Exception {
        Path file = store.resolve("transactions/event_date=" + LAST + "/part-again.parquet");
        RecoverableWriter writer = new LocalFileSystem().createRecoverableWriter();
        RecoverableFsDataOutputStream out =
                writer.open(new org.apache.flink.core.fs.Path(file.toString()));
        out.write(Files.readAllBytes(aFile("transactions")));
        RecoverableFsDataOutputStream.Committer pending = out.closeForCommit();
        pending.commit();
        assertThat(file).exists();
        compact(store);
        assertThat(file).doesNotExist();
        Set<Path> all = files(store);

        writer.recoverForCommit(pending.getRecoverable()).commitAfterRecovery();

        assertThat(files(store)).isEqualTo(all);
    }

    @Test
    void expiryRemovesWholeDaysOfBothTables() throws Exception {
        Path unfinished =
                Files.writeString(
                        store.resolve("labels/event_date=" + FIRST + "/.part-0.inprogress.1"),
                        "half");

        StoreKeeper.Removal done;
        try (StoreKeeper keeper = StoreKeeper.open(store, "test", false)) {
            assertThat(keeper.expire(FIRST, NOBODY).files()).isZero();
            done = keeper.expire(LAST, NOBODY);
        }

        assertThat(done.days()).isEqualTo(DAYS - 1);
        assertThat(done.first()).isEqualTo(FIRST);
        assertThat(done.last()).isEqualTo(LAST.minusDays(1));
        assertThat(unfinished).hasContent("half");
        long from = START + (DAYS - 1) * DAY;
        EventStoreReader reader = new EventStoreReader(store, SCHEMA);
        assertThat(reader.span().orElseThrow().first()).isGreaterThanOrEqualTo(from);
        assertThat(reader.labels()).isNotEmpty().allMatch(label -> label.eventTime() >= from);
        assertThat(done.rows() + contents(store).size()).isEqualTo(before.size());
    }

    @Test
    void nothingIsLeftOfAForgottenCardAndNothingElseIsMissing() throws Exception {
        Path day = store.resolve("transactions/event_date=" + FIRST);
        Path alone = day.resolve("part-alone.parquet");
        run(
                "COPY (SELECT * FROM "
                        + glob(store, "transactions", "event_date=" + FIRST + "/*.parquet")
                        + " WHERE card_id = '"
                        + card
                        + "') TO '"
                        + escaped(alone)
                        + "' (FORMAT parquet)");
        Path without = day.resolve("part-without.parquet");
        run(
                "COPY (SELECT * FROM "
                        + glob(store, "transactions", "event_date=" + FIRST + "/*.parquet")
                        + " WHERE card_id <> '"
                        + card
                        + "') TO '"
                        + escaped(without)
                        + "' (FORMAT parquet)");
        // A compaction that was killed has left a hidden file that holds the card.
        Files.copy(alone, day.resolve(".kept-left.parquet.inprogress"));
        List<String> ofCard = before.stream().filter(StoreKeeperIT::isOfCard).toList();
        long stored = count(store, "transactions", card);
        long labels = count(store, "labels", card);
        assertThat(labels).isPositive();
        Path unfinished = Files.writeString(day.resolve(".part-0.parquet.inprogress.1"), "half");

        StoreKeeper.Erasure done;
        try (StoreKeeper keeper = StoreKeeper.open(store, "test", false)) {
            done = keeper.forget(card, NOBODY);
        }

        assertThat(done.transactions()).isEqualTo(stored).isGreaterThan(0);
        assertThat(done.labels()).isEqualTo(labels);
        assertThat(done.days()).isEqualTo(DAYS);
        assertThat(done.unfinished()).isEqualTo(1);
        assertThat(contents(store))
                .hasSize(before.size() - ofCard.size())
                .isEqualTo(before.stream().filter(row -> !isOfCard(row)).toList());
        assertThat(alone).doesNotExist();
        assertThat(without).exists();
        try (Stream<Path> every = Files.walk(store)) {
            List<Path> parquet =
                    every.filter(file -> file.getFileName().toString().contains(".parquet"))
                            .filter(file -> !file.equals(unfinished))
                            .toList();
            assertThat(parquet).isNotEmpty();
            for (Path file : parquet) {
                assertThat(
                                query(
                                        "SELECT card_id FROM read_parquet('"
                                                + escaped(file)
                                                + "') WHERE card_id = '"
                                                + card
                                                + "'"))
                        .as(file.toString())
                        .isEmpty();
            }
        }
        try (StoreKeeper keeper = StoreKeeper.open(store, "test", false)) {
            assertThat(keeper.leftovers()).isZero();
            assertThat(keeper.forget(card, NOBODY).filesRewritten()).isZero();
        }
    }

    @Test
    void forgettingThatWasKilledIsEndedByTheNextKeeper() throws Exception {
        Path kept = JobWrittenStore.copy(store, directory.resolve("forgotten " + stores));
        try (StoreKeeper keeper = StoreKeeper.open(kept, "test", false)) {
            keeper.forget(card, NOBODY);
        }
        // Every new file has its name, and no old one is deleted.
        for (Path file : files(kept)) {
            Path there = store.resolve(kept.relativize(file));
            if (!Files.exists(there)) {
                Files.copy(file, there);
            }
        }
        assertThat(contents(store)).isEqualTo(before);
        assertThat(count(store, "transactions", card)).isPositive();

        StoreKeeper.open(store, "test", false).close();

        assertThat(count(store, "transactions", card)).isZero();
        assertThat(count(store, "labels", card)).isZero();
        assertThat(contents(store)).isEqualTo(contents(kept));
    }

    @Test
    void oneKeeperAtATime() throws Exception {
        try (StoreKeeper keeper = StoreKeeper.open(store, "store compact", false)) {
            assertThat(keeper.leftovers()).isZero();
            assertThatThrownBy(() -> StoreKeeper.open(store, "store expire", true))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("is held by store compact (process")
                    .hasMessageContaining("expected one keeper at a time");
        }
        StoreKeeper.open(store, "store expire", false).close();
        assertThatThrownBy(() -> StoreKeeper.open(store.resolve("none"), "test", false))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("does not exist");
    }

    @Test
    void aBrokenFileStopsTheKeeperAndNothingIsLost() throws Exception {
        Path broken = store.resolve("transactions/event_date=" + FIRST + "/part-broken.parquet");
        Files.writeString(broken, "no parquet");
        Set<Path> all = files(store);

        assertThatThrownBy(() -> compact(store))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("part-broken.parquet");

        assertThat(files(store)).isEqualTo(all);
        Files.delete(broken);
        assertThat(contents(store)).isEqualTo(before);
    }

    private static StoreKeeper.Compaction compact(Path store) throws StoreException {
        try (StoreKeeper keeper = StoreKeeper.open(store, "test", false)) {
            return keeper.compact(LAST, LARGE, NOBODY);
        }
    }

    /** What a reader sees: rows with their sequences, then labels. */
    private static List<String> contents(Path store) throws StoreException {
        EventStoreReader reader = new EventStoreReader(store, SCHEMA);
        List<String> contents = new ArrayList<>();
        reader.read(
                START,
                START + DAYS * DAY,
                row ->
                        contents.add(
                                row.cardId()
                                        + " "
                                        + row.transactionId()
                                        + Arrays.deepHashCode(row.sequence())));
        reader.labels().forEach(label -> contents.add(label.cardId() + " " + label));
        return contents;
    }

    private static boolean isOfCard(String row) {
        return row.startsWith(card + " ");
    }

    private static long count(Path store, String table, String card) throws SQLException {
        return Long.parseLong(
                query(
                                "SELECT count(*) FROM "
                                        + glob(store, table, "*/*.parquet")
                                        + " WHERE card_id = '"
                                        + card
                                        + "'")
                        .get(0));
    }

    private static List<String> columns(Path store) throws SQLException {
        return query(
                "SELECT column_name || ' ' || column_type FROM (DESCRIBE SELECT * FROM"
                        + " read_parquet("
                        + glob(store, "transactions", "*/*.parquet")
                        + ", hive_partitioning = false))");
    }

    private static Set<Path> files(Path store) throws IOException {
        try (Stream<Path> paths = Files.walk(store)) {
            return paths.filter(path -> path.toString().endsWith(".parquet"))
                    .filter(path -> !path.getFileName().toString().startsWith("."))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static long largest(Set<Path> files) {
        return files.stream().mapToLong(file -> file.toFile().length()).max().orElseThrow();
    }

    private static String glob(Path store, String table, String pattern) {
        return "'" + escaped(store.resolve(table)) + "/" + pattern + "'";
    }

    private static String escaped(Path file) {
        return file.toString().replace("'", "''");
    }

    private static void run(String sql) throws SQLException {
        try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duck.createStatement()) {
            statement.execute(sql);
        }
    }

    private static List<String> query(String sql) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duck.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            while (found.next()) {
                values.add(found.getString(1));
            }
        }
        return values;
    }
}
