package io.fraudstream.cli;

import io.fraudstream.demo.Demo;
import io.fraudstream.demo.DemoResult;
import io.fraudstream.demo.DemoSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
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
            "  fraudstream demo --seconds 20 --keep demo-data"
        })
final class DemoCommand implements Callable<Integer> {
    private static final long SHUTDOWN_SECONDS = 90;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "60",
            description = "How long live traffic runs (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "200",
            description = "Live transactions a second (default: ${DEFAULT-VALUE}).")
    private int rate;

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
            settings =
                    new DemoSettings(
                            Duration.ofSeconds(seconds),
                            rate,
                            DemoSettings.DEFAULT.historyDays(),
                            DemoSettings.DEFAULT.cards(),
                            seed);
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
                delete(directory);
            }
            ended.countDown();
        }
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
        out.flush();
        Map<String, Object> live = new LinkedHashMap<>();
        live.put("read", result.live().read());
        live.put("scored", result.live().scored());
        live.put("alerts", result.alerts());
        live.put("frauds", result.frauds());
        live.put("precision", result.precision());
        live.put("recall", result.recall());
        new RunSummary(result.counts(), elapsed)
                .withLatency(latency, 1000.0)
                .with("live", live)
                .with(
                        "firstAlertSeconds",
                        result.firstAlert() == null
                                ? null
                                : result.firstAlert().toMillis() / 1000.0)
                .write(summaryFile);
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

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
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
