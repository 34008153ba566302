package io.fraudstream.training;

import io.fraudstream.model.BundleManifest;
import io.fraudstream.transaction.EntryMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Everything that the report says of one set of scored events, measured once. */
final class Measured {
    /** Between them lie the bins of the reliability plot. */
    static final double[] SCORE_EDGES = {
        0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95
    };

    private static final long DAY = Duration.ofDays(1).toMillis();
    private static final int SAMPLES = 300;
    private static final int SEGMENT_SAMPLES = 200;
    private static final int POINTS = 50;
    private static final int MAX_SEGMENTS = 12;
    private static final long[] AMOUNT_EDGES = {0, 10, 25, 50, 100, 250, 1000};

    /** A curve with the band that its samples fill. */
    @SuppressWarnings("ArrayRecordComponent") // Drawn, compared never.
    record Curve(double[] x, double[] y, double[] low, double[] high) {}

    /** Events that have something in common. */
    record Segment(String by, String name, Evaluation evaluation, Bootstrap.Measures intervals) {}

    /** What a champion does on the same events. */
    record Against(
            String bundleId,
            Evaluation evaluation,
            Bootstrap.Measures intervals,
            Bootstrap.Interval gain,
            Curve precisionRecall,
            List<BundleManifest.Candidate> budgets) {}

    final TrainingReport.Section section;
    final Evaluation evaluation;
    final double days;
    final Bootstrap.Measures intervals;
    final Curve precisionRecall;
    final Curve roc;
    final Reliability reliability;
    final List<BundleManifest.Candidate> budgets;
    final BundleManifest.Candidate chosen;
    final List<Segment> weeks;
    final Map<String, List<Segment>> segments = new LinkedHashMap<>();

    /** {@code null} without a champion. */
    final Against champion;

    private final Bootstrap bootstrap;
    private final Bootstrap forSegments;

    /**
     * @param minorUnits how many of them make one unit of the base currency
     */
    Measured(TrainingReport.Section section, long reviewCostMinor, long minorUnits, long seed) {
        this.section = section;
        this.evaluation = section.evaluation();
        this.bootstrap = new Bootstrap(SAMPLES, seed);
        this.forSegments = new Bootstrap(SEGMENT_SAMPLES, seed);
        List<ScoredEvent> events = section.events();
        double threshold = evaluation.threshold();
        long firstDay =
                events.stream().mapToLong(e -> Math.floorDiv(e.eventTime(), DAY)).min().orElse(0);
        long lastDay =
                events.stream().mapToLong(e -> Math.floorDiv(e.eventTime(), DAY)).max().orElse(0);
        this.days = lastDay - firstDay + 1;
        this.intervals = bootstrap.measure(events, threshold);
        RankedScores ranked =
                RankedScores.of(ScoredEvent.scores(events), ScoredEvent.verdicts(events));
        this.precisionRecall = precisionRecall(ranked, events);
        this.roc = roc(ranked, events);
        this.reliability =
                Reliability.between(
                        ScoredEvent.scores(events), ScoredEvent.verdicts(events), SCORE_EDGES);
        ThresholdCurve curve = curve(events, reviewCostMinor);
        this.budgets = curve.candidates(threshold);
        this.chosen = curve.at(threshold);
        this.weeks =
                segments(
                        "week",
                        threshold,
                        e -> String.format("%03d", weekOf(e, firstDay)),
                        week ->
                                java.time.LocalDate.ofEpochDay(
                                                firstDay + 7L * Integer.parseInt(week))
                                        .toString(),
                        Integer.MAX_VALUE);
        segments.put(
                "Amount",
                segments(
                        "Amount",
                        threshold,
                        e -> Integer.toString(amountBand(e.attributes().amountMinor(), minorUnits)),
                        Measured::amountWords,
                        Integer.MAX_VALUE));
        segments.put(
                "Entry mode",
                segments(
                        "Entry mode",
                        threshold,
                        e -> entryMode(e.attributes().entryMode()),
                        Function.identity(),
                        MAX_SEGMENTS));
        segments.put(
                "MCC",
                segments(
                        "MCC",
                        threshold,
                        e -> known(e.attributes().mcc()),
                        Function.identity(),
                        MAX_SEGMENTS));
        segments.put(
                "Country",
                segments(
                        "Country",
                        threshold,
                        e -> known(e.attributes().country()),
                        Function.identity(),
                        MAX_SEGMENTS));
        this.champion = section.champion() == null ? null : against(section, reviewCostMinor);
    }

    private Against against(TrainingReport.Section of, long reviewCostMinor) {
        TrainingReport.Champion rival = of.champion();
        RankedScores ranked =
                RankedScores.of(
                        ScoredEvent.scores(rival.events()), ScoredEvent.verdicts(rival.events()));
        return new Against(
                rival.bundleId(),
                Evaluation.of(rival.events(), rival.threshold()),
                bootstrap.measure(rival.events(), rival.threshold()),
                bootstrap.averagePrecisionGain(of.events(), rival.events()),
                precisionRecall(ranked, rival.events()),
                curve(rival.events(), reviewCostMinor).candidates(rival.threshold()));
    }

