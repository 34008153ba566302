package io.fraudstream.model;

/**
 * The population stability index: how far the shares of some bins have moved from those of a
 * reference, Σ (aᵢ − eᵢ)·ln(aᵢ / eᵢ) over the bins, e being the reference's shares and a the new
 * ones. It is 0 for equal shares and grows with either direction of change, being Jeffreys'
 * divergence (Siddiqi, "Credit Risk Scorecards", 2006; Yurdakul and Naranjo, "Statistical
 * properties of the population stability index", 2020).
 *
 * <p>Half an event is added to every bin, so that an empty one gives a finite number. Without any
 * change, n events against m in B bins still give about (B − 1)·(1/n + 1/m): small windows look
 * shifted.
 */
public final class PopulationStability {
    private static final double SMOOTHING = 0.5;

    /** What a number is commonly taken for. */
    public enum Reading {
        /** Below 0.1. */
        STABLE,
        /** From 0.1 to 0.25. */
        MODERATE,
        /** Above 0.25. */
        SHIFTED,
        /** Nothing to compare. */
        UNKNOWN;

        public static Reading of(double index) {
            if (Double.isNaN(index)) {
                return UNKNOWN;
            }
            return index < 0.1 ? STABLE : index <= 0.25 ? MODERATE : SHIFTED;
        }
    }

    private PopulationStability() {}

    /**
     * The index of two histograms over the same bins; NaN if either is empty.
     *
     * @param reference events in each bin, or weights
     */
    public static double index(double[] reference, long[] counts) {
        if (reference.length != counts.length) {
            throw new IllegalArgumentException(
                    "there are counts of "
                            + counts.length
                            + " bins, expected "
                            + reference.length
                            + " as in the reference");
        }
        double expectedSum = 0;
        double actualSum = 0;
        for (int i = 0; i < counts.length; i++) {
            expectedSum += reference[i];
            actualSum += counts[i];
        }
        if (expectedSum == 0 || actualSum == 0) {
            return Double.NaN;
        }
        expectedSum += SMOOTHING * counts.length;
        actualSum += SMOOTHING * counts.length;
        double index = 0;
        for (int i = 0; i < counts.length; i++) {
            if (reference[i] == 0 && counts[i] == 0) {
                // Nobody has ever been there; the smoothing alone would make a difference.
                continue;
            }
            double expected = (reference[i] + SMOOTHING) / expectedSum;
            double actual = (counts[i] + SMOOTHING) / actualSum;
            index += (actual - expected) * StrictMath.log(actual / expected);
        }
        return index;
    }
}
