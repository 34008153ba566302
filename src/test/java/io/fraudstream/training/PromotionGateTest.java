package io.fraudstream.training;

import static io.fraudstream.training.Samples.SCHEMA;
import static org.assertj.core.api.Assertions.assertThat;

import io.fraudstream.transaction.EntryMode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each rule on cases in which it alone decides. */
class PromotionGateTest {
    private static final GateLimits LIMITS =
            new GateLimits(7, 1000, 50, 0.01, 0.05, 2, 1.5, 0.1, 30, 0);
    private static final int EVENTS = 10_000;

    /** One event in a hundred, so 100. */
    private static final int FRAUD_EVERY = 100;

    private static final int DAYS = 10;
    private static final int ALERTS_PER_DAY = 10;

    @Test
    void enoughIsAskedOfTestAndTrainingAlike() {
        PromotionGate gate = gate(LIMITS);

        assertThat(gate.enough(1000, 50, 50)).allMatch(GateRule::passed);
        assertRefused(gate.enough(999, 50, 50), "test events", "999");
        assertRefused(gate.enough(1000, 49, 50), "known frauds to test on", "49");
        assertRefused(gate.enough(1000, 50, 0), "known frauds to learn from", "0");
    }

    @Test
    void aChallengerAsGoodAsTheChampionPasses() {
        List<ScoredEvent> good = scored(1, 0);

        GateDecision decision = judge(LIMITS, good, good);

        assertThat(decision.passed()).isTrue();
        assertThat(decision.rules())
                .extracting(GateRule::name)
                .containsExactly(
                        "average precision against the champion",
                        "calibration error",
                        "mean score over share of frauds",
                        "alerts a day",
                        "recall in the worst segment",
                        "drift of the inputs (PSI)");
        assertThat(decision.reasons()).allMatch(reason -> reason.startsWith("passed: "));
    }

    @Test
    void averagePrecisionMayNotFallByMoreThanTheMargin() {
        // Of every hundred frauds the challenger misses so many that the champion finds.
        GateLimits wide = new GateLimits(7, 1000, 50, 0.05, 1, 100, 100, 1, 30, 0);

        assertRefused(
                judge(wide, scored(1, 20), scored(1, 0)).rules(),
                "average precision against the champion",
                "-0.1");
        GateDecision gained = judge(wide, scored(1, 0), scored(1, 20));
        assertThat(gained.passed()).isTrue();
        assertThat(gained.rules().get(0).measured()).isGreaterThan(0.1);
        assertThat(gained.rules().get(0).words()).contains("95 % interval +0.1");
    }

    @Test
    void aChallengerThatIsCertainlyWorseIsRefusedWithinTheMargin() {
        GateLimits wide = new GateLimits(7, 1000, 50, 0.9, 1, 100, 100, 1, 30, 0);

        GateDecision decision = judge(wide, scored(1, 20), scored(1, 0));

        assertRefused(decision.rules(), "average precision against the champion", "-0.");
        assertThat(decision.rules().get(0).measured()).isGreaterThan(-0.9);
    }

    @Test
    void probabilitiesMustHold() {
        // Ranks the same, and says three times as much fraud as there is.
        List<ScoredEvent> loud = scored(20, 0);
        GateLimits onlyError = new GateLimits(7, 1000, 50, 1, 0.01, 100, 100, 1, 30, 0);
        GateLimits onlyMean = new GateLimits(7, 1000, 50, 1, 1, 2, 100, 1, 30, 0);

        assertRefused(judge(onlyError, loud, loud).rules(), "calibration error", "0.0");
        assertRefused(judge(onlyMean, loud, loud).rules(), "mean score over share of frauds", "3.");
        assertRefused(
                judge(onlyMean, scored(0.1, 0), scored(1, 0)).rules(),
                "mean score over share of frauds",
                "0.1");
    }

    @Test
    void alertsMustStayNearTheBudget() {
        List<ScoredEvent> good = scored(1, 0);
        // The threshold lets 100 frauds and as many others through in 10 days.
        GateDecision decision = judge(LIMITS, good, 0.0001, good);

        assertRefused(decision.rules(), "alerts a day", "1000.0");
        assertThat(judge(LIMITS, good, 0.5, good).passed()).isTrue();
    }

    @Test
    void noSegmentMayCollapseEvenIfTheWholeIsBetter() {
        GateLimits wide = new GateLimits(7, 1000, 50, 1, 1, 100, 100, 0.1, 30, 0);

        // 35 of the 40 e-commerce frauds against 38 of the others.
        assertRefused(
                judge(wide, missing(0, 35), missing(40, 78)).rules(),
                "recall in the worst segment",
                "-0.875 for card not present (5 of 40 frauds found, by the champion 40)");
        // Losing 5 of 40 is more than the margin and than chance, losing 4 is not.
        assertRefused(
                judge(wide, missing(0, 5), missing(40, 50)).rules(),
                "recall in the worst segment",
                "-0.125");
        assertThat(judge(wide, missing(0, 4), missing(40, 50)).passed()).isTrue();
    }

