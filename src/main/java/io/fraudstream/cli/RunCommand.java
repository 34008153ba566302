package io.fraudstream.cli;

import io.fraudstream.config.CodecParts;
import io.fraudstream.config.JobPlan;
import io.fraudstream.config.Settings;
import io.fraudstream.job.JobCounts;
import io.fraudstream.job.KafkaSettings;
import io.fraudstream.job.LocalJob;
import io.fraudstream.job.kafka.BrokerPatience;
import io.fraudstream.kafka.TopicNames;
import io.fraudstream.kafka.Topics;
import io.fraudstream.registry.ModelPointer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the job on a Flink cluster inside this process. */
@Command(
        name = "run",
        description = {
            "Runs the job here: transactions and labels in from Kafka, alerts out, events stored.",
            "It goes on where its last run stopped; Ctrl-C stops it with a savepoint."
        },
        footer = {
            "  fraudstream run --model model.zip",
            "  fraudstream run --until-end --set job.order=event-time \\",
            "      --summary summary.json"
        })
final class RunCommand implements Callable<Integer> {
    @Mixin private SettingsOptions options;

    @Option(
            names = "--model",
            paramLabel = "BUNDLE",
            description = {
                "Score with this bundle, whatever is promoted. Without one the job follows the"
                    + " models topic; until the first promotion events are stored and nothing is"
                    + " scored."
            })
    private Path bundleFile;

    @Option(
            names = "--threshold",
            paramLabel = "SCORE",
            description = "Alert from this score on, 0 to 1 (default: the bundle's own).")
    private Double threshold;

    @Option(
            names = "--from",
            paramLabel = "earliest|latest|INSTANT",
            defaultValue = "earliest",
            description =
                    "Where to begin without the state of an earlier run; an instant is of the"
                            + " records' timestamps (default: ${DEFAULT-VALUE}).")
    private String from;

    @Option(names = "--fresh", description = "Begin without the state of earlier runs.")
    private boolean fresh;

    @Option(
            names = "--until-end",
            description =
                    "Stop when the topics' present ends are read and all is committed, the event"
                            + " store included.")
    private boolean untilEnd;

    @Option(
            names = "--web-port",
            paramLabel = "PORT",
            description = "Show Flink's web interface there; 0 for any free port.")
    private Integer webPort;

    @Mixin private MetricsOption metrics;

    @Option(
            names = "--summary",
            paramLabel = "FILE",
            description = "Write the counts there as JSON.")
    private Path summaryFile;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Settings settings = options.settings(metrics.settings(1));
        CodecParts parts = SettingsOptions.codecParts(settings);
        ModelPointer champion = PinnedModel.of(bundleFile, threshold, settings, parts, spec);
        KafkaSettings.Start start = start();
        TopicNames names = SettingsOptions.names(settings.kafka());
        Map<String, Map<Integer, Long>> ends = new LinkedHashMap<>();
        BrokerPatience.await(
                settings.kafka().bootstrapServers(),
                settings.kafka().properties(),
                BrokerPatience.PATIENCE,
                this::tell);
        try (Topics topics = SettingsOptions.topics(settings.kafka())) {
            topics.require(
                    names.transactions(),
                    names.labels(),
                    names.models(),
                    names.alerts(),
                    names.rejected());
            if (settings.job().lateEvents() == Settings.LateEvents.DIVERT) {
                topics.require(names.late());
            }
            if (settings.job().scoredTopic()) {
                topics.require(names.scored());
            }
            if (untilEnd) {
                ends.put(names.transactions(), topics.ends(names.transactions()));
                ends.put(names.labels(), topics.ends(names.labels()));
            }
        }
        JobPlan plan =
                JobPlan.of(settings, parts, start, ends, champion, webPort == null ? -1 : webPort)
                        .withSchemas(settings, System.getenv(), this::tell);
        return run(plan);
    }

    private void tell(String line) {
        spec.commandLine().getOut().println(line);
        spec.commandLine().getOut().flush();
    }

    private int run(JobPlan plan) throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        long began = System.nanoTime();
        LocalJob job = LocalJob.start(plan.kafka(), plan.job(), plan.flink(), plan.codecs(), fresh);
        out.println(
                (job.isResumed() ? "Going on where the last run stopped" : "Started afresh")
                        + (plan.job().champion() == null
                                ? ", following the models topic: until a promotion nothing is"
                                        + " scored."
                                : ", scoring with bundle "
                                        + plan.job().champion().bundleId()
                                        + "."));
        if (metrics.isGiven()) {
            out.println("Metrics: http://localhost:" + metrics.port() + "/metrics");
        }
        out.flush();
        CountDownLatch reported = new CountDownLatch(1);
        Thread hook = new Thread(() -> stopOnSignal(job, began, reported), "run-shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
        if (untilEnd) {
            long records =
                    plan
                            .kafka()
                            .endOffsets()
                            .get(plan.kafka().transactionsTopic())
                            .values()
                            .stream()
                            .mapToLong(Long::longValue)
                            .sum();
            try (Progress progress = Progress.start("Transactions", records, spec)) {
                job.awaitEnds(counts -> progress.at(counts.read() + before(job, counts)));
            }
            JobCounts counts = job.stop();
            Runtime.getRuntime().removeShutdownHook(hook);
            report(job, counts, began);
            return job.totals().isBalanced() ? Fraudstream.DONE : Fraudstream.FAILED;
        }
        out.println("Ctrl-C stops it.");
        out.flush();
        try {
            job.ended().join();
        } catch (CompletionException failed) {
            throw new ExecutionException(failed.getCause());
        }
        reported.await();
        return Fraudstream.DONE;
    }

    private static long before(LocalJob job, JobCounts counts) {
        return job.totals().read() - counts.read();
    }

    private void stopOnSignal(LocalJob job, long began, CountDownLatch reported) {
        PrintWriter out = spec.commandLine().getOut();
        out.println("Stopping with a savepoint ...");
        out.flush();
        try {
            report(job, job.stop(), began);
            out.println("Stopped with a savepoint; the next run goes on there.");
            out.flush();
        } catch (ExecutionException | IOException e) {
            System.err.println(
                    "fraudstream: no savepoint, the next run goes on from the last checkpoint: "
                            + Failures.describe(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            reported.countDown();
        }
    }

    private void report(LocalJob job, JobCounts counts, long began) throws IOException {
        Duration elapsed = Duration.ofNanos(System.nanoTime() - began);
        PrintWriter out = spec.commandLine().getOut();
        out.println(RunSummary.line(counts, elapsed));
        if (job.isResumed()) {
            out.printf(
                    Locale.ROOT, "Since it was started afresh: %,d read.%n", job.totals().read());
        }
        out.flush();
        new RunSummary(counts, elapsed)
                .withLatency(counts.latencyMillis(), 1)
                .with("balanced", job.totals().isBalanced())
                .with("resumed", job.isResumed())
                .with("totalRead", job.totals().read())
                .write(summaryFile);
    }

    private KafkaSettings.Start start() {
        return switch (from) {
            case "earliest" -> KafkaSettings.Start.EARLIEST;
            case "latest" -> KafkaSettings.Start.LATEST;
            default -> {
                try {
                    yield new KafkaSettings.Start(
                            KafkaSettings.Start.Kind.TIMESTAMP, Instant.parse(from).toEpochMilli());
                } catch (DateTimeException wrong) {
                    throw new ParameterException(
                            spec.commandLine(),
                            "--from is \""
                                    + from
                                    + "\", expected earliest, latest or an instant such as"
                                    + " 2026-01-31T00:00:00Z",
                            wrong);
                }
            }
        };
    }
}
