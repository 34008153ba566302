package io.fraudstream.cli;

import io.fraudstream.config.Settings;
import io.fraudstream.config.SettingsException;
import io.fraudstream.kafka.PointerTopic;
import io.fraudstream.kafka.TopicNames;
import io.fraudstream.kafka.Topics;
import io.fraudstream.model.BundleException;
import io.fraudstream.model.BundleManifest;
import io.fraudstream.model.ModelBundle;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.registry.ModelRegistry;
import io.fraudstream.registry.RegistryEntry;
import io.fraudstream.registry.Why;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The registry of bundles, and who is in service. */
@Command(
        name = "models",
        subcommands = DriftCommand.class,
        description = "Shows and changes the registry of model bundles.",
        footer = {
            "  fraudstream models publish model.zip",
            "  fraudstream models list",
            "  fraudstream models promote 5c101a077c2c46f9 --threshold 0.3"
        })
final class ModelsCommand implements Runnable {
    @Spec private CommandSpec spec;

    /** There is nothing to do without a subcommand. */
    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "list, show, publish, promote or drift is missing");
    }

    @Command(
            name = "list",
            description = "Lists the bundles, the one in service marked.",
            footer = "  fraudstream models list")
    int list(@Mixin SettingsOptions options)
            throws SettingsException, IOException, BundleException {
        ModelRegistry registry = registry(options.settings());
        Optional<String> champion =
                registry.inService(ModelPointer.CHAMPION).map(RegistryEntry::bundleId);
        List<String> ids = registry.bundleIds();
        PrintWriter out = spec.commandLine().getOut();
        for (String id : ids) {
            BundleManifest manifest = registry.load(id).manifest();
            out.printf(
                    Locale.ROOT,
                    "%s %s  %-5s  %s to %s  average precision %.4f  threshold %.4f%n",
                    champion.isPresent() && champion.get().equals(id) ? "*" : " ",
                    id,
                    manifest.kind(),
                    date(manifest.trainingFrom()),
                    date(manifest.trainingTo()),
                    manifest.metrics().getOrDefault("averagePrecision", Double.NaN),
                    manifest.threshold());
        }
        if (ids.isEmpty()) {
            out.println("No bundle has been published.");
        }
        out.flush();
        return Fraudstream.DONE;
    }

    @Command(
            name = "show",
            description = "Shows what a bundle says of itself.",
            footer = "  fraudstream models show 5c101a077c2c46f9")
    int show(
            @Mixin SettingsOptions options,
            @Parameters(paramLabel = "ID", description = "The bundle's id.") String id)
            throws SettingsException, IOException, BundleException {
        ModelBundle bundle = registry(options.settings()).load(id);
        BundleManifest manifest = bundle.manifest();
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                "Bundle %s, %s, trained by %s with seed %d%n",
                id, manifest.kind(), manifest.trainedBy(), manifest.seed());
        out.printf(
                "Events from %s to %s, labels known by %s%n",
                Instant.ofEpochMilli(manifest.trainingFrom()),
                Instant.ofEpochMilli(manifest.trainingTo()),
                Instant.ofEpochMilli(manifest.labelCutOff()));
        out.printf(
                "Feature fingerprint %s, %d features%n",
                manifest.featureFingerprint(), manifest.features().size());
        out.printf(Locale.ROOT, "Alerts from a score of %.6f%n", manifest.threshold());
        manifest.layers()
                .forEach(
                        layer ->
                                out.printf(
                                        "Layer %s, %d to %d%s%n",
                                        layer.type(),
                                        layer.inputs(),
                                        layer.outputs(),
                                        layer.activation() == null
                                                ? ""
                                                : ", "
                                                        + layer.activation()
                                                                .toLowerCase(Locale.ROOT)));
        new TreeMap<>(manifest.metrics())
                .forEach((name, value) -> out.printf(Locale.ROOT, "%s %.6f%n", name, value));
        if (manifest.thresholdChoice() != null) {
            printThresholds(out, manifest);
        }
        out.flush();
        return Fraudstream.DONE;
    }

    private static void printThresholds(PrintWriter out, BundleManifest manifest) {
        BundleManifest.ThresholdChoice choice = manifest.thresholdChoice();
        out.printf(
                "Threshold chosen for %s. On the validation days another would have done:%n",
                choice.policy());
        out.println("  threshold  alerts/day  precision  recall    cost/day");
        for (BundleManifest.Candidate candidate : choice.candidates()) {
            out.printf(
                    Locale.ROOT,
                    "%s  %.6f  %10.1f  %9.3f  %6.3f  %,10.2f%n",
                    candidate.threshold() == manifest.threshold() ? "*" : " ",
                    candidate.threshold(),
                    candidate.alertsPerDay(),
                    candidate.precision(),
                    candidate.recall(),
                    candidate.costPerDayMinor() / 100);
        }
    }

    @Command(
            name = "publish",
            description = "Checks a bundle and puts it into the registry.",
            footer = "  fraudstream models publish model.zip")
    int publish(
            @Mixin SettingsOptions options,
            @Parameters(paramLabel = "BUNDLE", description = "The bundle's file.") Path file)
            throws SettingsException, IOException, BundleException {
        ModelBundle bundle = registry(options.settings()).publish(Files.readAllBytes(file));
        PrintWriter out = spec.commandLine().getOut();
        out.println("Published " + bundle.id());
        out.flush();
        return Fraudstream.DONE;
    }

    @Command(
            name = "promote",
            description =
                    "Puts a published bundle into service and tells the running job, which takes it"
                            + " over.",
            footer = "  fraudstream models promote 5c101a077c2c46f9")
    int promote(
            @Mixin SettingsOptions options,
            @Parameters(paramLabel = "ID", description = "The bundle's id.") String id,
            @Option(
                            names = "--effective-from",
                            paramLabel = "INSTANT",
                            description =
                                    "Event time from which it serves in event-time order (default:"
                                            + " now).")
                    Instant effectiveFrom,
            @Option(
                            names = "--threshold",
                            paramLabel = "SCORE",
                            description =
                                    "Alert from this score on, 0 to 1 (default: the bundle's own).")
                    Double threshold)
            throws SettingsException, IOException, BundleException {
        if (threshold != null && !(threshold >= 0 && threshold <= 1)) {
            throw new ParameterException(
                    spec.commandLine(), "--threshold is " + threshold + ", expected 0 to 1");
        }
        Settings settings = options.settings();
        Instant from = effectiveFrom == null ? Clock.systemUTC().instant() : effectiveFrom;
        Settings.Kafka kafka = settings.kafka();
        TopicNames topics = SettingsOptions.names(kafka);
        try (Topics admin = SettingsOptions.topics(kafka)) {
            admin.require(topics.models());
        }
        ModelPointer pointer =
                registry(settings)
                        .promote(
                                ModelPointer.CHAMPION,
                                id,
                                from.toEpochMilli(),
                                threshold,
                                Why.of("models promote"));
        new PointerTopic(kafka.bootstrapServers(), topics.models(), kafka.properties())
                .announce(pointer);
        PrintWriter out = spec.commandLine().getOut();
        out.println(
                "Promoted "
                        + id
                        + ", effective from "
                        + from
                        + ", announced on "
                        + topics.models());
        out.flush();
        return Fraudstream.DONE;
    }

    private static ModelRegistry registry(Settings settings) {
        return settings.registry().open(Clock.systemUTC());
    }

    private static String date(long millis) {
        return Instant.ofEpochMilli(millis).toString().substring(0, 10);
    }
}
