package io.fraudstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fraudstream.config.Settings;
import io.fraudstream.config.SettingsException;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.model.BundleException;
import io.fraudstream.model.ModelBundle;
import io.fraudstream.model.PopulationStability;
import io.fraudstream.recording.Durations;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.registry.ModelRegistry;
import io.fraudstream.registry.RegistryEntry;
import io.fraudstream.training.DriftReport;
import io.fraudstream.training.EventStoreReader;
import io.fraudstream.training.FeatureDrift;
import io.fraudstream.training.Retraining;
import io.fraudstream.training.StoreException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says how far the stored events have drifted from what a model was trained on. */
@Command(
        name = "drift",
        description = {
            "Compares stored events with what a model was trained on, feature by feature.",
            "The population stability index is commonly read so: below 0.1 stable, 0.1 to 0.25"
                    + " moderate, above 0.25 shifted. Few events look shifted by chance."
        },
        footer = {
            "  fraudstream models drift",
            "  fraudstream models drift 5c101a077c2c46f9 --from 2026-03-01T00:00:00Z"
        })
final class DriftCommand implements Callable<Integer> {
    private static final Duration WINDOW = Duration.ofDays(7);

    @Mixin private SettingsOptions settingsOptions;

    @Parameters(
            paramLabel = "ID",
            arity = "0..1",
            description = "The bundle (default: the one in service).")
    private String id;

    @Option(
            names = "--store",
            paramLabel = "DIR",
            description = "The event store (default: the setting store.directory).")
    private Path store;

    @Option(
            names = "--from",
            paramLabel = "INSTANT",
            description = "The first event time (default: 7 days before the end).")
    private Instant from;

    @Option(
            names = "--to",
            paramLabel = "INSTANT",
            description = "Behind the last event time (default: the store's end).")
    private Instant to;

    @Option(
            names = "--summary",
            paramLabel = "FILE",
            description = "Write the figures there as JSON.")
    private Path summaryFile;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws SettingsException, StoreException, IOException, BundleException {
        Settings settings = settingsOptions.settings();
        FeatureSchema schema = new FeatureSchema(SettingsOptions.codecParts(settings).rates());
        Path directory = store == null ? Path.of(settings.store().uri()) : store;
        EventStoreReader reader = new EventStoreReader(directory, schema);
        ModelBundle bundle = bundle(settings.registry().open(Clock.systemUTC()));
        long end = to == null ? end(reader, directory) : to.toEpochMilli();
        long begin = from == null ? end - WINDOW.toMillis() : from.toEpochMilli();
        if (begin >= end) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--from is "
                            + Instant.ofEpochMilli(begin)
                            + ", expected earlier than "
                            + Instant.ofEpochMilli(end));
        }
        DriftReport report = Retraining.drift(reader, schema, bundle, begin, end);
        print(bundle, report, begin, end);
        if (summaryFile != null) {
            JsonMapper.builder()
                    .build()
                    .writerWithDefaultPrettyPrinter()
                    .writeValue(summaryFile.toFile(), fields(bundle, report, begin, end));
        }
        return Fraudstream.DONE;
    }

    private ModelBundle bundle(ModelRegistry registry) throws IOException, BundleException {
        if (id != null) {
            return registry.load(id);
        }
        String champion =
                registry.inService(ModelPointer.CHAMPION)
                        .map(RegistryEntry::bundleId)
                        .orElseThrow(
                                () ->
                                        new BundleException(
                                                "no bundle is in service, expected one or its id"));
        return registry.load(champion);
    }

    private static long end(EventStoreReader reader, Path directory) throws StoreException {
        return reader.span()
                        .orElseThrow(
                                () ->
                                        new StoreException(
                                                "event store "
                                                        + directory
                                                        + " holds 0 transactions, expected 1 or"
                                                        + " more",
                                                null))
                        .last()
                + 1;
    }

    private void print(ModelBundle bundle, DriftReport report, long begin, long end) {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                Locale.ROOT,
                "%,d events of %s (%s to %s) against what bundle %s was trained on:%n",
                report.events(),
                Durations.format(Duration.ofMillis(end - begin)),
                Instant.ofEpochMilli(begin),
                Instant.ofEpochMilli(end),
                bundle.id());
        out.printf(
                Locale.ROOT,
                "%8.4f  %-8s  score%n",
                report.scoreIndex(),
                words(PopulationStability.Reading.of(report.scoreIndex())));
        for (FeatureDrift feature : report.features()) {
            out.printf(
                    Locale.ROOT,
                    "%8.4f  %-8s  %s%n",
                    feature.index(),
                    words(feature.reading()),
                    feature.feature());
        }
        out.flush();
    }

    private static Map<String, Object> fields(
            ModelBundle bundle, DriftReport report, long begin, long end) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("bundle", bundle.id());
        fields.put("from", Instant.ofEpochMilli(begin).toString());
        fields.put("to", Instant.ofEpochMilli(end).toString());
        fields.put("events", report.events());
        fields.put("scorePsi", finite(report.scoreIndex()));
        List<Map<String, Object>> features = new ArrayList<>();
        for (FeatureDrift feature : report.features()) {
            Map<String, Object> of = new LinkedHashMap<>();
            of.put("feature", feature.feature());
            of.put("psi", finite(feature.index()));
            of.put("reading", words(feature.reading()));
            features.add(of);
        }
        fields.put("features", features);
        return fields;
    }

    private static Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    private static String words(PopulationStability.Reading reading) {
        return reading.name().toLowerCase(Locale.ROOT);
    }
}
