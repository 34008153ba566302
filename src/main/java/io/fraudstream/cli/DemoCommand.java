package io.fraudstream.cli;

import io.fraudstream.demo.Demo;
import io.fraudstream.demo.DemoResult;
import io.fraudstream.demo.DemoSettings;
import io.fraudstream.demo.Detection;
import io.fraudstream.demo.RetrainingResult;
import io.fraudstream.training.RetrainingRound;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows the whole of it with nothing else installed. */
@Command(
        name = "demo",
        description = {
            "Shows everything at once, with nothing else installed.",
            "Starts a Kafka broker and a Flink cluster in this process, simulates history, trains a"
                + " model on it, then streams live traffic and prints alerts with score, reasons"
                + " and latency as they come."
        },
        footer = {
            "  fraudstream demo --seconds 60",
            "  fraudstream demo --seconds 20 --keep demo-data",
            "  fraudstream demo --retrain --summary demo.json"
        })
final class DemoCommand implements Callable<Integer> {
    private static final long SHUTDOWN_SECONDS = 90;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "How long live traffic runs (default: 60).")
    private Integer seconds;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description =
                    "Live transactions a second (default: 200, and 1500 with --retrain, which makes"
                            + " days pass in seconds).")
    private Integer rate;

    @Option(
            names = "--retrain",
            description =
                    "Let a new kind of fraud come up, retrain on it and swap the model in the"
                            + " running job; then lose labels, so that the next retraining is"
                            + " refused. Live traffic runs as long as that takes, about two"
                            + " minutes.")
    private boolean retrain;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "42",
            description = "Of the simulation and the training (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--keep",
            paramLabel = "DIR",
            description =
                    "Keep topics, event store, models and checkpoints there; an empty or new"
                            + " directory.")
    private Path keep;

    @Option(
            names = "--summary",
            paramLabel = "FILE",
            description = "Write the counts and figures there as JSON.")
    private Path summaryFile;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        DemoSettings settings;
        try {
            settings = settings();
            requireEmpty(keep);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), wrong.getMessage(), wrong);
        }
        long began = System.nanoTime();
        PrintWriter out = spec.commandLine().getOut();
        Path directory = keep == null ? Files.createTempDirectory("fraudstream-demo") : keep;
        CountDownLatch ended = new CountDownLatch(1);
        try (TrainingDisplay display =
                new TrainingDisplay(spec.commandLine().getErr(), Terminal.isInteractive())) {
            Demo demo =
                    new Demo(
                            settings,
                            directory,
                            Clock.systemUTC(),
                            display,
                            line -> {
                                out.println(line);
                                out.flush();
                            });
            Thread hook =
                    new Thread(
                            () -> {
                                demo.stop();
                                awaitQuietly(ended);
                            },
                            "demo-shutdown");
            Runtime.getRuntime().addShutdownHook(hook);
            DemoResult result = demo.run();
            report(result, Duration.ofNanos(System.nanoTime() - began));
            if (keep != null) {
                out.println("Kept in " + keep + ": broker, store, registry, checkpoints.");
                out.flush();
            }
            return result.counts().isBalanced() ? Fraudstream.DONE : Fraudstream.FAILED;
        } finally {
            if (keep == null) {
                Directories.delete(directory);
            }
            ended.countDown();
        }
    }

    private DemoSettings settings() {
        if (retrain && seconds != null) {
            throw new IllegalArgumentException(
                    "--seconds is " + seconds + ", expected none with --retrain");
        }
        DemoSettings basis = retrain ? DemoSettings.RETRAINING : DemoSettings.DEFAULT;
        return new DemoSettings(
                seconds == null ? basis.live() : Duration.ofSeconds(seconds),
                rate == null ? basis.rate() : rate,
                basis.historyDays(),
                basis.cards(),
                seed,
                retrain);
    }

    private void report(DemoResult result, Duration elapsed) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Histogram latency = result.latencyMicros();
        out.printf(
                Locale.ROOT,
                "%nRead %,d = scored %,d + rejected %,d + late %,d + duplicate %,d (%,d scored"
                        + " late); %,d labels.%n",
                result.counts().read(),
                result.counts().scored(),
                result.counts().rejected(),
                result.counts().late(),
                result.counts().duplicate(),
                result.counts().scoredLate(),
                result.counts().labels());
        out.printf(
                Locale.ROOT,
                "Live: %,d read, %,d alerts, %,d of %,d frauds found: precision %.2f, recall"
                        + " %.2f.%n",
                result.live().read(),
                result.alerts(),
                result.hits(),
                result.frauds(),
                result.precision(),
                result.recall());
        out.printf(
                Locale.ROOT,
                "Event to alert, at the consumer: p50 %.1f ms, p95 %.1f ms, p99 %.1f ms, max %.1f"
                        + " ms.%n",
                latency.getValueAtPercentile(50) / 1000.0,
                latency.getValueAtPercentile(95) / 1000.0,
                latency.getValueAtPercentile(99) / 1000.0,
                latency.getMaxValue() / 1000.0);
        if (result.firstAlert() != null) {
            out.printf(
                    Locale.ROOT,
                    "First alert after %.0f s.%n",
                    result.firstAlert().toMillis() / 1000.0);
        }
        if (result.retraining() != null) {
            print(result.retraining());
        }
        out.flush();
        Map<String, Object> live = new LinkedHashMap<>();
        live.put("read", result.live().read());
        live.put("scored", result.live().scored());
        live.put("alerts", result.alerts());
        live.put("frauds", result.frauds());
        live.put("precision", result.precision());
        live.put("recall", result.recall());
        RunSummary summary = new RunSummary(result.counts(), elapsed);
        if (result.retraining() != null) {
            summary.with("retraining", fields(result.retraining()));
        }
        summary.withLatency(latency, 1000.0)
                .with("live", live)
                .with(
                        "firstAlertSeconds",
                        result.firstAlert() == null
                                ? null
                                : result.firstAlert().toMillis() / 1000.0)
                .write(summaryFile);
    }

    private void print(RetrainingResult retraining) {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                "%nDetection on live traffic, against what is simulated to be true:%n"
                        + "%-38s %9s %7s %9s %9s %7s %16s%n",
                "", "events", "frauds", "avg.prec.", "precision", "recall", "recall at budget");
        print(out, "first model, until the swap", retraining.before());
        if (retraining.after() == null) {
            out.println("No challenger was promoted.");
            return;
        }
        print(out, "promoted model, since the swap", retraining.after());
        print(out, "had the first model gone on since then", retraining.afterWithout());
        out.printf(
                Locale.ROOT,
                "Average precision gained by the swap: %+.3f, 95 %% interval %+.3f to %+.3f. The"
                        + " first model's last score was of a record sent %,d ms after the"
                        + " announcement.%n",
                retraining.gain().value(),
                retraining.gain().low(),
                retraining.gain().high(),
                retraining.swapMillis());
    }

    private static void print(PrintWriter out, String name, Detection detection) {
        out.printf(
                Locale.ROOT,
                "%-38s %,9d %,7d %9.3f %9.2f %7.2f %16.2f%n",
                name,
                detection.events(),
                detection.frauds(),
                detection.averagePrecision(),
                detection.precision(),
                detection.recall(),
                detection.recallAtBudget());
    }

    private static Map<String, Object> fields(RetrainingResult retraining) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("rounds", retraining.rounds().stream().map(RetrainingRound::fields).toList());
        fields.put("before", retraining.before());
        fields.put("after", retraining.after());
        fields.put("afterWithout", retraining.afterWithout());
        fields.put("averagePrecisionGain", retraining.gain());
        fields.put("swapMillis", retraining.swapMillis());
        return fields;
    }

    private static void requireEmpty(Path directory) throws IOException {
        if (directory != null && Files.exists(directory)) {
            try (Stream<Path> files = Files.list(directory)) {
                if (files.findAny().isPresent()) {
                    throw new IllegalArgumentException(
                            "--keep is "
                                    + directory
                                    + ", expected a directory that is empty or not there yet");
                }
            }
        }
    }

    private static void awaitQuietly(CountDownLatch ended) {
        try {
            if (!ended.await(SHUTDOWN_SECONDS, TimeUnit.SECONDS)) {
                System.err.println(
                        "fraudstream: the demo did not end within " + SHUTDOWN_SECONDS + " s");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
