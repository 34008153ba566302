package io.fraudstream.training;

import io.fraudstream.alert.ThresholdPolicy;
import io.fraudstream.model.BundleManifest;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;

/**
 * What each threshold would have done on scored events: alerts, frauds found, and cost, which is
 * the price of the reviews and the amounts of the missed frauds. Thresholds lie half-way between
 * two scores, so that rounding cannot move an event across.
 */
final class ThresholdCurve {
    /** Alerts a day to look at. */
    static final List<Integer> BUDGETS =
            List.of(10, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1000);

    private static final long DAY = Duration.ofDays(1).toMillis();

    private final RankedScores ranked;
    private final long[] caughtMinor;
    private final long fraudMinor;
    private final double days;
    private final long reviewCostMinor;

    /**
     * @param millis how long a time the events cover
     */
    ThresholdCurve(List<ScoredEvent> events, long millis, long reviewCostMinor) {
        this.ranked = RankedScores.of(ScoredEvent.scores(events), ScoredEvent.verdicts(events));
        this.caughtMinor =
                ranked.runningTotals(
                        i -> events.get(i).fraud() ? events.get(i).attributes().amountMinor() : 0);
        this.fraudMinor = ranked.steps() == 0 ? 0 : caughtMinor[ranked.steps() - 1];
        this.days = (double) millis / DAY;
        this.reviewCostMinor = reviewCostMinor;
    }

    /** The threshold by the policy. */
    double choose(ThresholdPolicy policy) {
        return switch (policy.by()) {
            case ALERTS ->
                    Math.max(ThresholdPolicy.LOWEST, threshold(byAlerts(policy.alertsPerDay())));
            case PRECISION -> threshold(byPrecision(policy.precision()));
            case COST -> threshold(byCost());
        };
    }

    /** Why this threshold was chosen; says so where no threshold keeps the policy. */
    String words(ThresholdPolicy policy, double chosen) {
        boolean missed =
                policy.by() == ThresholdPolicy.By.PRECISION
                        && !(at(chosen).precision() >= policy.precision());
        return policy.words() + (missed ? ", which none keeps: this is the most precise" : "");
    }

    /** What a threshold would do; precision is NaN without alerts, recall without frauds. */
    BundleManifest.Candidate at(double threshold) {
        int step = ranked.lastAlert(threshold);
        double alerts = alerts(step);
        double hits = step < 0 ? 0 : ranked.truePositives(step);
        return new BundleManifest.Candidate(
                threshold,
                alerts / days,
                hits / alerts,
                hits / ranked.frauds(),
                costMinor(step) / days);
    }

    /**
     * The chosen threshold and that of each budget that would give other alerts; the highest first.
     */
    List<BundleManifest.Candidate> candidates(double chosen) {
        if (ranked.frauds() == 0) {
            return List.of();
        }
        TreeMap<Double, BundleManifest.Candidate> candidates = new TreeMap<>();
        candidates.put(chosen, at(chosen));
        for (int budget : BUDGETS) {
            int step = byAlerts(budget);
            if (step != ranked.lastAlert(chosen)) {
                candidates.put(threshold(step), at(threshold(step)));
            }
        }
        candidates.values().removeIf(candidate -> Double.isNaN(candidate.precision()));
        return List.copyOf(candidates.descendingMap().values());
    }

    private int byAlerts(double perDay) {
        double budget = Math.max(1, perDay * days);
        int step = -1;
        while (step + 1 < ranked.steps() && alerts(step + 1) <= budget) {
            step++;
        }
        return step;
    }

    private int byPrecision(double least) {
        int best = -1;
        double highest = 0;
        for (int step = 0; step < ranked.steps(); step++) {
            double precision = Math.min(least, ranked.truePositives(step) / alerts(step));
            if (precision > 0 && precision >= highest) {
                highest = precision;
                best = step;
            }
        }
        return best;
    }

    private int byCost() {
        int best = -1;
        for (int step = 0; step < ranked.steps(); step++) {
            if (costMinor(step) < costMinor(best)) {
                best = step;
            }
        }
        return best;
    }

    private double alerts(int step) {
        return step < 0 ? 0 : (double) ranked.truePositives(step) + ranked.falsePositives(step);
    }

    private double costMinor(int step) {
        return alerts(step) * reviewCostMinor + fraudMinor - (step < 0 ? 0 : caughtMinor[step]);
    }

    /** Alerts end with this step; 0 where all events are alerts. */
    private double threshold(int step) {
        if (step == ranked.steps() - 1) {
            return 0;
        }
        double beyond = ranked.score(step + 1);
        if (step < 0) {
            return Math.min(1, Math.nextUp(beyond));
        }
        double within = ranked.score(step);
        double between = beyond + (within - beyond) / 2;
        return between > beyond ? between : within;
    }
}
