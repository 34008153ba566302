package io.fraudstream.training;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Keeps an event store while the job writes to it and others read it: makes small files one,
 * removes old days, erases a card. One keeper at a time; files that the job has not finished are
 * never touched.
 *
 * <p>Files are replaced in this order: the new one is written under a hidden name and forced to the
 * disk, given its visible name, and then the old ones are deleted. So every row is in some visible
 * file at any moment. The new file carries the names of those that it replaces: its renaming is the
 * one step that decides. What a keeper that was killed leaves behind is either a hidden file, which
 * counts for nothing, or old files beside the new one, whose rows readers see once all the same;
 * the next keeper deletes both.
 */
public final class StoreKeeper implements AutoCloseable {
    private static final String SUFFIX = ".parquet";
    private static final String REPLACES = "replaces";
    // No file name holds it.
    private static final String SEPARATOR = "/";

    private final StoreFiles files;
    private final StoreLock lock;
    private final Path spill;
    private final Connection connection;
    private final boolean dryRun;
    private int leftovers;

    /** Told of long work. */
    @FunctionalInterface
    public interface Watcher {
        /** So many parts of the work are done, of so many known by now. */
        void at(int done, int total);
    }

    /**
     * What compaction did, or would do.
     *
     * @param days that had something to compact
     * @param filesBefore that became {@code filesAfter}
     * @param rows in them
     * @param bytesAfter 0 in a dry run, which does not know
     */
    public record Compaction(
            int days,
            int filesBefore,
            int filesAfter,
            long rows,
            long bytesBefore,
            long bytesAfter) {}

    /** What was removed, or would be: so many days from the first to the last. */
    public record Removal(
            int days, LocalDate first, LocalDate last, int files, long rows, long bytes) {}

    /**
     * What was erased, or would be.
     *
     * @param transactions rows, repeated ones too
     * @param labels rows
     * @param days that held any
     * @param filesRewritten that held any
     * @param unfinished files of the job that can't be looked into yet
     */
    public record Erasure(
            long transactions, long labels, int days, int filesRewritten, int unfinished) {}

    private StoreKeeper(Path store, StoreLock lock, Path spill, boolean dryRun)
            throws SQLException {
        this.files = new StoreFiles(store);
        this.lock = lock;
        this.spill = spill;
        this.connection = StoreFiles.connect(spill);
        this.dryRun = dryRun;
    }

    /**
     * Locks a store, and cleans up behind a keeper that was killed.
     *
     * @param task what is to be done, for the error that another keeper gets meanwhile
     * @param dryRun whether nothing is to be changed, but only told
     * @throws StoreException if there is no such store or another keeper is at work
     */
    public static StoreKeeper open(Path store, String task, boolean dryRun) throws StoreException {
        if (!Files.isDirectory(store)) {
            throw new StoreException(
                    "event store " + store + " does not exist, expected a directory", null);
        }
        Path own = store.resolve(".keeper");
        StoreLock lock = StoreLock.take(own.resolve("lock"), task);
        StoreKeeper keeper = null;
        try {
            keeper = new StoreKeeper(store, lock, own.resolve("spill"), dryRun);
            if (!dryRun) {
                keeper.cleanUp();
            }
            return keeper;
        } catch (SQLException broken) {
            lock.close();
            throw unkeepable(broken);
        } catch (StoreException broken) {
            keeper.close();
            throw broken;
        }
    }

    private static StoreException unkeepable(SQLException broken) {
        return new StoreException("event store cannot be kept: " + broken.getMessage(), broken);
    }

    /** How many files of a keeper that was killed were deleted. */
    public int leftovers() {
        return leftovers;
    }

