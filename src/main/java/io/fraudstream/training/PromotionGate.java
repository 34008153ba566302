package io.fraudstream.training;

import io.fraudstream.features.FeatureSchema;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Decides whether a challenger may take a champion's place: one rule for each way in which a new
 * model can do harm. Both were scored on the same events, which neither has learned from. Without a
 * champion only the absolute rules stand.
 */
public final class PromotionGate {
    private static final int SAMPLES = 400;

    private final GateLimits limits;
    private final Segments segments;
    private final int alertsPerDay;
    private final long seed;

    /**
     * What is compared.
     *
     * @param days how many the test covers
     * @param challenger its scores, in event order
     * @param threshold from which the challenger alerts
     * @param champion the same events' scores in the same order; {@code null} without a champion
     * @param drift of the test days against the challenger's training window
     */
    public record Contest(
            double days,
            List<ScoredEvent> challenger,
            double threshold,
            List<ScoredEvent> champion,
            DriftReport drift) {}

    /**
     * @param schema in whose words amounts are told
     * @param alertsPerDay the budget
     * @param seed of the bootstrap
     */
    public PromotionGate(GateLimits limits, FeatureSchema schema, int alertsPerDay, long seed) {
        this.limits = limits;
        this.segments = new Segments(schema);
        this.alertsPerDay = alertsPerDay;
        this.seed = seed;
    }

    /** Whether there is enough to train and to test on; asked before anything is trained. */
    public List<GateRule> enough(long testEvents, long testFrauds, long trainingFrauds) {
        return List.of(
                atLeast("test events", testEvents, limits.minEvents()),
                atLeast("known frauds to test on", testFrauds, limits.minFrauds()),
                atLeast("known frauds to learn from", trainingFrauds, limits.minFrauds()));
    }

    private static GateRule atLeast(String name, long count, int least) {
        return new GateRule(
                name, count, format("%,d or more", least), count >= least, format("%,d", count));
    }

    /** Every rule on the scores themselves. */
    public List<GateRule> judge(Contest contest) {
        Evaluation evaluation = Evaluation.of(contest.challenger(), contest.threshold());
        List<GateRule> rules = new ArrayList<>();
        rules.add(
                contest.champion() == null
                        ? betterThanChance(contest, evaluation)
                        : notWorse(contest, evaluation));
        rules.add(calibrationError(evaluation));
        rules.add(meanScore(contest, evaluation));
        rules.add(alertVolume(contest, evaluation));
        if (contest.champion() != null) {
            rules.add(segments(contest));
        }
        rules.add(drift(contest.drift()));
        return rules;
    }

    private GateRule betterThanChance(Contest contest, Evaluation evaluation) {
        Bootstrap.Interval interval =
                new Bootstrap(SAMPLES, seed)
                        .measure(contest.challenger(), contest.threshold())
                        .averagePrecision();
        double chance = (double) evaluation.frauds() / evaluation.events();
        return new GateRule(
                "average precision",
                interval.value(),
                format("all of the interval above %.4f, the share of frauds", chance),
                interval.low() > chance,
                format(
                        "%.4f, 95 %% interval %.4f to %.4f, no champion to compare with",
                        interval.value(), interval.low(), interval.high()));
    }

    /**
     * The difference itself is held against the margin, since an interval's lower end would refuse
     * every challenger in a week with few frauds; one that is certainly worse is refused within the
     * margin too, since many small losses add up.
     */
    private GateRule notWorse(Contest contest, Evaluation evaluation) {
        Bootstrap.Interval gain =
                new Bootstrap(SAMPLES, seed)
                        .averagePrecisionGain(contest.challenger(), contest.champion());
        return new GateRule(
                "average precision against the champion",
                gain.value(),
                format(
                        "%+.4f or more, and not all of the interval below 0",
                        -limits.averagePrecisionMargin()),
                gain.value() >= -limits.averagePrecisionMargin() && gain.high() >= 0,
                format(
                        "%+.4f (%.4f against %.4f), 95 %% interval %+.4f to %+.4f",
                        gain.value(),
                        evaluation.averagePrecision(),
                        evaluation.averagePrecision() - gain.value(),
                        gain.low(),
                        gain.high()));
    }

    private GateRule calibrationError(Evaluation evaluation) {
        double error = evaluation.calibrationError();
        return new GateRule(
                "calibration error",
                error,
                format("%.4f or less", limits.maxCalibrationError()),
                error <= limits.maxCalibrationError(),
                format("%.4f", error));
    }

