package io.fraudstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fraudstream.config.Settings;
import io.fraudstream.config.SettingsException;
import io.fraudstream.recording.Durations;
import io.fraudstream.training.StoreException;
import io.fraudstream.training.StoreKeeper;
import io.fraudstream.training.StoreStatus;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Keeps the event store. */
@Command(
        name = "store",
        description = {
            "Shows and keeps the event store, while the job writes to it and others read it.",
            "Files that the job has not finished are never touched."
        },
        footer = {
            "  fraudstream store status",
            "  fraudstream store compact",
            "  fraudstream store expire --keep 400d --dry-run",
            "  fraudstream store forget card-0000960"
        })
final class StoreCommand implements Runnable {
    private final Clock clock = Clock.systemUTC();

    @Spec private CommandSpec spec;

    /** There is nothing to do without a subcommand. */
    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "status, compact, expire or forget is missing");
    }

    /** Which store is meant. */
    static final class Place {
        @Mixin private SettingsOptions options;

        @Option(
                names = "--store",
                paramLabel = "DIR",
                description = "The event store (default: the setting store.directory).")
        private Path store;

        Settings settings() throws SettingsException {
            return options.settings();
        }

        Path directory() throws SettingsException {
            return store == null ? Path.of(settings().store().uri()) : store;
        }
    }

    @Command(
            name = "status",
            description = "Shows days, files, rows, bytes and feature fingerprints.",
            footer = "  fraudstream store status --days")
    int status(
            @Mixin Place place,
            @Option(names = "--days", description = "Show every day.") boolean everyDay,
            @Option(
                            names = "--summary",
                            paramLabel = "FILE",
                            description = "Write the same there as JSON, every day included.")
                    Path summaryFile)
            throws SettingsException, StoreException, IOException {
        StoreStatus status;
        try (Shown progress = new Shown("Looking through days")) {
            status = StoreStatus.of(place.directory(), progress);
        }
        PrintWriter out = out();
        out.printf(
                "%-12s %-10s %-10s %6s %8s %12s %10s%n",
                "table", "first day", "last day", "days", "files", "rows", "size");
        byTable(status).forEach((table, days) -> print(out, table, days));
        if (everyDay) {
            status.days().forEach(day -> print(out, day.table(), List.of(day)));
        }
        fingerprints(status.days())
                .forEach(
                        (fingerprint, rows) ->
                                out.printf(
                                        Locale.ROOT, "Features %s: %,d rows%n", fingerprint, rows));
        if (status.days().isEmpty()) {
            out.println("The store is empty.");
        }
        if (status.unfinished() > 0) {
            out.printf(
                    Locale.ROOT,
                    "%,d files are being written, or were when the job ended.%n",
                    status.unfinished());
        }
        out.flush();
        if (summaryFile != null) {
            writeJson(summaryFile, summary(status));
        }
        return Fraudstream.DONE;
    }

    @Command(
            name = "compact",
            description = {
                "Makes one file of a day's small ones.",
                "A reader sees every event at any moment. A run that was killed loses nothing; the"
                        + " next one cleans up."
            },
            footer = "  fraudstream store compact --older-than 12h --target-size 256MB")
    int compact(
            @Mixin Place place,
            @Option(
                            names = "--older-than",
                            paramLabel = "DURATION",
                            defaultValue = "1d",
                            converter = TopicsCommand.DurationConverter.class,
                            description =
                                    "Only days, UTC, that began so long ago (default:"
                                            + " ${DEFAULT-VALUE}, all but today).")
                    Duration olderThan,
            @Option(
                            names = "--target-size",
                            paramLabel = "SIZE",
                            defaultValue = "128MB",
                            converter = SizeConverter.class,
                            description =
                                    "Leave files of this size alone, and make none larger (default:"
                                            + " ${DEFAULT-VALUE}).")
                    long targetSize,
            @Option(names = "--dry-run", description = "Only say what would be done.")
                    boolean dryRun)
            throws SettingsException, StoreException {
        LocalDate last = dayOf(clock.instant().minus(olderThan));
        StoreKeeper.Compaction done;
        try (StoreKeeper keeper = keeper(place, "store compact", dryRun);
                Shown progress = new Shown("Compacting groups of files")) {
            done = keeper.compact(last, targetSize, progress);
        }
        if (done.filesAfter() == 0) {
            say("There is nothing to compact up to %s.", last);
        } else {
            say(
                    "%s %,d files of %,d days into %,d: %,d rows, %s%s.",
                    dryRun ? "Would compact" : "Compacted",
                    done.filesBefore(),
                    done.days(),
                    done.filesAfter(),
                    done.rows(),
                    size(done.bytesBefore()),
                    dryRun ? "" : " before, " + size(done.bytesAfter()) + " after");
        }
        return Fraudstream.DONE;
    }

    @Command(
            name = "expire",
            description = "Removes whole days, UTC, that are too old, from both tables.",
            footer = "  fraudstream store expire --keep 400d --dry-run")
    int expire(
            @Mixin Place place,
            @Option(
                            names = "--keep",
                            paramLabel = "DURATION",
                            converter = TopicsCommand.DurationConverter.class,
                            description =
                                    "Keep what is younger (default: the setting store.retention).")
                    Duration keep,
            @Option(
                            names = "--as-of",
                            paramLabel = "INSTANT",
                            description = "Younger at this moment (default: now).")
                    Instant asOf,
            @Option(names = "--dry-run", description = "Only say what would be done.")
                    boolean dryRun)
            throws SettingsException, StoreException {
        Duration kept = keep == null ? place.settings().store().retention() : keep;
        if (kept == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "neither --keep nor the setting store.retention says how long to keep,"
                            + " expected a duration such as 400d");
        }
        LocalDate firstKept = dayOf((asOf == null ? clock.instant() : asOf).minus(kept));
        StoreKeeper.Removal done;
        try (StoreKeeper keeper = keeper(place, "store expire", dryRun);
                Shown progress = new Shown("Deleting files")) {
            done = keeper.expire(firstKept, progress);
        }
        if (done.days() == 0) {
            say(
                    "Nothing is older than %s: the first day to keep is %s.",
                    Durations.format(kept), firstKept);
        } else {
            say(
                    "%s %s to %s: %,d days, %,d files, %,d rows, %s.",
                    dryRun ? "Would remove" : "Removed",
                    done.first(),
                    done.last(),
                    done.days(),
                    done.files(),
                    done.rows(),
                    size(done.bytes()));
        }
        return Fraudstream.DONE;
    }

    @Command(
            name = "forget",
            description = {
                "Erases a card's transactions and labels from the event store.",
                "Not from Kafka's topics, not from the running job's state and not from trained"
                        + " models: see the README on what is left, and for how long."
            },
            footer = {
                "  fraudstream store forget card-0000960",
                "  fraudstream store forget - < card.txt      a card number stays out of the"
                        + " shell's history"
            })
    int forget(
            @Mixin Place place,
            @Parameters(
                            paramLabel = "CARD",
                            description =
                                    "The card_id as it was sent; a card number where"
                                            + " transactions.cardNumbers is tokenize. - reads a"
                                            + " line from standard input.")
                    String card,
            @Option(names = "--dry-run", description = "Only say what would be done.")
                    boolean dryRun)
            throws SettingsException, StoreException, IOException {
        String stored =
                SettingsOptions.codecParts(place.settings())
                        .cardTokens()
                        .tokenFor(card.equals("-") ? readLine() : card);
        if (stored == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "CARD looks like a card number, which transactions.cardNumbers: reject keeps"
                            + " out of the store, expected a card token");
        }
        StoreKeeper.Erasure done;
        try (StoreKeeper keeper = keeper(place, "store forget", dryRun);
                Shown progress = new Shown("Looking through days")) {
            done = keeper.forget(stored, progress);
        }
        say(
                "%s %,d transactions and %,d labels of %,d days, in %,d files.",
                dryRun ? "Would erase" : "Erased",
                done.transactions(),
                done.labels(),
                done.days(),
                done.filesRewritten());
        if (done.unfinished() > 0) {
            say(
                    "%,d files are not finished and may hold the card: run this again after the"
                            + " job's next checkpoint.",
                    done.unfinished());
        }
        return Fraudstream.DONE;
    }

    private static String readLine() throws IOException {
        String line =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
                        .readLine();
        if (line == null || line.isBlank()) {
            throw new IOException("standard input is empty, expected a line with a card");
        }
        return line;
    }

    private StoreKeeper keeper(Place place, String task, boolean dryRun)
            throws SettingsException, StoreException {
        StoreKeeper keeper = StoreKeeper.open(place.directory(), task, dryRun);
        if (keeper.leftovers() > 0) {
            say("Deleted %,d files that an earlier run had left behind.", keeper.leftovers());
        }
        return keeper;
    }

    /** Shows progress once the amount of work is known. */
    private final class Shown implements StoreKeeper.Watcher, AutoCloseable {
        private final String task;
        private Progress progress;

        Shown(String task) {
            this.task = task;
        }

        @Override
        public void at(int done, int total) {
            if (progress == null && total > 0) {
                progress = Progress.start(task, total, spec);
            }
            if (progress != null) {
                progress.at(done);
            }
        }

        @Override
        public void close() {
            if (progress != null) {
                progress.close();
            }
        }
    }

    private static Map<String, List<StoreStatus.Day>> byTable(StoreStatus status) {
        Map<String, List<StoreStatus.Day>> tables = new LinkedHashMap<>();
        for (StoreStatus.Day day : status.days()) {
            tables.computeIfAbsent(day.table(), table -> new ArrayList<>()).add(day);
        }
        return tables;
    }

    private static Map<String, Long> fingerprints(List<StoreStatus.Day> days) {
        Map<String, Long> sum = new TreeMap<>();
        days.forEach(
                day ->
                        day.fingerprints()
                                .forEach((name, rows) -> sum.merge(name, rows, Long::sum)));
        return sum;
    }

    private static void print(PrintWriter out, String table, List<StoreStatus.Day> days) {
        out.printf(
                Locale.ROOT,
                "%-12s %-10s %-10s %6d %8d %,12d %10s%n",
                table,
                days.get(0).date(),
                days.get(days.size() - 1).date(),
                days.size(),
                days.stream().mapToInt(StoreStatus.Day::files).sum(),
                days.stream().mapToLong(StoreStatus.Day::rows).sum(),
                size(days.stream().mapToLong(StoreStatus.Day::bytes).sum()));
    }

    private static Map<String, Object> summary(StoreStatus status) {
        Map<String, Object> summary = new LinkedHashMap<>();
        byTable(status)
                .forEach(
                        (table, days) -> {
                            Map<String, Object> sums = new LinkedHashMap<>();
                            sums.put("days", days.size());
                            sums.put("files", days.stream().mapToInt(StoreStatus.Day::files).sum());
                            sums.put("rows", days.stream().mapToLong(StoreStatus.Day::rows).sum());
                            sums.put(
                                    "bytes", days.stream().mapToLong(StoreStatus.Day::bytes).sum());
                            sums.put("byDay", days.stream().map(StoreCommand::summary).toList());
                            summary.put(table, sums);
                        });
        summary.put("fingerprints", fingerprints(status.days()));
        summary.put("unfinishedFiles", status.unfinished());
        return summary;
    }

    private static Map<String, Object> summary(StoreStatus.Day day) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("day", day.date().toString());
        fields.put("files", day.files());
        fields.put("rows", day.rows());
        fields.put("bytes", day.bytes());
        fields.put("fingerprints", day.fingerprints());
        return fields;
    }

    static void writeJson(Path file, Object value) throws IOException {
        JsonMapper.builder()
                .build()
                .writerWithDefaultPrettyPrinter()
                .writeValue(file.toFile(), value);
    }

    private void say(String format, Object... values) {
        PrintWriter out = out();
        out.printf(Locale.ROOT, format + "%n", values);
        out.flush();
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private static LocalDate dayOf(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC).toLocalDate();
    }

    private static String size(long bytes) {
        return bytes < 1 << 20
                ? String.format(Locale.ROOT, "%.1f KB", bytes / 1024.0)
                : String.format(Locale.ROOT, "%,.1f MB", bytes / 1048576.0);
    }

    /** Reads sizes such as {@code 128MB}; a KB is 1024 bytes. */
    static final class SizeConverter implements ITypeConverter<Long> {
        private static final Pattern FORM = Pattern.compile("(\\d{1,9})\\s*(KB|MB|GB)");

        @Override
        public Long convert(String text) {
            Matcher matcher = FORM.matcher(text.strip().toUpperCase(Locale.ROOT));
            if (!matcher.matches()) {
                throw new TypeConversionException(
                        "\"" + text + "\" is not a size, expected one such as 128MB, 64KB or 1GB");
            }
            int shift =
                    switch (matcher.group(2)) {
                        case "KB" -> 10;
                        case "MB" -> 20;
                        default -> 30;
                    };
            return Long.parseLong(matcher.group(1)) << shift;
        }
    }
}
