package io.fraudstream.cli;

import io.fraudstream.config.CodecParts;
import io.fraudstream.config.Settings;
import io.fraudstream.config.SettingsException;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.model.BundleException;
import io.fraudstream.model.BundleFormat;
import io.fraudstream.model.ModelBundle;
import io.fraudstream.model.compiled.CompiledScorer;
import io.fraudstream.registry.ModelPointer;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The bundle that {@code --model} names, checked before the job starts. */
final class PinnedModel {
    private PinnedModel() {}

    /**
     * A pointer to the bundle, in force from the beginning of time.
     *
     * @param bundleFile {@code null} for no bundle, and so no pointer
     * @param threshold {@code null} for the bundle's own
     */
    static ModelPointer of(
            Path bundleFile,
            Double threshold,
            Settings settings,
            CodecParts parts,
            CommandSpec spec)
            throws SettingsException {
        if (threshold != null && !(threshold >= 0 && threshold <= 1)) {
            throw new ParameterException(
                    spec.commandLine(), "--threshold is " + threshold + ", expected 0 to 1");
        }
        if (bundleFile == null) {
            return null;
        }
        try {
            byte[] zip = settings.registry().read(bundleFile);
            ModelBundle bundle = BundleFormat.read(zip);
            String fingerprint = new FeatureSchema(parts.rates()).fingerprint();
            CompiledScorer.of(bundle, fingerprint);
            return new ModelPointer(
                    ModelPointer.CHAMPION,
                    bundle.id(),
                    bundleFile.toAbsolutePath().toUri().toString(),
                    BundleFormat.sha256(zip),
                    fingerprint,
                    Long.MIN_VALUE,
                    threshold);
        } catch (IOException | BundleException unusable) {
            throw new SettingsException(
                    "--model " + bundleFile + ": " + Failures.describe(unusable));
        }
    }
}
