package io.fraudstream.training;

import java.util.ArrayList;
import java.util.List;

/**
 * Events by falling score in bins of about equal size: how often fraud happened against how often
 * it was expected. Equal scores share a bin.
 *
 * @param bins the highest scores first
 */
public record Reliability(List<Bin> bins) {
    /** As many bins as the calibration error of an {@link Evaluation} uses. */
    public static final int BINS = 20;

    /**
     * @param meanScore what was expected
     * @param fraudShare what happened
     */
    public record Bin(long events, long frauds, double meanScore, double fraudShare) {
        /** The lower end of the share's 95 % interval (Wilson 1927). */
        double low() {
            return wilson(-1);
        }

        /** Its upper end. */
        double high() {
            return wilson(1);
        }

        private double wilson(int side) {
            double z = 1.959964;
            double spread =
                    z
                            * Math.sqrt(
                                    fraudShare * (1 - fraudShare) / events
                                            + z * z / (4.0 * events * events));
            double place = fraudShare + z * z / (2 * events) + side * spread;
            return Math.max(0, Math.min(1, place / (1 + z * z / events)));
        }
    }

    public Reliability {
        bins = List.copyOf(bins);
    }

    /**
     * @param count how many bins are wanted; there are fewer where many events score the same
     */
    public static Reliability of(double[] scores, boolean[] frauds, int count) {
        int[] order = RankedScores.descending(scores);
        List<Bin> bins = new ArrayList<>();
        int from = 0;
        for (int bin = 1; bin <= count; bin++) {
            int to = (int) ((long) order.length * bin / count);
            while (to > 0 && to < order.length && scores[order[to]] == scores[order[to - 1]]) {
                to++;
            }
            if (to <= from) {
                continue;
            }
            double sum = 0;
            long hits = 0;
            for (int i = from; i < to; i++) {
                sum += scores[order[i]];
                hits += frauds[order[i]] ? 1 : 0;
            }
            bins.add(new Bin(to - from, hits, sum / (to - from), (double) hits / (to - from)));
            from = to;
        }
        return new Reliability(bins);
    }

    /**
     * Bins of given scores instead of equal size, empty ones left out.
     *
     * @param edges lower ends, ascending; a score belongs to the last one that it reaches
     */
    static Reliability between(double[] scores, boolean[] frauds, double[] edges) {
        double[] sums = new double[edges.length];
        long[] events = new long[edges.length];
        long[] hits = new long[edges.length];
        for (int i = 0; i < scores.length; i++) {
            int bin = edges.length - 1;
            while (bin > 0 && scores[i] < edges[bin]) {
                bin--;
            }
            sums[bin] += scores[i];
            events[bin]++;
            hits[bin] += frauds[i] ? 1 : 0;
        }
        List<Bin> bins = new ArrayList<>();
        for (int bin = edges.length - 1; bin >= 0; bin--) {
            if (events[bin] > 0) {
                double mean = sums[bin] / events[bin];
                bins.add(new Bin(events[bin], hits[bin], mean, (double) hits[bin] / events[bin]));
            }
        }
        return new Reliability(bins);
    }

    /**
     * The expected calibration error Σ nₖ/n·|fraud share − mean score| (Naeini et al. 2015, with
     * bins of equal mass); NaN without events.
     */
    public double error() {
        long events = 0;
        double sum = 0;
        for (Bin bin : bins) {
            events += bin.events();
            sum += bin.events() * Math.abs(bin.fraudShare() - bin.meanScore());
        }
        return sum / events;
    }
}