    private ThresholdCurve curve(List<ScoredEvent> events, long reviewCostMinor) {
        return new ThresholdCurve(events, Math.round(days * DAY), reviewCostMinor);
    }

    /** Precision where recall first reaches each of the places. */
    private Curve precisionRecall(RankedScores ranked, List<ScoredEvent> events) {
        double[] x = new double[POINTS];
        Arrays.setAll(x, i -> (i + 1.0) / POINTS);
        return banded(
                ranked,
                events,
                x,
                sample -> {
                    double[] y = new double[POINTS];
                    Arrays.fill(y, Double.NaN);
                    int step = 0;
                    for (int i = 0; i < POINTS && sample.frauds() > 0; i++) {
                        while (sample.truePositives(step) < x[i] * sample.frauds() - 1e-9) {
                            step++;
                        }
                        double hits = sample.truePositives(step);
                        y[i] = hits / (hits + sample.falsePositives(step));
                    }
                    return y;
                });
    }

    /** Recall at each share of legitimate events that alert; the places are closest near 0. */
    private Curve roc(RankedScores ranked, List<ScoredEvent> events) {
        double[] x = new double[POINTS];
        Arrays.setAll(x, i -> Math.pow((double) i / (POINTS - 1), 3));
        return banded(
                ranked,
                events,
                x,
                sample -> {
                    double[] y = new double[POINTS];
                    int step = -1;
                    for (int i = 0; i < POINTS; i++) {
                        while (step + 1 < sample.steps()
                                && sample.falsePositives(step + 1) <= x[i] * sample.legitimate()) {
                            step++;
                        }
                        double hits = step < 0 ? 0 : sample.truePositives(step);
                        y[i] = hits / sample.frauds();
                    }
                    return y;
                });
    }

    private Curve banded(
            RankedScores ranked,
            List<ScoredEvent> events,
            double[] x,
            Function<RankedScores, double[]> of) {
        Bootstrap.Interval[] points =
                bootstrap.intervals(events, weights -> of.apply(ranked.weighted(weights)));
        return new Curve(
                x,
                Arrays.stream(points).mapToDouble(Bootstrap.Interval::value).toArray(),
                Arrays.stream(points).mapToDouble(Bootstrap.Interval::low).toArray(),
                Arrays.stream(points).mapToDouble(Bootstrap.Interval::high).toArray());
    }

    /** By key; beyond so many the smallest are one. */
    private List<Segment> segments(
            String by,
            double threshold,
            Function<ScoredEvent, String> key,
            Function<String, String> words,
            int most) {
        Map<String, List<ScoredEvent>> byKey = new TreeMap<>();
        for (ScoredEvent event : section.events()) {
            byKey.computeIfAbsent(key.apply(event), k -> new ArrayList<>()).add(event);
        }
        List<String> largest =
                byKey.keySet().stream()
                        .sorted(
                                Comparator.comparingInt((String k) -> -byKey.get(k).size())
                                        .thenComparing(Comparator.naturalOrder()))
                        .limit(most)
                        .toList();
        List<ScoredEvent> others = new ArrayList<>();
        List<Segment> segments = new ArrayList<>();
        byKey.forEach(
                (k, events) -> {
                    if (largest.contains(k)) {
                        segments.add(segment(by, words.apply(k), events, threshold));
                    } else {
                        others.addAll(events);
                    }
                });
        if (!others.isEmpty()) {
            segments.add(segment(by, "all others", others, threshold));
        }
        return segments;
    }

    private Segment segment(String by, String name, List<ScoredEvent> events, double threshold) {
        return new Segment(
                by, name, Evaluation.of(events, threshold), forSegments.measure(events, threshold));
    }

    private static int weekOf(ScoredEvent event, long firstDay) {
        return (int) ((Math.floorDiv(event.eventTime(), DAY) - firstDay) / 7);
    }

    private static int amountBand(long amountMinor, long minorUnits) {
        int band = 0;
        while (band + 1 < AMOUNT_EDGES.length
                && amountMinor >= AMOUNT_EDGES[band + 1] * minorUnits) {
            band++;
        }
        return band;
    }

    private static String amountWords(String band) {
        int index = Integer.parseInt(band);
        return index + 1 == AMOUNT_EDGES.length
                ? AMOUNT_EDGES[index] + " and more"
                : AMOUNT_EDGES[index] + " to " + AMOUNT_EDGES[index + 1];
    }

    private static String entryMode(EntryMode mode) {
        return mode == null ? "not given" : mode.wireName();
    }

    private static String known(String value) {
        return value == null ? "not given" : value;
    }
}
