package io.fraudstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fraudstream.config.Settings;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.kafka.PointerTopic;
import io.fraudstream.kafka.TopicNames;
import io.fraudstream.kafka.Topics;
import io.fraudstream.model.BundleException;
import io.fraudstream.recording.Durations;
import io.fraudstream.training.Evaluation;
import io.fraudstream.training.EventStoreReader;
import io.fraudstream.training.GateLimits;
import io.fraudstream.training.Retraining;
import io.fraudstream.training.RetrainingRound;
import io.fraudstream.training.RetrainingSchedule;
import io.fraudstream.training.StoreException;
import io.fraudstream.training.TrainingException;
import io.fraudstream.training.TrainingReport;
import io.fraudstream.training.TrainingSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Trains challengers and promotes those that pass the gate, once or by schedule. */
@Command(
        name = "retrain",
        description = {
            "Trains a challenger on what the job stored and lets it take the champion's place if it"
                    + " passes the gate.",
            "It is trained on all but the newest matured days, compared with the champion on those,"
                    + " and promoted if no rule of the settings retraining.* stands against it. The"
                    + " decision and its reasons go into the registry's log. A challenger that is"
                    + " refused, or a training that fails, leaves the champion in service."
        },
        exitCodeList = {
            "0:round done, promoted or refused",
            "1:failed; the champion goes on",
            "2:wrong usage or settings"
        },
        footer = {
            "  fraudstream retrain --dry-run",
            "  fraudstream retrain --every 24h --summary retraining.json"
        })
final class RetrainCommand implements Callable<Integer> {
    private final Clock clock = Clock.systemUTC();

    @Mixin private SettingsOptions settingsOptions;

    @Mixin private TrainingOptions training;

    @Option(
            names = "--store",
            paramLabel = "DIR",
            description = "The event store (default: the setting store.directory).")
    private Path store;

    @Option(
            names = "--as-of",
            paramLabel = "INSTANT",
            description =
                    "Use only labels known by then, such as 2018-07-01T00:00:00Z (default: the last"
                            + " event's time).")
    private Instant asOf;

    @Option(
            names = "--every",
            paramLabel = "DURATION",
            description =
                    "Go on, a round every so often, such as 24h, until Ctrl-C (default: the setting"
                            + " retraining.every; without either, one round).")
    private String everyText;

    @Option(names = "--once", description = "Do one round, whatever the settings say.")
    private boolean once;

    @Option(names = "--dry-run", description = "Decide only: promote nothing, log nothing.")
    private boolean dryRun;

    @Option(
            names = "--summary",
            paramLabel = "FILE",
            description = "Write the last round's decision there as JSON.")
    private Path summaryFile;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Settings settings = settingsOptions.settings();
        FeatureSchema schema = new FeatureSchema(SettingsOptions.codecParts(settings).rates());
        TrainingSettings trainingSettings;
        Duration every;
        try {
            trainingSettings = training.settings(settings.training());
            every = every(settings.retraining());
        } catch (IllegalArgumentException | TypeConversionException wrong) {
            throw new ParameterException(spec.commandLine(), wrong.getMessage(), wrong);
        }
        Settings.Kafka kafka = settings.kafka();
        TopicNames names = SettingsOptions.names(kafka);
        if (!dryRun) {
            // Better to know now than when there is something to announce.
            try (Topics topics = SettingsOptions.topics(kafka)) {
                topics.require(names.models());
            }
        }
        Path directory = store == null ? Path.of(settings.store().uri()) : store;
        try (TrainingDisplay display =
                new TrainingDisplay(spec.commandLine().getErr(), Terminal.isInteractive())) {
            Retraining retraining =
                    new Retraining(
                            new EventStoreReader(directory, schema),
                            schema,
                            trainingSettings,
                            limits(settings.retraining()),
                            settings.registry().open(clock),
                            new PointerTopic(
                                    kafka.bootstrapServers(), names.models(), kafka.properties()),
                            clock,
                            display);
            if (every == null) {
                report(schema, round(retraining));
                return Fraudstream.DONE;
            }
            return keepOn(schema, retraining, every);
        }
    }

    private Duration every(Settings.Retraining configured) {
        if (once || asOf != null) {
            if (everyText != null) {
                throw new IllegalArgumentException(
                        "--every is given, expected it without --once and --as-of");
            }
            return null;
        }
        if (everyText == null) {
            return configured.every();
        }
        Duration every = Durations.parse(everyText);
        if (every.isZero()) {
            throw new IllegalArgumentException(
                    "--every is " + everyText + ", expected 1ms or more");
        }
        return every;
    }

    private static GateLimits limits(Settings.Retraining configured) {
        return new GateLimits(
                configured.testDays(),
                configured.minEvents(),
                configured.minFrauds(),
                configured.averagePrecisionMargin(),
                configured.maxCalibrationError(),
                configured.meanScoreFactor(),
                configured.alertVolumeFactor(),
                configured.segmentMargin(),
                configured.segmentMinFrauds(),
                configured.maxFeaturePsi());
    }

    private int keepOn(FeatureSchema schema, Retraining retraining, Duration every)
            throws InterruptedException {
        CountDownLatch stop = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    // A promotion under way is completed, a training is dropped.
                                    retraining.stop();
                                    stop.countDown();
                                },
                                "retrain-shutdown"));
        PrintWriter out = spec.commandLine().getOut();
        new RetrainingSchedule(
                        every, clock, due -> !stop.await(untilMillis(due), TimeUnit.MILLISECONDS))
                .run(
                        next -> {
                            try {
                                report(schema, round(retraining));
                            } catch (TrainingException
                                    | StoreException
                                    | BundleException
                                    | IOException
                                    | RuntimeException failed) {
                                // What failed today may succeed tomorrow.
                                spec.commandLine()
                                        .getErr()
                                        .println(
                                                "fraudstream: this round failed, the champion goes"
                                                        + " on: "
                                                        + Failures.describe(failed));
                            }
                            out.println("Next round: " + next + ". Ctrl-C stops it.");
                            out.flush();
                        });
        return Fraudstream.DONE;
    }

    private long untilMillis(Instant due) {
        return Math.max(0, Duration.between(clock.instant(), due).toMillis());
    }

    private RetrainingRound round(Retraining retraining)
            throws StoreException, TrainingException, IOException, BundleException {
        return retraining.run(asOf == null ? null : asOf.toEpochMilli(), dryRun);
    }

    private void report(FeatureSchema schema, RetrainingRound round) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        round.lines().forEach(out::println);
        out.flush();
        if (summaryFile != null) {
            JsonMapper.builder()
                    .build()
                    .writerWithDefaultPrettyPrinter()
                    .writeValue(summaryFile.toFile(), round.fields());
        }
        if (training.report() != null && round.challenger() != null) {
            new TrainingReport(schema)
                    .write(training.report(), round.challenger(), null, List.of(testDays(round)));
        }
    }

    private static TrainingReport.Section testDays(RetrainingRound round) {
        double threshold = round.challenger().bundle().manifest().threshold();
        return new TrainingReport.Section(
                "Test days",
                Evaluation.of(round.challengerScores(), threshold),
                round.challengerScores(),
                Map.of(),
                round.champion() == null
                        ? null
                        : new TrainingReport.Champion(
                                round.champion().id(),
                                round.champion().manifest().threshold(),
                                round.championScores()));
    }
}
