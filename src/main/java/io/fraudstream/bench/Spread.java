package io.fraudstream.bench;

import java.util.Arrays;

/** What repeated measurements of one figure gave. */
public record Spread(double median, double min, double max) {
    /**
     * @throws IllegalArgumentException without any
     */
    public static Spread of(double... measurements) {
        if (measurements.length == 0) {
            throw new IllegalArgumentException("there are 0 measurements, expected 1 or more");
        }
        double[] sorted = measurements.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        double median =
                sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }

    /** The spread of the rounds' ratios: a machine that drifts moves both of a round alike. */
    public static Spread ofRatios(double[] over, double[] under) {
        double[] ratios = new double[over.length];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = over[i] / under[i];
        }
        return of(ratios);
    }
}
