package io.fraudstream.training;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Events by falling score, equal scores as one step: what every measure of ranking is made of.
 *
 * @param steps running totals behind each distinct score, the highest score first
 */
record RankedScores(List<Step> steps, long frauds, long legitimate) {
    /**
     * @param score the lowest of the events so far
     * @param truePositives frauds that score at least this
     * @param falsePositives legitimate events that score at least this
     */
    record Step(double score, long truePositives, long falsePositives) {}

    static RankedScores of(double[] scores, boolean[] frauds) {
        Integer[] order = new Integer[scores.length];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        java.util.Arrays.sort(order, Comparator.comparingDouble((Integer i) -> -scores[i]));
        List<Step> steps = new ArrayList<>();
        long hits = 0;
        long misses = 0;
        for (int i = 0; i < order.length; i++) {
            hits += frauds[order[i]] ? 1 : 0;
            misses += frauds[order[i]] ? 0 : 1;
            if (i + 1 == order.length || scores[order[i + 1]] != scores[order[i]]) {
                steps.add(new Step(scores[order[i]], hits, misses));
            }
        }
        return new RankedScores(steps, hits, misses);
    }

    double averagePrecision() {
        if (frauds == 0) {
            return Double.NaN;
        }
        double sum = 0;
        long before = 0;
        for (Step step : steps) {
            double precision =
                    (double) step.truePositives() / (step.truePositives() + step.falsePositives());
            sum += (double) (step.truePositives() - before) / frauds * precision;
            before = step.truePositives();
        }
        return sum;
    }

    double areaUnderRoc() {
        if (frauds == 0 || legitimate == 0) {
            return Double.NaN;
        }
        double pairs = 0;
        long hits = 0;
        long misses = 0;
        for (Step step : steps) {
            double newMisses = step.falsePositives() - misses;
            pairs += newMisses * hits + newMisses * (step.truePositives() - hits) / 2;
            hits = step.truePositives();
            misses = step.falsePositives();
        }
        return pairs / frauds / legitimate;
    }
}
