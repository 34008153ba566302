package io.fraudstream.training;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.IntToLongFunction;

/**
 * Events by falling score, equal scores as one step: what every measure of ranking is made of. The
 * highest score is step 0.
 */
final class RankedScores {
    /** Indexes of the events, the highest score first. */
    private final int[] order;

    private final boolean[] frauds;
    private final double[] scores;

    /** Per step the place in {@link #order} behind its last event. */
    private final int[] ends;

    private final long[] truePositives;
    private final long[] falsePositives;

    private RankedScores(int[] order, boolean[] frauds, double[] scores, int[] ends) {
        this.order = order;
        this.frauds = frauds;
        this.scores = scores;
        this.ends = ends;
        this.truePositives = new long[ends.length];
        this.falsePositives = new long[ends.length];
    }

    static RankedScores of(double[] scores, boolean[] frauds) {
        int[] order = descending(scores);
        int[] ends = new int[order.length];
        double[] distinct = new double[order.length];
        int steps = 0;
        for (int i = 0; i < order.length; i++) {
            if (i + 1 == order.length || scores[order[i + 1]] != scores[order[i]]) {
                distinct[steps] = scores[order[i]];
                ends[steps++] = i + 1;
            }
        }
        int[] once = new int[order.length];
        Arrays.fill(once, 1);
        return new RankedScores(
                        order, frauds, Arrays.copyOf(distinct, steps), Arrays.copyOf(ends, steps))
                .weighted(once);
    }

    /**
     * The same events, each counted so many times.
     *
     * @param weights by the event's index, zero or more
     */
    RankedScores weighted(int[] weights) {
        RankedScores weighted = new RankedScores(order, frauds, scores, ends);
        long hits = 0;
        long misses = 0;
        int i = 0;
        for (int step = 0; step < ends.length; step++) {
            for (; i < ends[step]; i++) {
                int event = order[i];
                if (frauds[event]) {
                    hits += weights[event];
                } else {
                    misses += weights[event];
                }
            }
            weighted.truePositives[step] = hits;
            weighted.falsePositives[step] = misses;
        }
        return weighted;
    }

    /** Indexes of the values, the highest first, equal ones in their own order. */
    static int[] descending(double[] values) {
        Integer[] order = new Integer[values.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingDouble((Integer i) -> -values[i]));
        return Arrays.stream(order).mapToInt(Integer::intValue).toArray();
    }

    /** Per step the sum over the events that score at least as much, by the event's index. */
    long[] runningTotals(IntToLongFunction values) {
        long[] totals = new long[ends.length];
        long total = 0;
        int i = 0;
        for (int step = 0; step < ends.length; step++) {
            for (; i < ends[step]; i++) {
                total += values.applyAsLong(order[i]);
            }
            totals[step] = total;
        }
        return totals;
    }

    /** How many distinct scores there are. */
    int steps() {
        return ends.length;
    }

    /** The lowest of the events up to this step. */
    double score(int step) {
        return scores[step];
    }

    /** Frauds that score at least as much as this step. */
    long truePositives(int step) {
        return truePositives[step];
    }

    /** Legitimate events that score at least as much as this step. */
    long falsePositives(int step) {
        return falsePositives[step];
    }

    long frauds() {
        return ends.length == 0 ? 0 : truePositives[ends.length - 1];
    }

    long legitimate() {
        return ends.length == 0 ? 0 : falsePositives[ends.length - 1];
    }

    /** The last step whose score is an alert at this threshold; −1 without one. */
    int lastAlert(double threshold) {
        int low = 0;
        int high = ends.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (scores[middle] >= threshold) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    /** Σ (Rₙ − Rₙ₋₁)·Pₙ over the steps; NaN without frauds. */
    double averagePrecision() {
        if (frauds() == 0) {
            return Double.NaN;
        }
        double sum = 0;
        long before = 0;
        for (int step = 0; step < ends.length; step++) {
            long hits = truePositives[step];
            if (hits > before) {
                sum += (double) (hits - before) * hits / (hits + falsePositives[step]);
                before = hits;
            }
        }
        return sum / frauds();
    }

    /** The share of pairs in order, ties counting half; NaN without both kinds. */
    double areaUnderRoc() {
        if (frauds() == 0 || legitimate() == 0) {
            return Double.NaN;
        }
        double pairs = 0;
        long hits = 0;
        long misses = 0;
        for (int step = 0; step < ends.length; step++) {
            double newMisses = falsePositives[step] - misses;
            pairs += newMisses * hits + newMisses * (truePositives[step] - hits) / 2;
            hits = truePositives[step];
            misses = falsePositives[step];
        }
        return pairs / frauds() / legitimate();
    }
}
