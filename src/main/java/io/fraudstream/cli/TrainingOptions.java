package io.fraudstream.cli;

import io.fraudstream.alert.ThresholdPolicy;
import io.fraudstream.config.Settings;
import io.fraudstream.config.SettingsException;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.model.BundleException;
import io.fraudstream.model.BundleFormat;
import io.fraudstream.model.ModelBundle;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.compiled.CompiledScorer;
import io.fraudstream.model.dl4j.NetworkSettings;
import io.fraudstream.training.TrainingSettings;
import io.fraudstream.transaction.Rejection;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options of the commands that train. */
final class TrainingOptions {
    @Option(
            names = "--model",
            paramLabel = "dense|lstm|cnn|combined",
            description = "The kind of network (default: the setting training.model).")
    private String kind;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Of all randomness (default: the setting training.seed).")
    private Long seed;

    @Option(
            names = "--report",
            paramLabel = "DIR",
            description = "Write report.html and metrics.json there.")
    private Path report;

    @Option(
            names = "--compare",
            paramLabel = "BUNDLE",
            description = "Score the same events with this bundle too and compare; needs --report.")
    private Path compare;

    @Option(
            names = "--threshold-by",
            paramLabel = "alerts|precision|cost",
            description =
                    "How the alert threshold is chosen on the validation days (default: the setting"
                            + " training.thresholdBy).")
    private String thresholdBy;

    @Option(
            names = "--alerts-per-day",
            paramLabel = "N",
            description = "The budget of alerts (default: the setting training.alertsPerDay).")
    private Integer alertsPerDay;

    @Option(
            names = "--precision",
            paramLabel = "SHARE",
            description =
                    "The least share of alerts that are to be fraud (default: the setting"
                            + " training.precision).")
    private Double precision;

    @Option(
            names = "--review-cost-minor",
            paramLabel = "AMOUNT",
            description =
                    "What reviewing one alert costs, in minor units of the base currency (default:"
                            + " the setting training.reviewCostMinor).")
    private Long reviewCostMinor;

    /** Where the report goes, or {@code null}. */
    Path report() {
        return report;
    }

    /**
     * The bundle to compare with, or {@code null}.
     *
     * @throws BundleException if it cannot be used with these features
     */
    ModelBundle champion(FeatureSchema schema, Settings.Registry registry)
            throws IOException, BundleException, SettingsException {
        if (compare == null) {
            return null;
        }
        if (report == null) {
            throw new TypeConversionException("--compare is given, expected --report with it");
        }
        ModelBundle champion = BundleFormat.read(registry.read(compare));
        CompiledScorer.of(champion, schema.fingerprint());
        return champion;
    }

    /** What settings and options say together. */
    TrainingSettings settings(Settings.Training configured) {
        NetworkKind network;
        try {
            network = kind == null ? configured.model() : NetworkKind.of(kind);
        } catch (IllegalArgumentException unknown) {
            throw new TypeConversionException(unknown.getMessage());
        }
        NetworkSettings shape =
                NetworkSettings.defaults(network, seed == null ? configured.seed() : seed);
        return new TrainingSettings(
                // The settings are upper bounds: a kind may need less.
                shape.withEpochs(
                        Math.min(configured.maxEpochs(), shape.maxEpochs()),
                        Math.min(configured.patience(), shape.patience())),
                configured.labelMaturity(),
                configured.validationDays(),
                configured.legitimateShare(),
                new ThresholdPolicy(
                        thresholdBy == null ? configured.thresholdBy() : thresholdBy(),
                        alertsPerDay == null ? configured.alertsPerDay() : alertsPerDay,
                        precision == null ? configured.precision() : precision,
                        reviewCostMinor == null ? configured.reviewCostMinor() : reviewCostMinor));
    }

    private ThresholdPolicy.By thresholdBy() {
        try {
            return ThresholdPolicy.By.valueOf(thresholdBy.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException unknown) {
            throw new TypeConversionException(
                    "--threshold-by is " + thresholdBy + ", expected alerts, precision or cost");
        }
    }

    static long startOf(LocalDate day) {
        return day.atStartOfDay().toInstant(ZoneOffset.UTC).toEpochMilli();
    }

    static long endOf(LocalDate day) {
        return startOf(day.plusDays(1));
    }

    static void warnOfRejections(PrintWriter err, long rejected, Rejection first) {
        if (rejected > 0) {
            err.printf(
                    Locale.ROOT,
                    "fraudstream: %,d rows were refused, the first at %s: %s%n",
                    rejected,
                    first.coordinates(),
                    first.detail());
        }
    }
}