    /**
     * Makes one file of several where they are smaller than the target, day by day. Every row
     * stays, a repeated one too: which of them counts is the readers' affair.
     *
     * @param last the youngest day to compact
     * @param targetBytes files of this size are left alone, and new ones become no larger, as far
     *     as the old ones tell
     */
    public Compaction compact(LocalDate last, long targetBytes, Watcher watcher)
            throws StoreException {
        List<Group> groups = new ArrayList<>();
        for (String table : StoreFiles.TABLES) {
            files.days(table)
                    .headMap(last, true)
                    .forEach((day, finished) -> group(table, day, finished, targetBytes, groups));
        }
        int filesBefore = 0;
        long rows = 0;
        long bytesBefore = 0;
        long bytesAfter = 0;
        Set<LocalDate> days = new HashSet<>();
        for (int i = 0; i < groups.size(); i++) {
            watcher.at(i, groups.size());
            Group group = groups.get(i);
            days.add(group.day);
            filesBefore += group.files.size();
            bytesBefore += sizeOf(group.files);
            if (dryRun) {
                rows += rowsOf(group.files);
            } else {
                Written written = replace(group, null, 0);
                rows += written.rows;
                bytesAfter += written.bytes;
            }
        }
        watcher.at(groups.size(), groups.size());
        return new Compaction(
                days.size(), filesBefore, groups.size(), rows, bytesBefore, bytesAfter);
    }

    /** Some of one day's files. */
    private record Group(String table, LocalDate day, List<Path> files) {}

    private static void group(
            String table, LocalDate day, List<Path> finished, long target, List<Group> groups) {
        List<Path> open = new ArrayList<>();
        long bytes = 0;
        for (Path file : finished) {
            long size = sizeOf(List.of(file));
            if (size >= target) {
                continue;
            }
            if (bytes + size > target) {
                close(table, day, open, groups);
                open = new ArrayList<>();
                bytes = 0;
            }
            open.add(file);
            bytes += size;
        }
        close(table, day, open, groups);
    }

    private static void close(String table, LocalDate day, List<Path> open, List<Group> groups) {
        if (open.size() > 1) {
            groups.add(new Group(table, day, open));
        }
    }

    /**
     * Removes every finished file of the days before the given one, the oldest first. Directories
     * stay, since the job may be about to write to one.
     */
    public Removal expire(LocalDate firstKept, Watcher watcher) throws StoreException {
        List<Path> old = new ArrayList<>();
        NavigableSet<LocalDate> days = new TreeSet<>();
        for (String table : StoreFiles.TABLES) {
            files.days(table)
                    .headMap(firstKept, false)
                    .forEach(
                            (day, finished) -> {
                                days.add(day);
                                old.addAll(finished);
                            });
        }
        if (days.isEmpty()) {
            return new Removal(0, null, null, 0, 0, 0);
        }
        Removal removal =
                new Removal(
                        days.size(),
                        days.first(),
                        days.last(),
                        old.size(),
                        rowsOf(old),
                        sizeOf(old));
        for (int i = 0; i < old.size() && !dryRun; i++) {
            watcher.at(i, old.size());
            delete(old.get(i));
        }
        watcher.at(old.size(), old.size());
        return removal;
    }

    /**
     * Erases a card's rows from transactions and labels; files that hold none are left alone. What
     * the job finishes meanwhile is looked through too.
     *
     * @param card as it stands in the store
     */
    public Erasure forget(String card, Watcher watcher) throws StoreException {
        Map<String, Long> rows = new HashMap<>();
        Set<LocalDate> days = new HashSet<>();
        Set<Path> seen = new HashSet<>();
        int rewritten = 0;
        int done = 0;
        List<Group> unseen = unseen(seen);
        while (!unseen.isEmpty()) {
            int total = done + unseen.size();
            for (Group day : unseen) {
                watcher.at(done++, total);
                seen.addAll(day.files);
                for (Map.Entry<Path, Long> found : holding(card, day.files).entrySet()) {
                    rows.merge(day.table, found.getValue(), Long::sum);
                    days.add(day.day);
                    rewritten++;
                    if (!dryRun) {
                        Group one = new Group(day.table, day.day, List.of(found.getKey()));
                        seen.add(replace(one, card, found.getValue()).file);
                    }
                }
            }
            unseen = unseen(seen);
        }
        watcher.at(done, done);
        return new Erasure(
                rows.getOrDefault(StoreFiles.TRANSACTIONS, 0L),
                rows.getOrDefault(StoreFiles.LABELS, 0L),
                days.size(),
                rewritten,
                unfinished());
    }

