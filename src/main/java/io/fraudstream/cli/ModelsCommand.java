package io.fraudstream.cli;

import io.fraudstream.config.Settings;
import io.fraudstream.config.SettingsException;
import io.fraudstream.model.BundleException;
import io.fraudstream.model.BundleManifest;
import io.fraudstream.model.ModelBundle;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.registry.ModelRegistry;
import io.fraudstream.registry.RegistryEntry;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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
            "  fraudstream models diff 5c101a077c2c46f9 d652849e7307d548",
            "  fraudstream models promote 5c101a077c2c46f9",
            "  fraudstream models threshold 0.3 --reason 'too many alerts'",
            "  fraudstream models rollback"
        })
final class ModelsCommand implements Runnable {
    @Spec private CommandSpec spec;

    /** There is nothing to do without a subcommand. */
    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "list, show, diff, publish, promote, threshold, rollback, retire or drift is"
                        + " missing");
    }

    @Command(
            name = "list",
            description =
                    "Lists the bundles, and which of them serve: the champion decides, a shadow"
                            + " scores beside it.",
            footer = {"  fraudstream models list", "  fraudstream models list --history"})
    int list(
            @Mixin SettingsOptions options,
            @Option(
                            names = "--history",
                            description = "Every decision instead, with who made it and why.")
                    boolean history)
            throws SettingsException, IOException, BundleException {
        ModelRegistry registry = options.settings().registry().open(Clock.systemUTC());
        PrintWriter out = spec.commandLine().getOut();
        if (history) {
            registry.log().forEach(entry -> print(out, entry));
        } else {
            print(out, registry);
        }
        out.flush();
        return Fraudstream.DONE;
    }

    private static void print(PrintWriter out, ModelRegistry registry)
            throws IOException, BundleException {
        Optional<RegistryEntry> champion = registry.inService(ModelPointer.CHAMPION);
        Optional<RegistryEntry> shadow = registry.inService(ModelPointer.SHADOW);
        List<String> ids = registry.bundleIds();
        for (String id : ids) {
            BundleManifest manifest = registry.load(id).manifest();
            boolean decides = champion.map(RegistryEntry::bundleId).filter(id::equals).isPresent();
            boolean beside = shadow.map(RegistryEntry::bundleId).filter(id::equals).isPresent();
            Double override = decides ? champion.get().threshold() : null;
            out.printf(
                    Locale.ROOT,
                    "%-8s %s  %-8s  %s to %s  average precision %.4f  threshold %.4f%s%n",
                    decides ? ModelPointer.CHAMPION : beside ? ModelPointer.SHADOW : "",
                    id,
                    manifest.kind(),
                    date(manifest.trainingFrom()),
                    date(manifest.trainingTo()),
                    manifest.metrics().getOrDefault("averagePrecision", Double.NaN),
                    override == null ? manifest.threshold() : override,
                    decides && beside ? "  also shadow" : "");
        }
        if (ids.isEmpty()) {
            out.println("No bundle has been published.");
        }
    }

    private static void print(PrintWriter out, RegistryEntry entry) {
        out.printf(
                Locale.ROOT,
                "%4d  %s  %-11s  %-8s  %-16s  by %s%s%n",
                entry.number(),
                entry.at().truncatedTo(ChronoUnit.SECONDS),
                entry.kind().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                entry.slot(),
                entry.bundleId() == null ? "no bundle" : entry.bundleId(),
                entry.why().by(),
                entry.threshold() == null ? "" : ", threshold " + entry.threshold());
        entry.why().reasons().forEach(reason -> out.println("      " + reason));
    }

    @Command(
            name = "show",
            description = "Shows what a bundle says of itself.",
            footer = "  fraudstream models show 5c101a077c2c46f9")
    int show(
            @Mixin SettingsOptions options,
            @Parameters(paramLabel = "ID", description = "The bundle's id.") String id)
            throws SettingsException, IOException, BundleException {
        ModelBundle bundle = options.settings().registry().open(Clock.systemUTC()).load(id);
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
            name = "diff",
            description =
                    "Sets two bundles side by side: network, training, metrics, threshold,"
                            + " calibration, and how their inputs moved.",
            footer = "  fraudstream models diff 5c101a077c2c46f9 d652849e7307d548")
    int diff(
            @Mixin SettingsOptions options,
            @Parameters(index = "0", paramLabel = "ID", description = "One bundle's id.")
                    String left,
            @Parameters(index = "1", paramLabel = "ID", description = "The other's.") String right)
            throws SettingsException, IOException, BundleException {
        ModelRegistry registry = options.settings().registry().open(Clock.systemUTC());
        PrintWriter out = spec.commandLine().getOut();
        new BundleComparison(registry.load(left), registry.load(right)).print(out);
        out.flush();
        return Fraudstream.DONE;
    }

    @Command(
            name = "publish",
            description = "Checks a bundle and puts it into the registry.",
            footer = "  fraudstream models publish model.zip")
    int publish(
            @Mixin SettingsOptions options,
            @Parameters(paramLabel = "BUNDLE", description = "The bundle's file.") Path file)
            throws SettingsException, IOException, BundleException {
        Settings.Registry registry = options.settings().registry();
        ModelBundle bundle =
                registry.open(Clock.systemUTC())
                        .publish(Files.readAllBytes(file), registry.signatureOf(file));
        PrintWriter out = spec.commandLine().getOut();
        out.println("Published " + bundle.id());
        out.flush();
        return Fraudstream.DONE;
    }

    @Command(
            name = "promote",
            description =
                    "Puts a published bundle into service and tells the running job, which takes it"
                        + " over. One that is older than the champion is refused: see rollback.",
            footer = {
                "  fraudstream models promote 5c101a077c2c46f9",
                "  fraudstream models promote 5c101a077c2c46f9 --slot shadow"
            })
    int promote(
            @Mixin DecisionOptions decision,
            @Parameters(paramLabel = "ID", description = "The bundle's id.") String id,
            @Mixin SlotOption slot,
            @Option(
                            names = "--threshold",
                            paramLabel = "SCORE",
                            description =
                                    "Alert from this score on, 0 to 1 (default: the bundle's own).")
                    Double threshold)
            throws SettingsException, IOException, BundleException {
        if (threshold != null) {
            checkThreshold("--threshold", threshold);
        }
        String place = slot.checked(spec);
        return tell(
                decision.announce(
                        "Promoted",
                        (registry, from, why) ->
                                registry.promote(place, id, from, threshold, why)));
    }

    @Command(
            name = "threshold",
            description =
                    "Lets the champion alert from another score on, in the running job and without"
                            + " training.",
            footer = "  fraudstream models threshold 0.3 --reason 'too many alerts'")
    int threshold(
            @Mixin DecisionOptions decision,
            @Parameters(paramLabel = "SCORE", description = "Alert from this score on, 0 to 1.")
                    double threshold)
            throws SettingsException, IOException, BundleException {
        checkThreshold("SCORE", threshold);
        return tell(
                decision.announce(
                        "Set the threshold to " + threshold + " with",
                        (registry, from, why) ->
                                registry.promote(
                                        ModelPointer.CHAMPION,
                                        registry.inService(ModelPointer.CHAMPION)
                                                .map(RegistryEntry::bundleId)
                                                .orElseThrow(
                                                        () ->
                                                                new BundleException(
                                                                        "no bundle is champion,"
                                                                            + " expected one whose"
                                                                            + " threshold to set")),
                                        from,
                                        threshold,
                                        why)));
    }

    @Command(
            name = "rollback",
            description =
                    "Puts the bundle that served before, with the threshold that it had, into"
                            + " service again; after a retirement the one that was retired.",
            footer = {
                "  fraudstream models rollback --reason 'alerts doubled'",
                "  fraudstream models rollback --to 5c101a077c2c46f9"
            })
    int rollback(
            @Mixin DecisionOptions decision,
            @Mixin SlotOption slot,
            @Option(
                            names = "--to",
                            paramLabel = "ID",
                            description = "To this bundle, which must have served before.")
                    String id)
            throws SettingsException, IOException, BundleException {
        String place = slot.checked(spec);
        return tell(
                decision.announce(
                        "Rolled back to",
                        (registry, from, why) ->
                                id == null
                                        ? registry.rollBack(place, from, why)
                                        : registry.rollBackTo(place, id, from, why)));
    }

    @Command(
            name = "retire",
            description = {
                "Takes a bundle out of service and puts nothing in its place.",
                "Without a champion the job observes: it stores events and raises no alert."
            },
            footer = "  fraudstream models retire --slot shadow")
    int retire(
            @Mixin DecisionOptions decision,
            @Option(
                            names = "--slot",
                            required = true,
                            paramLabel = "champion|shadow",
                            description = "Whose service ends.")
                    String slot)
            throws SettingsException, IOException, BundleException {
        SlotOption.check(spec, slot);
        return tell(
                decision.announce(
                        "Retired", (registry, from, why) -> registry.retire(slot, from, why)));
    }

    /** Which place a bundle takes. */
    static final class SlotOption {
        @Option(
                names = "--slot",
                paramLabel = "champion|shadow",
                defaultValue = ModelPointer.CHAMPION,
                description =
                        "champion decides; shadow scores beside it into the event store and never"
                                + " alerts (default: ${DEFAULT-VALUE}).")
        private String slot;

        String checked(CommandSpec spec) {
            check(spec, slot);
            return slot;
        }

        static void check(CommandSpec spec, String slot) {
            if (!ModelPointer.SLOTS.contains(slot)) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--slot is \"" + slot + "\", expected one of " + ModelPointer.SLOTS);
            }
        }
    }

    private void checkThreshold(String name, double threshold) {
        if (!(threshold >= 0 && threshold <= 1)) {
            throw new ParameterException(
                    spec.commandLine(), name + " is " + threshold + ", expected 0 to 1");
        }
    }

    private int tell(String decided) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(decided);
        out.flush();
        return Fraudstream.DONE;
    }

    private static String date(long millis) {
        return Instant.ofEpochMilli(millis).toString().substring(0, 10);
    }
}
