package io.fraudstream.model;

import java.util.List;
import java.util.Map;

/**
 * What a bundle says of itself, in {@code manifest.json}.
 *
 * @param formatVersion of the bundle's layout
 * @param featureFingerprint of the schema whose vectors it takes
 * @param features their names in order
 * @param seed of the training run
 * @param trainingFrom first event time that it learned from, milliseconds since the epoch
 * @param trainingTo the last one
 * @param labelCutOff nothing that became known later was used
 * @param metrics on the validation data, such as {@code averagePrecision}
 * @param threshold a calibrated score from here on is an alert
 * @param thresholdChoice why this threshold, and what others would do; {@code null} if unknown
 * @param layers shapes of the network's layers
 * @param checksums SHA-256 of every other entry
 */
public record BundleManifest(
        int formatVersion,
        String kind,
        String featureFingerprint,
        List<String> features,
        int sequenceLength,
        long seed,
        long trainingFrom,
        long trainingTo,
        long labelCutOff,
        String trainedBy,
        Map<String, Double> metrics,
        double threshold,
        ThresholdChoice thresholdChoice,
        CalibrationEntry calibration,
        List<LayerEntry> layers,
        Map<String, String> checksums) {
    public static final int FORMAT_VERSION = 1;

    /**
     * @param policy in words, such as {@code at most 100 alerts a day}
     * @param candidates the highest threshold first; the chosen one is among them
     */
    public record ThresholdChoice(String policy, List<Candidate> candidates) {
        public ThresholdChoice {
            candidates = List.copyOf(candidates);
        }
    }

    /**
     * What a threshold would have done on the validation data.
     *
     * @param costPerDayMinor of reviews and of missed frauds, in minor units of the base currency
     */
    public record Candidate(
            double threshold,
            double alertsPerDay,
            double precision,
            double recall,
            double costPerDayMinor) {}

    /** See {@link Calibration}. */
    public record CalibrationEntry(double slope, double intercept) {}

    /**
     * @param type {@code dense} or {@code lstm}
     * @param activation of a dense layer, in capitals; {@code null} for others
     */
    public record LayerEntry(String type, int inputs, int outputs, String activation) {}
}
