package io.fraudstream.cli;

import io.fraudstream.config.CodecParts;
import io.fraudstream.config.Settings;
import io.fraudstream.config.SettingsException;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.model.BundleException;
import io.fraudstream.model.ModelBundle;
import io.fraudstream.model.dl4j.NetworkSettings;
import io.fraudstream.recording.Durations;
import io.fraudstream.recording.Mapping;
import io.fraudstream.training.Evaluation;
import io.fraudstream.training.EventStoreReader;
import io.fraudstream.training.OfflineFeatures;
import io.fraudstream.training.RecordedEvents;
import io.fraudstream.training.Search;
import io.fraudstream.training.StoreException;
import io.fraudstream.training.TrainedModel;
import io.fraudstream.training.Trainer;
import io.fraudstream.training.TrainingException;
import io.fraudstream.training.TrainingReport;
import io.fraudstream.training.TrainingSet;
import io.fraudstream.training.TrainingSettings;
import io.fraudstream.training.TrainingWindow;
import io.fraudstream.transaction.FraudLabel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Trains a model from the event store or from recorded files. */
@Command(
        name = "train",
        description =
                "Trains a model on what the job stored, or on recorded files, and writes a bundle.",
        footer = {
            "  fraudstream train --model-out model.zip --report report",
            "  fraudstream train --transactions data/*.csv.gz \\",
            "      --mapping config/mappings/handbook.yaml --label-delay 7d \\",
            "      --as-of 2018-07-01T00:00:00Z --model lstm --model-out model.zip"
        })
final class TrainCommand implements Callable<Integer> {
    private final Clock clock = Clock.systemUTC();

    @Mixin private SettingsOptions settingsOptions;

    @Mixin private TrainingOptions training;

    @Option(
            names = "--store",
            paramLabel = "DIR",
            description = "The event store (default: the setting store.directory).")
    private Path store;

    @Option(
            names = "--transactions",
            paramLabel = "FILE",
            arity = "1..*",
            description = "Recorded files instead of the event store; needs --mapping.")
    private List<Path> files;

    @Option(
            names = "--mapping",
            paramLabel = "FILE",
            description =
                    "What the columns of the files mean, such as config/mappings/handbook.yaml.")
    private Path mappingFile;

    @Option(
            names = "--label-delay",
            paramLabel = "DURATION",
            description =
                    "From an event of the files to its label, such as 7d (default: the mapping's).")
    private String labelDelayText;

    @Option(
            names = "--as-of",
            paramLabel = "INSTANT",
            description =
                    "Use only labels known by then, such as 2018-07-01T00:00:00Z (default: the last"
                            + " event's time).")
    private Instant asOf;

    @Option(
            names = "--train-from",
            paramLabel = "DATE",
            description = "The first day to train on, UTC (default: that of the data).")
    private LocalDate trainFrom;

    @Option(
            names = "--train-to",
            paramLabel = "DATE",
            description = "The last day, UTC (default: that of the data).")
    private LocalDate trainTo;

    @Option(
            names = "--model-out",
            paramLabel = "BUNDLE",
            required = true,
            description = "Write the trained bundle there.")
    private Path modelOut;

    @Option(
            names = "--search",
            paramLabel = "SETTING=VALUE,...",
            description =
                    "Try these values of a setting of the network, such as learningRate=0.001,0.002"
                            + " or hiddenUnits=128-64,64-32; repeated for more settings: every"
                            + " combination is tried, as of several moments a week apart, and the"
                            + " best one is trained.")
    private List<String> search;

    @Option(
            names = "--search-folds",
            paramLabel = "N",
            defaultValue = "3",
            description = "As of how many moments --search tries (default: ${DEFAULT-VALUE}).")
    private int searchFolds;

    @Spec private CommandSpec spec;

    /**
     * Training sets, of which the last is the whole, and what was passed over while they were read.
     */
    private record Source(List<TrainingSet> folds, String notes) {
        TrainingSet set() {
            return folds.get(folds.size() - 1);
        }
    }

    @Override
    public Integer call()
            throws IOException,
                    SettingsException,
                    StoreException,
                    TrainingException,
                    BundleException {
        Settings settings = settingsOptions.settings();
        CodecParts parts = SettingsOptions.codecParts(settings);
        FeatureSchema schema = new FeatureSchema(parts.rates());
        Source source;
        ModelBundle champion;
        List<Map<String, String>> grid;
        TrainingSettings trainingSettings;
        try {
            champion = training.champion(schema, settings.registry());
            trainingSettings = training.settings(settings.training());
            grid = search == null ? List.of() : Search.grid(search, trainingSettings.network());
            if (searchFolds < 1) {
                throw new IllegalArgumentException(
                        "--search-folds is " + searchFolds + ", expected 1 or more");
            }
            if (files != null) {
                source = fromFiles(trainingSettings, schema, parts);
            } else {
                Path directory = store == null ? Path.of(settings.store().uri()) : store;
                source = fromStore(trainingSettings, schema, directory);
            }
        } catch (IllegalArgumentException | TypeConversionException wrong) {
            throw new ParameterException(spec.commandLine(), wrong.getMessage(), wrong);
        }
        TrainingSet set = source.set();
        if (search != null) {
            set = set.with(best(schema, source.folds(), grid, trainingSettings.network()));
        }
        TrainedModel model;
        try (TrainingDisplay display =
                new TrainingDisplay(spec.commandLine().getErr(), Terminal.isInteractive())) {
            model = new Trainer(schema, display).train(set);
        }
        settings.registry().write(modelOut, model.zip());
        if (training.report() != null) {
            TrainingReport.Champion onValidation =
                    champion == null ? null : TrainingReport.Champion.of(champion, schema, set);
            new TrainingReport(schema).write(training.report(), model, onValidation, List.of());
        }
        print(model, source.notes());
        return Fraudstream.DONE;
    }

