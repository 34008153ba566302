package io.fraudstream.training;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * Percentile intervals by the bootstrap (Efron 1979). Whole cards are drawn, each with all its
 * events, since the events of a card resemble each other and single events would give intervals
 * that are too narrow. The same seed gives the same intervals. Samples in which a measure does not
 * exist, such as average precision without any fraud, are left out.
 */
public final class Bootstrap {
    /** Of the samples, inside the interval. */
    public static final double COVERAGE = 0.95;

    private final int samples;
    private final long seed;

    /**
     * @param value on the events themselves
     * @param low the interval's lower end; NaN where no sample could be measured
     * @param high its upper end
     */
    public record Interval(double value, double low, double high) {}

    /**
     * Measures that {@link Evaluation} defines, with their intervals; recall's and precision's
     * threshold stays the same in every sample.
     */
    public record Measures(
            Interval averagePrecision,
            Interval areaUnderRoc,
            Interval precision,
            Interval recall) {}

    /**
     * @param samples how many to draw, 1 or more; a few hundred give the ends to about a tenth of
     *     the width
     */
    public Bootstrap(int samples, long seed) {
        if (samples < 1) {
            throw new IllegalArgumentException("samples is " + samples + ", expected 1 or more");
        }
        this.samples = samples;
        this.seed = seed;
    }

    /**
     * @param threshold a score from here on is an alert
     */
    public Measures measure(List<ScoredEvent> events, double threshold) {
        RankedScores ranked = ranked(events);
        Interval[] intervals =
                intervals(
                        events,
                        weights -> {
                            RankedScores sample = ranked.weighted(weights);
                            int last = sample.lastAlert(threshold);
                            double hits = last < 0 ? 0 : sample.truePositives(last);
                            double alerts = last < 0 ? 0 : hits + sample.falsePositives(last);
                            return new double[] {
                                sample.averagePrecision(),
                                sample.areaUnderRoc(),
                                hits / alerts,
                                hits / sample.frauds()
                            };
                        });
        return new Measures(intervals[0], intervals[1], intervals[2], intervals[3]);
    }

    /**
     * How much higher the challenger's average precision is. Both are measured on the same samples,
     * so what makes a sample hard for both cancels out.
     *
     * @param champion the same events in the same order as the challenger's
     * @throws IllegalArgumentException if they are not
     */
    public Interval averagePrecisionGain(List<ScoredEvent> challenger, List<ScoredEvent> champion) {
        requireSameEvents(challenger, champion);
        RankedScores one = ranked(challenger);
        RankedScores other = ranked(champion);
        return intervals(
                challenger,
                weights ->
                        new double[] {
                            one.weighted(weights).averagePrecision()
                                    - other.weighted(weights).averagePrecision()
                        })[0];
    }

    /**
     * @param measures of the events when each counts as often as its weight says
     */
    Interval[] intervals(List<ScoredEvent> events, Function<int[], double[]> measures) {
        Map<String, Integer> numbers = new HashMap<>();
        int[] cards = new int[events.size()];
        for (int i = 0; i < cards.length; i++) {
            cards[i] = numbers.computeIfAbsent(events.get(i).cardId(), id -> numbers.size());
        }
        int[] weights = new int[cards.length];
        Arrays.fill(weights, 1);
        double[] values = measures.apply(weights);
        double[][] sampled = new double[values.length][samples];
        SplittableRandom random = new SplittableRandom(seed);
        int[] drawn = new int[numbers.size()];
        for (int sample = 0; sample < samples; sample++) {
            Arrays.fill(drawn, 0);
            for (int i = 0; i < drawn.length; i++) {
                drawn[random.nextInt(drawn.length)]++;
            }
            for (int i = 0; i < weights.length; i++) {
                weights[i] = drawn[cards[i]];
            }
            double[] of = measures.apply(weights);
            for (int m = 0; m < of.length; m++) {
                sampled[m][sample] = of[m];
            }
        }
        Interval[] intervals = new Interval[values.length];
        for (int m = 0; m < values.length; m++) {
            double[] known =
                    Arrays.stream(sampled[m]).filter(v -> !Double.isNaN(v)).sorted().toArray();
            intervals[m] =
                    new Interval(
                            values[m],
                            quantile(known, (1 - COVERAGE) / 2),
                            quantile(known, (1 + COVERAGE) / 2));
        }
        return intervals;
    }

    /** Linear between the sorted values, as NumPy's default is. */
    private static double quantile(double[] sorted, double share) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        double place = share * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }

    private static RankedScores ranked(List<ScoredEvent> events) {
        return RankedScores.of(ScoredEvent.scores(events), ScoredEvent.verdicts(events));
    }

    private static void requireSameEvents(List<ScoredEvent> one, List<ScoredEvent> other) {
        if (one.size() != other.size()) {
            throw new IllegalArgumentException(
                    "the champion scored "
                            + other.size()
                            + " events, expected the challenger's "
                            + one.size());
        }
        for (int i = 0; i < one.size(); i++) {
            if (!one.get(i).transactionId().equals(other.get(i).transactionId())) {
                throw new IllegalArgumentException(
                        "the champion's event "
                                + i
                                + " is transaction "
                                + other.get(i).transactionId()
                                + ", expected the challenger's "
                                + one.get(i).transactionId());
            }
        }
    }
}
