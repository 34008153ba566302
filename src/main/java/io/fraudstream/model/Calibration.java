package io.fraudstream.model;

/**
 * Turns a network's log-odds into a probability: σ(slope · z + intercept), which is strictly
 * monotone (Platt 1999). The intercept also undoes negative sampling: with a share β of the
 * legitimate events kept, the odds were 1/β too high.
 *
 * @param slope positive
 */
public record Calibration(double slope, double intercept) {
    public static final Calibration NONE = new Calibration(1, 0);

    public Calibration {
        if (!(slope > 0) || !Double.isFinite(slope) || !Double.isFinite(intercept)) {
            throw new IllegalArgumentException(
                    "calibration is "
                            + slope
                            + ", "
                            + intercept
                            + ", expected a positive slope and finite numbers");
        }
    }

    /**
     * From log-odds to a probability; StrictMath, so that the last bit does not depend on the
     * machine.
     */
    public double probability(double logOdds) {
        return 1 / (1 + StrictMath.exp(-(slope * logOdds + intercept)));
    }
}
