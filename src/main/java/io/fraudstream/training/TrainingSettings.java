package io.fraudstream.training;

import io.fraudstream.alert.ThresholdPolicy;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.dl4j.NetworkSettings;
import java.time.Duration;

/**
 * How a model is trained; {@link #defaults} is where the defaults stand.
 *
 * @param network shape and optimiser
 * @param labelMaturity after this an event without a fraud label is taken for legitimate
 * @param validationDays the last days of the training range, kept for early stopping, calibration
 *     and the threshold; a range of less than three times as many days gives a third
 * @param legitimateShare of legitimate training events that is kept, above 0 and at most 1; every
 *     fraud is
 * @param threshold how the threshold is chosen on the validation days
 */
public record TrainingSettings(
        NetworkSettings network,
        Duration labelMaturity,
        int validationDays,
        double legitimateShare,
        ThresholdPolicy threshold) {

    public TrainingSettings {
        require(!labelMaturity.isNegative(), "labelMaturity", labelMaturity, "zero or more");
        require(validationDays >= 1, "validationDays", validationDays, "1 or more");
        require(
                legitimateShare > 0 && legitimateShare <= 1,
                "legitimateShare",
                legitimateShare,
                "above 0 and at most 1");
    }

    private static void require(boolean holds, String name, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(name + " is " + value + ", expected " + expected);
        }
    }

    /** The default of every setting. */
    public static TrainingSettings defaults(NetworkKind kind, long seed) {
        return new TrainingSettings(
                NetworkSettings.defaults(kind, seed),
                Duration.ofDays(7),
                7,
                0.25,
                ThresholdPolicy.DEFAULT);
    }

    /** The same settings with another network. */
    public TrainingSettings with(NetworkSettings other) {
        return new TrainingSettings(
                other, labelMaturity, validationDays, legitimateShare, threshold);
    }

    /** The same settings with another maturity horizon. */
    public TrainingSettings withLabelMaturity(Duration maturity) {
        return new TrainingSettings(network, maturity, validationDays, legitimateShare, threshold);
    }
}