    @Test
    void aLossThatChanceExplainsIsNone() {
        GateLimits wide = new GateLimits(7, 1000, 50, 1, 1, 100, 100, 0.1, 30, 0);

        // Of 40 frauds 10 are lost and 5 others won: 5 of 15 either way is no surprise.
        List<ScoredEvent> champion = scored(1, 0);
        List<ScoredEvent> challenger = missing(0, 10);
        for (int i = 10; i < 15; i++) {
            champion.set(i * FRAUD_EVERY, with(champion.get(i * FRAUD_EVERY), 0));
        }
        for (int i = 60; i < 70; i++) {
            champion.set(i * FRAUD_EVERY, with(champion.get(i * FRAUD_EVERY), 0));
        }

        GateDecision decision = judge(wide, challenger, champion);

        assertThat(decision.passed()).isTrue();
        assertThat(decision.rules().get(4).measured()).isEqualTo(-0.125);
    }

    @Test
    void aSmallSegmentSaysNothing() {
        GateLimits many = new GateLimits(7, 1000, 50, 1, 1, 100, 100, 0.1, 101, 0);

        GateDecision decision = judge(many, missing(0, 35), missing(40, 78));

        assertThat(decision.passed()).isTrue();
        assertThat(decision.rules().get(4).words()).isEqualTo("no segment has enough frauds");
        assertThat(decision.rules().get(4).measured()).isNaN();
    }

    @Test
    void driftRefusesOnlyWhereThereIsALimit() {
        GateLimits limited = new GateLimits(7, 1000, 50, 0.01, 0.05, 2, 1.5, 0.1, 30, 0.25);
        List<ScoredEvent> good = scored(1, 0);

        assertThat(judge(LIMITS, good, good).passed()).isTrue();
        assertRefused(
                judge(limited, good, good).rules(),
                "drift of the inputs (PSI)",
                "0.300 in amount, 0.020 in the score");
    }

    @Test
    void withoutAChampionOnlyAbsoluteRulesStand() {
        GateDecision good = judge(LIMITS, scored(1, 0), null);
        assertThat(good.passed()).isTrue();
        assertThat(good.rules())
                .extracting(GateRule::name)
                .containsExactly(
                        "average precision",
                        "calibration error",
                        "mean score over share of frauds",
                        "alerts a day",
                        "drift of the inputs (PSI)");

        GateLimits wide = new GateLimits(7, 1000, 50, 1, 1, 100, 100, 1, 30, 0);
        List<ScoredEvent> blind = new ArrayList<>();
        for (ScoredEvent event : scored(1, 0)) {
            blind.add(with(event, (event.transactionId().hashCode() & 0xff) / 1e4));
        }
        assertRefused(judge(wide, blind, null).rules(), "average precision", "0.0");
    }

    private static PromotionGate gate(GateLimits limits) {
        return new PromotionGate(limits, SCHEMA, ALERTS_PER_DAY, 1);
    }

    private static GateDecision judge(
            GateLimits limits, List<ScoredEvent> challenger, List<ScoredEvent> champion) {
        return judge(limits, challenger, 0.5, champion);
    }

    private static GateDecision judge(
            GateLimits limits,
            List<ScoredEvent> challenger,
            double threshold,
            List<ScoredEvent> champion) {
        DriftReport drift = new DriftReport(EVENTS, 0.02, List.of(new FeatureDrift("amount", 0.3)));
        return new GateDecision(
                gate(limits)
                        .judge(
                                new PromotionGate.Contest(
                                        DAYS, challenger, threshold, champion, drift)));
    }

    private static void assertRefused(List<GateRule> rules, String name, String words) {
        List<GateRule> refusals = new GateDecision(rules).refusals();
        assertThat(refusals).extracting(GateRule::name).containsExactly(name);
        assertThat(refusals.get(0).words()).contains(words);
        assertThat(refusals.get(0).sentence())
                .startsWith("refused: " + name + " ")
                .contains(", expected ");
    }

    /**
     * Frauds score .9 and others next to nothing.
     *
     * @param factor of the scores, which stay below 1 and keep their order
     * @param missed of every hundred frauds, that score less than all others
     */
    private static List<ScoredEvent> scored(double factor, int missed) {
        List<ScoredEvent> events = new ArrayList<>();
        for (int i = 0; i < EVENTS; i++) {
            boolean fraud = i % FRAUD_EVERY == 0;
            int number = i / FRAUD_EVERY;
            boolean found = fraud && number % 100 >= missed;
            double score = found ? 0.9 : fraud ? 0 : 0.001 + 1e-8 * i;
            events.add(event(i, fraud, number, Math.min(score * factor, found ? 0.999 : 0.4)));
        }
        return events;
    }

    /** Finds all frauds but those of these numbers. */
    private static List<ScoredEvent> missing(int from, int to) {
        List<ScoredEvent> events = scored(1, 0);
        for (int number = from; number < to; number++) {
            int index = number * FRAUD_EVERY;
            events.set(index, with(events.get(index), 0));
        }
        return events;
    }

    private static ScoredEvent event(int i, boolean fraud, int number, double score) {
        EntryMode mode = fraud && number < 40 ? EntryMode.ECOMMERCE : EntryMode.CHIP;
        return new ScoredEvent(
                Integer.toString(i),
                "card-" + i % 500,
                i,
                score,
                fraud,
                new Attributes(2_000, null, null, mode));
    }

    private static ScoredEvent with(ScoredEvent event, double score) {
        return new ScoredEvent(
                event.transactionId(),
                event.cardId(),
                event.eventTime(),
                score,
                event.fraud(),
                event.attributes());
    }
}