    private List<Group> unseen(Set<Path> seen) throws StoreException {
        List<Group> unseen = new ArrayList<>();
        for (String table : StoreFiles.TABLES) {
            files.days(table, file -> StoreFiles.isFinished(file) && !seen.contains(file))
                    .forEach((day, some) -> unseen.add(new Group(table, day, some)));
        }
        return unseen;
    }

    private int unfinished() throws StoreException {
        int unfinished = 0;
        for (String table : StoreFiles.TABLES) {
            unfinished += files.count(table, StoreFiles::isUnfinished);
        }
        return unfinished;
    }

    /** The files that hold the card, and how many rows of it. */
    private Map<Path, Long> holding(String card, List<Path> finished) throws StoreException {
        Map<Path, Long> found = new TreeMap<>();
        query(
                "SELECT filename, count(*) FROM read_parquet("
                        + StoreFiles.list(finished)
                        + ", union_by_name = true, hive_partitioning = false, filename = true)"
                        + " WHERE card_id = "
                        + StoreFiles.text(card)
                        + " GROUP BY filename",
                row -> found.put(Path.of(row.getString(1)), row.getLong(2)));
        return found;
    }

    /** A file that stands for others; it is not there where no row was left for it. */
    private record Written(Path file, long rows, long bytes) {}

    /**
     * Puts one file in the place of a group's.
     *
     * @param card whose rows are left out, or {@code null}
     * @param left how many those are
     */
    private Written replace(Group group, String card, long left) throws StoreException {
        String name = StoreFiles.KEPT + UUID.randomUUID() + SUFFIX;
        Path partition = group.files.get(0).getParent();
        // Not the end that a glob for Parquet finds, since not all of them pass over hidden files.
        Path hidden = partition.resolve("." + name + ".inprogress");
        Path visible = partition.resolve(name);
        try {
            long rows = rowsOf(group.files) - left;
            long bytes = 0;
            if (rows > 0) {
                write(group, card, hidden);
                long written = rowsOf(List.of(hidden));
                if (written != rows) {
                    throw new StoreException(
                            hidden + " has " + written + " rows, expected " + rows, null);
                }
                bytes = Files.size(hidden);
                force(hidden, StandardOpenOption.WRITE);
                Files.move(hidden, visible, StandardCopyOption.ATOMIC_MOVE);
                forceDirectory(partition);
            }
            for (Path old : group.files) {
                delete(old);
            }
            forceDirectory(partition);
            return new Written(visible, rows, bytes);
        } catch (IOException broken) {
            throw new StoreException(
                    "event store " + partition + " cannot be written: " + broken, broken);
        } finally {
            deleteHidden(hidden);
        }
    }

    private void write(Group group, String card, Path hidden) throws StoreException {
        String names =
                group.files.stream()
                        .map(file -> file.getFileName().toString())
                        .collect(Collectors.joining(SEPARATOR));
        String copy =
                "COPY (SELECT * FROM "
                        + StoreFiles.table(group.files)
                        + (card == null ? "" : " WHERE card_id <> " + StoreFiles.text(card))
                        + " ORDER BY event_time, transaction_id, "
                        + (group.table.equals(StoreFiles.LABELS) ? "known_at" : "received_at")
                        + ") TO "
                        + StoreFiles.text(hidden)
                        + " (FORMAT parquet, COMPRESSION zstd, KV_METADATA {"
                        + REPLACES
                        + ": "
                        + StoreFiles.text(names)
                        + "})";
        try (Statement statement = connection.createStatement()) {
            statement.execute(copy);
        } catch (SQLException broken) {
            throw unkeepable(broken);
        }
    }