    private NetworkSettings best(
            FeatureSchema schema,
            List<TrainingSet> folds,
            List<Map<String, String>> grid,
            NetworkSettings settings)
            throws TrainingException {
        List<Search.Outcome> outcomes;
        try (Progress progress =
                Progress.start("search", (long) grid.size() * folds.size(), spec)) {
            outcomes = new Search(schema).run(folds, grid, progress::at);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println("Average precision on the validation days, mean and as of each moment:");
        for (Search.Outcome outcome : outcomes) {
            out.printf(Locale.ROOT, "%.4f ", outcome.mean());
            outcome.averagePrecision().forEach(one -> out.printf(Locale.ROOT, " %.4f", one));
            out.printf(Locale.ROOT, "  %6.1f s  %s%n", outcome.seconds(), outcome.changes());
        }
        out.flush();
        return Search.with(settings, outcomes.get(0).changes());
    }

    private Source fromFiles(TrainingSettings settings, FeatureSchema schema, CodecParts parts)
            throws IOException, TrainingException {
        if (mappingFile == null || store != null) {
            throw new IllegalArgumentException(
                    "--transactions is given, expected --mapping with it and no --store");
        }
        Mapping mapping = Mapping.load(mappingFile);
        if (labelDelayText != null) {
            mapping = mapping.withLabelDelay(Durations.parse(labelDelayText));
        }
        long until = asOf == null ? Long.MAX_VALUE : asOf.toEpochMilli();
        RecordedEvents events =
                RecordedEvents.read(files, mapping, parts.transactionCodec(clock), until);
        TrainingOptions.warnOfRejections(
                spec.commandLine().getErr(), events.rejected(), events.firstRejection());
        if (events.transactions().isEmpty()) {
            throw new TrainingException(
                    "the files hold 0 transactions before the cut-off, expected 1 or more");
        }
        long first = events.transactions().get(0).eventTime();
        long last = events.transactions().get(events.transactions().size() - 1).eventTime();
        TrainingWindow window = window(first, last);
        List<TrainingSet> folds = folds(settings, window, events.labels());
        OfflineFeatures features = new OfflineFeatures(schema);
        features.run(
                events.transactions(),
                events.labels(),
                row -> folds.forEach(fold -> fold.add(row)));
        return new Source(
                folds,
                String.format(
                        Locale.ROOT,
                        "%,d duplicates, %,d refused rows",
                        features.duplicates(),
                        events.rejected()));
    }

    private Source fromStore(TrainingSettings settings, FeatureSchema schema, Path directory)
            throws StoreException, TrainingException {
        if (mappingFile != null || labelDelayText != null) {
            throw new IllegalArgumentException(
                    "--mapping or --label-delay is given, expected --transactions with it: the"
                            + " store holds labels");
        }
        EventStoreReader reader = new EventStoreReader(directory, schema);
        EventStoreReader.Span span =
                reader.span()
                        .orElseThrow(
                                () ->
                                        new TrainingException(
                                                "event store "
                                                        + directory
                                                        + " holds 0 transactions, expected 1 or"
                                                        + " more"));
        TrainingWindow window = window(span.first(), span.last());
        List<TrainingSet> folds = folds(settings, window, reader.labels());
        EventStoreReader.Counts counts =
                reader.read(
                        window.from(), window.to(), row -> folds.forEach(fold -> fold.add(row)));
        if (counts.rows() == 0) {
            throw new TrainingException(
                    "event store "
                            + directory
                            + " holds 0 transactions of the range with feature"
                            + " fingerprint "
                            + schema.fingerprint()
                            + ", expected 1 or more; "
                            + counts.otherFeatures()
                            + " have another");
        }
        return new Source(
                folds,
                String.format(
                        Locale.ROOT,
                        "%,d duplicates, %,d events with other features",
                        counts.duplicates(),
                        counts.otherFeatures()));
    }

    private List<TrainingSet> folds(
            TrainingSettings settings, TrainingWindow window, List<FraudLabel> labels) {
        return Search.folds(search == null ? 1 : searchFolds, settings, window, labels);
    }

    private TrainingWindow window(long first, long last) {
        long cutOff = asOf == null ? last : asOf.toEpochMilli();
        long from = trainFrom == null ? first : TrainingOptions.startOf(trainFrom);
        long to = trainTo == null ? last + 1 : TrainingOptions.endOf(trainTo);
        return new TrainingWindow(from, to, cutOff);
    }

    private void print(TrainedModel model, String notes) {
        Evaluation validation = model.validation();
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                Locale.ROOT,
                "Bundle %s: %s, trained on %,d events (%,d frauds), best epoch %d of %d.%n",
                model.bundle().id(),
                model.bundle().kind().wireName(),
                model.fittedEvents(),
                model.fittedFrauds(),
                model.bestEpoch(),
                model.epochs().size());
        out.printf(
                Locale.ROOT,
                "Validation days: %,d events, %,d frauds, AUC %.4f, AP %.4f; at threshold %.4f"
                        + " precision %.3f, recall %.3f, F1 %.3f.%n",
                validation.events(),
                validation.frauds(),
                validation.areaUnderRoc(),
                validation.averagePrecision(),
                validation.threshold(),
                validation.precision(),
                validation.recall(),
                validation.f1());
        out.println(
                "Threshold chosen for "
                        + model.bundle().manifest().thresholdChoice().policy()
                        + ".");
        out.printf(
                Locale.ROOT,
                "Left out: %,d events without a mature label, %s.%n",
                model.immature(),
                notes);
        out.println("Written: " + modelOut);
        out.flush();
    }
}