    private GateRule meanScore(Contest contest, Evaluation evaluation) {
        double mean =
                contest.challenger().stream().mapToDouble(ScoredEvent::score).average().orElse(0);
        double share = (double) evaluation.frauds() / evaluation.events();
        double ratio = mean / share;
        return new GateRule(
                "mean score over share of frauds",
                ratio,
                format("%.2f to %.2f", 1 / limits.meanScoreFactor(), limits.meanScoreFactor()),
                ratio >= 1 / limits.meanScoreFactor() && ratio <= limits.meanScoreFactor(),
                format("%.2f (%.4f against %.4f)", ratio, mean, share));
    }

    private GateRule alertVolume(Contest contest, Evaluation evaluation) {
        double aDay = (evaluation.truePositives() + evaluation.falsePositives()) / contest.days();
        double most = alertsPerDay * limits.alertVolumeFactor();
        return new GateRule(
                "alerts a day",
                aDay,
                format("%.1f or less, %.1f times the budget", most, limits.alertVolumeFactor()),
                aDay <= most,
                format("%.1f", aDay));
    }

    /**
     * Recall where each model spends the whole budget of alerts on its highest scores. A loss in a
     * segment counts if it is larger than the margin and than chance explains: of the frauds that
     * only one of the two found, the champion's are so many more (McNemar 1947). With dozens of
     * segments some lose a few frauds in any week.
     */
    private GateRule segments(Contest contest) {
        boolean[] byChallenger = withinBudget(contest.challenger(), contest.days());
        boolean[] byChampion = withinBudget(contest.champion(), contest.days());
        Map<String, Found> segmentsFound = new TreeMap<>();
        for (int i = 0; i < byChallenger.length; i++) {
            ScoredEvent event = contest.challenger().get(i);
            if (event.fraud()) {
                for (String name : segments.of(event.attributes())) {
                    segmentsFound
                            .computeIfAbsent(name, Found::new)
                            .add(byChallenger[i], byChampion[i]);
                }
            }
        }
        List<Found> enough =
                segmentsFound.values().stream()
                        .filter(found -> found.frauds >= limits.segmentMinFrauds())
                        .sorted(Comparator.comparingDouble(Found::change))
                        .toList();
        List<Found> lost =
                enough.stream()
                        .filter(found -> found.change() < -limits.segmentMargin())
                        .filter(Found::isMoreThanChance)
                        .toList();
        Found worst = lost.isEmpty() ? enough.stream().findFirst().orElse(null) : lost.get(0);
        return new GateRule(
                "recall in the worst segment",
                worst == null ? Double.NaN : worst.change(),
                format(
                        "no loss of more than %.3f and than chance explains, with %d frauds or"
                                + " more",
                        limits.segmentMargin(), limits.segmentMinFrauds()),
                lost.isEmpty(),
                worst == null
                        ? "no segment has enough frauds"
                        : worst.words() + format(", of %d segments", enough.size()));
    }

    /** How many frauds of a segment each model found. */
    private static final class Found {
        private static final double DEVIATIONS = 2;

        private final String segment;
        private int frauds;
        private int challengerOnly;
        private int championOnly;
        private int both;

        Found(String segment) {
            this.segment = segment;
        }

        void add(boolean byChallenger, boolean byChampion) {
            frauds++;
            both += byChallenger && byChampion ? 1 : 0;
            challengerOnly += byChallenger && !byChampion ? 1 : 0;
            championOnly += byChampion && !byChallenger ? 1 : 0;
        }

        double change() {
            return (double) (challengerOnly - championOnly) / frauds;
        }

        boolean isMoreThanChance() {
            return championOnly - challengerOnly
                    > DEVIATIONS * Math.sqrt(championOnly + challengerOnly);
        }

        String words() {
            return format(
                    "%+.3f for %s (%d of %d frauds found, by the champion %d)",
                    change(), segment, both + challengerOnly, frauds, both + championOnly);
        }
    }

    private boolean[] withinBudget(List<ScoredEvent> events, double days) {
        int[] order = RankedScores.descending(ScoredEvent.scores(events));
        boolean[] within = new boolean[order.length];
        long budget = Math.min(order.length, Math.round(alertsPerDay * days));
        for (int i = 0; i < budget; i++) {
            within[order[i]] = true;
        }
        return within;
    }

    private GateRule drift(DriftReport drift) {
        boolean limited = limits.maxFeaturePsi() > 0;
        double worst = drift.worst().index();
        return new GateRule(
                "drift of the inputs (PSI)",
                worst,
                limited ? format("%.3f or less", limits.maxFeaturePsi()) : "reported only",
                !limited || worst <= limits.maxFeaturePsi(),
                format(
                        "%.3f in %s, %.3f in the score",
                        worst, drift.worst().feature(), drift.scoreIndex()));
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
