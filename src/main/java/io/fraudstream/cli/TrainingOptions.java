package io.fraudstream.cli;

import io.fraudstream.config.Settings;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.dl4j.NetworkSettings;
import io.fraudstream.training.TrainingSettings;
import io.fraudstream.transaction.Rejection;
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

    /** Where the report goes, or {@code null}. */
    Path report() {
        return report;
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
        TrainingSettings defaults = TrainingSettings.defaults(network, shape.seed());
        return new TrainingSettings(
                // The settings are upper bounds: a kind may need less.
                shape.withEpochs(
                        Math.min(configured.maxEpochs(), shape.maxEpochs()),
                        Math.min(configured.patience(), shape.patience())),
                configured.labelMaturity(),
                configured.validationDays(),
                configured.legitimateShare(),
                configured.alertsPerDay(),
                defaults.lowestThreshold());
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
