package io.fraudstream.bench;

import io.fraudstream.bench.Testbed.Pace;
import io.fraudstream.bench.Testbed.Trial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * How the job's features keep their speed: with more cards in RocksDB, with one terminal that takes
 * ever more of all events, and with one subtask or two.
 */
final class ScaleSection implements Section {
    private static final Duration SETTLING = Duration.ofSeconds(3);
    private static final Duration MEASURED = Duration.ofSeconds(8);
    private static final Duration QUICK = Duration.ofSeconds(2);
    private static final int PARTITIONS = 4;
    private static final int SKEW_CARDS = 10_000;
    private static final long FEWEST_BEFORE = 200_000;
    private static final long BEHIND = 700_000;
    private static final List<Integer> CARDS = List.of(10_000, 100_000, 1_000_000);
    private static final List<Integer> PERCENT = List.of(0, 1, 10, 50);

    @Override
    public String name() {
        return "scale";
    }

    @Override
    public String description() {
        return "features with more cards, a hot terminal, and more subtasks";
    }

    /** A job after so much history. */
    private record Case(Testbed bed, Trial trial, long history, long stateBytes) {}

    @Override
    public void run(BenchSettings settings, Findings findings) throws Exception {
        findings.row("", "events a second", "CPU s a million", "bytes of state a card");
        Trial features = Testbed.product(null);
        Trial inRocksDb = features.with("job.stateBackend", "rocksdb");
        try (Testbed bed = Testbed.open(settings.directory().resolve(name()), PARTITIONS)) {
            for (int cards : CARDS) {
                if (settings.quick() && cards > SKEW_CARDS) {
                    break;
                }
                Case one = prepared(bed, "cards-" + cards, settings, inRocksDb, cards, 0);
                Findings found =
                        findings.under("cards" + cards)
                                .put("stateBytesPerCard", (double) one.stateBytes / cards);
                measure(
                        one,
                        one.trial,
                        settings,
                        String.format(Locale.ROOT, "%,d cards, RocksDB", cards),
                        String.format(Locale.ROOT, "%.0f", (double) one.stateBytes / cards),
                        found);
            }
            for (int percent : PERCENT) {
                Case one =
                        prepared(
                                bed,
                                "skew-" + percent,
                                settings,
                                features,
                                (int) settings.amount(SKEW_CARDS, SKEW_CARDS / 10),
                                percent / 100.0);
                measure(
                        one,
                        one.trial,
                        settings,
                        "a terminal with " + percent + " %",
                        "",
                        findings.under("skew" + percent));
                if (percent == 0) {
                    for (int parallelism : new int[] {1, 2}) {
                        measure(
                                one,
                                one.trial.with("job.parallelism", Integer.toString(parallelism)),
                                settings,
                                "parallelism " + parallelism,
                                "",
                                findings.under("parallelism" + parallelism));
                    }
                }
            }
        }
    }

    /** Every card has come twice at least. */
    private static Case prepared(
            Testbed bed,
            String name,
            BenchSettings settings,
            Trial trial,
            int cards,
            double shareOfOne)
            throws Exception {
        settings.progress().accept("scale: " + name + " ...");
        Testbed own = bed.withTopics(name + "-", PARTITIONS);
        EvenRows rows = new EvenRows(cards, shareOfOne);
        long history = settings.amount(Math.max(2L * cards, FEWEST_BEFORE), FEWEST_BEFORE / 10);
        own.fill(rows.more(history));
        Path savepoint = own.savepointOf(trial);
        own.fill(rows.more(settings.amount(BEHIND, BEHIND / 10)));
        return new Case(own, trial.after(savepoint), history, bytesOf(savepoint));
    }

    private static void measure(
            Case one,
            Trial trial,
            BenchSettings settings,
            String words,
            String state,
            Findings found)
            throws Exception {
        Pace pace = one.bed.pace(trial, one.history, SETTLING, settings.quick() ? QUICK : MEASURED);
        found.put("eventsPerSecond", pace.eventsPerSecond())
                .put("cpuSecondsPerMillion", pace.cpuSecondsPerMillion());
        found.row(
                words,
                String.format(Locale.ROOT, "%.0f", pace.eventsPerSecond()),
                String.format(Locale.ROOT, "%.2f", pace.cpuSecondsPerMillion()),
                state);
    }

    private static long bytesOf(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            long bytes = 0;
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
            return bytes;
        }
    }
}
