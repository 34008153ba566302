package io.fraudstream.training;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How well scores tell frauds from legitimate events. What cannot be measured, such as the area
 * under the curve without any fraud, is NaN.
 *
 * @param threshold a score from here on is an alert
 * @param areaUnderRoc the chance that a fraud scores higher than a legitimate event, ties counting
 *     half (Mann-Whitney)
 * @param averagePrecision Σ (Rₙ − Rₙ₋₁)·Pₙ over distinct scores, as scikit-learn defines it
 * @param brier mean squared difference between score and verdict
 * @param calibrationError expected calibration error, {@link Reliability#error} over {@value
 *     Reliability#BINS} bins
 */
public record Evaluation(
        long events,
        long frauds,
        double threshold,
        long truePositives,
        long falsePositives,
        long falseNegatives,
        long trueNegatives,
        double areaUnderRoc,
        double averagePrecision,
        double brier,
        double calibrationError) {

    /** Of scored events. */
    public static Evaluation of(List<ScoredEvent> events, double threshold) {
        return of(ScoredEvent.scores(events), ScoredEvent.verdicts(events), threshold);
    }

    public static Evaluation of(double[] scores, boolean[] frauds, double threshold) {
        long[] counts = new long[4];
        double squares = 0;
        for (int i = 0; i < scores.length; i++) {
            boolean alert = scores[i] >= threshold;
            counts[(alert ? 0 : 2) + (frauds[i] == alert ? 0 : 1)]++;
            double difference = scores[i] - (frauds[i] ? 1 : 0);
            squares += difference * difference;
        }
        // Alerts: right, wrong; no alerts: right, wrong.
        RankedScores ranked = RankedScores.of(scores, frauds);
        return new Evaluation(
                scores.length,
                ranked.frauds(),
                threshold,
                counts[0],
                counts[1],
                counts[3],
                counts[2],
                ranked.areaUnderRoc(),
                ranked.averagePrecision(),
                scores.length == 0 ? Double.NaN : squares / scores.length,
                Reliability.of(scores, frauds, Reliability.BINS).error());
    }

    public double accuracy() {
        return share(truePositives + trueNegatives, events);
    }

    /** NaN without alerts. */
    public double precision() {
        return share(truePositives, truePositives + falsePositives);
    }

    /** NaN without frauds. */
    public double recall() {
        return share(truePositives, frauds);
    }

    /** The harmonic mean of precision and recall, 2·TP / (2·TP + FP + FN). */
    public double f1() {
        return share(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives);
    }

    /** All that could be measured, by name. */
    public Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("averagePrecision", averagePrecision);
        metrics.put("areaUnderRoc", areaUnderRoc);
        metrics.put("brier", brier);
        metrics.put("calibrationError", calibrationError);
        metrics.put("threshold", threshold);
        metrics.put("accuracy", accuracy());
        metrics.put("precision", precision());
        metrics.put("recall", recall());
        metrics.put("f1", f1());
        metrics.put("events", (double) events);
        metrics.put("frauds", (double) frauds);
        metrics.put("truePositives", (double) truePositives);
        metrics.put("falsePositives", (double) falsePositives);
        metrics.put("falseNegatives", (double) falseNegatives);
        metrics.put("trueNegatives", (double) trueNegatives);
        metrics.values().removeIf(value -> Double.isNaN(value));
        return metrics;
    }

    private static double share(long part, long whole) {
        return whole == 0 ? Double.NaN : (double) part / whole;
    }
}