    /** Deletes what a keeper that was killed has left. */
    private void cleanUp() throws StoreException {
        deleteSpilled();
        for (String table : StoreFiles.TABLES) {
            for (List<Path> hidden : files.days(table, StoreKeeper::isHiddenKept).values()) {
                for (Path file : hidden) {
                    delete(file);
                    leftovers++;
                }
            }
            // A day's only file has replaced nothing that is left.
            for (List<Path> finished : files.days(table).values()) {
                List<Path> kept = finished.stream().filter(StoreKeeper::isKept).toList();
                if (!kept.isEmpty() && finished.size() > 1) {
                    for (Path replaced : replacedBy(kept)) {
                        if (Files.exists(replaced)) {
                            delete(replaced);
                            leftovers++;
                        }
                    }
                }
            }
        }
    }

    private static boolean isKept(Path file) {
        return file.getFileName().toString().startsWith(StoreFiles.KEPT)
                && StoreFiles.isFinished(file);
    }

    private static boolean isHiddenKept(Path file) {
        return file.getFileName().toString().startsWith("." + StoreFiles.KEPT);
    }

    private List<Path> replacedBy(List<Path> kept) throws StoreException {
        Path partition = kept.get(0).getParent();
        List<Path> replaced = new ArrayList<>();
        query(
                "SELECT decode(value) FROM parquet_kv_metadata("
                        + StoreFiles.list(kept)
                        + ") WHERE decode(key) = "
                        + StoreFiles.text(REPLACES),
                row -> {
                    for (String name : row.getString(1).split(SEPARATOR)) {
                        replaced.add(partition.resolve(name));
                    }
                });
        return replaced;
    }

    private long rowsOf(List<Path> some) throws StoreException {
        long[] rows = new long[1];
        query(
                "SELECT sum(num_rows) FROM parquet_file_metadata(" + StoreFiles.list(some) + ")",
                row -> rows[0] = row.getLong(1));
        return rows[0];
    }

    @FunctionalInterface
    private interface Row {
        void take(ResultSet row) throws SQLException;
    }

    private void query(String select, Row rows) throws StoreException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(select)) {
            while (result.next()) {
                rows.take(result);
            }
        } catch (SQLException broken) {
            throw unkeepable(broken);
        }
    }

    private static long sizeOf(Collection<Path> some) {
        return some.stream().mapToLong(file -> file.toFile().length()).sum();
    }

    private static void delete(Path file) throws StoreException {
        try {
            Files.delete(file);
        } catch (IOException broken) {
            throw new StoreException(file + " cannot be deleted: " + broken, broken);
        }
    }

    /** Only there after a failure, which is what is to be told. */
    private static void deleteHidden(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException leftToTheNextKeeper) {
            // Nobody reads it.
        }
    }

    private static void force(Path file, StandardOpenOption how) throws IOException {
        try (FileChannel channel = FileChannel.open(file, how)) {
            channel.force(true);
        }
    }

    private static void forceDirectory(Path directory) throws IOException {
        try {
            force(directory, StandardOpenOption.READ);
        } catch (AccessDeniedException noSuchThing) {
            // Windows opens no directories.
        }
    }

    private void deleteSpilled() throws StoreException {
        if (!Files.isDirectory(spill)) {
            return;
        }
        try (Stream<Path> spilled = Files.walk(spill)) {
            for (Path path : spilled.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException broken) {
            throw new StoreException(spill + " cannot be deleted: " + broken, broken);
        }
    }

    @Override
    public void close() throws StoreException {
        try (lock) {
            connection.close();
            deleteSpilled();
        } catch (SQLException broken) {
            throw unkeepable(broken);
        }
    }
}
