package io.fraudstream.training;

import static io.fraudstream.training.Samples.DAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fraudstream.alert.ThresholdPolicy;
import io.fraudstream.model.BundleManifest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThresholdCurveTest {
    /** Two days. By falling score the precision is 1, 1/2, 2/3, 3/4, 3/5, 3/6, 4/7, 4/8. */
    private static final List<ScoredEvent> EVENTS =
            List.of(
                    event(0.9, 5_000),
                    event(0.8, 0),
                    event(0.7, 300),
                    event(0.6, 20_000),
                    event(0.4, 0),
                    event(0.3, 0),
                    event(0.2, 900),
                    event(0.1, 0));

    /**
     * @param fraudMinor 0 for a legitimate event
     */
    private static ScoredEvent event(double score, long fraudMinor) {
        Attributes attributes = new Attributes(fraudMinor, null, null, null);
        return new ScoredEvent("t" + score, "card", 0, score, fraudMinor > 0, attributes);
    }

    private static double choose(
            ThresholdPolicy.By by, int alerts, double precision, long reviewCost) {
        return new ThresholdCurve(EVENTS, 2 * DAY, reviewCost)
                .choose(new ThresholdPolicy(by, alerts, precision, reviewCost));
    }

    @ParameterizedTest
    @CsvSource({"1, 0.75", "2, 0.5", "3, 0.25", "4, 0.05", "9, 0.05"})
    void byAlertsTheBudgetHoldsOnAverage(int perDay, double expected) {
        assertThat(choose(ThresholdPolicy.By.ALERTS, perDay, 1, 0))
                .isCloseTo(expected, within(1e-12));
    }

    @ParameterizedTest
    @CsvSource({"1, 0.85", "0.75, 0.5", "0.7, 0.5", "0.6, 0.35", "0.55, 0.15", "0.5, 0"})
    void byPrecisionItIsTheLowestThatKeepsIt(double precision, double expected) {
        assertThat(choose(ThresholdPolicy.By.PRECISION, 1, precision, 0))
                .isCloseTo(expected, within(1e-12));
    }

    @Test
    void aPrecisionOutOfReachGivesTheMostPreciseThreshold() {
        List<ScoredEvent> noFraudOnTop = EVENTS.subList(1, EVENTS.size());

        ThresholdCurve curve = new ThresholdCurve(noFraudOnTop, 2 * DAY, 0);
        ThresholdPolicy policy = new ThresholdPolicy(ThresholdPolicy.By.PRECISION, 1, 0.9, 0);
        double threshold = curve.choose(policy);

        // 0, 1/2, 2/3, …
        assertThat(threshold).isCloseTo(0.5, within(1e-12));
        assertThat(curve.words(policy, threshold))
                .isEqualTo(
                        "a precision of at least 0.900, which none keeps: this is the most"
                                + " precise");
        ThresholdPolicy within = new ThresholdPolicy(ThresholdPolicy.By.PRECISION, 1, 0.6, 0);
        assertThat(curve.words(within, curve.choose(within)))
                .isEqualTo("a precision of at least 0.600");
    }

    // One more alert has to save what it costs. Free reviews find every fraud and stop there.
    @ParameterizedTest
    @CsvSource({"0, 0.15", "250, 0.15", "350, 0.5", "6000, 0.5"})
    void byCostReviewsAndMissedFraudsAreLeast(long reviewCost, double expected) {
        assertThat(choose(ThresholdPolicy.By.COST, 1, 1, reviewCost))
                .isCloseTo(expected, within(1e-12));
    }

    @Test
    void byCostNoAlertsWhereReviewsCostMoreThanFraud() {
        assertThat(choose(ThresholdPolicy.By.COST, 1, 1, 9_000)).isGreaterThan(0.9);
    }

    @Test
    void eventsThatScoreTheSameStayTogether() {
        List<ScoredEvent> events =
                List.of(event(0.9, 1), event(0.5, 1), event(0.5, 0), event(0.5, 0), event(0.1, 0));
        ThresholdCurve curve = new ThresholdCurve(events, DAY, 0);

        double two = curve.choose(ThresholdPolicy.alerts(2));
        double four = curve.choose(ThresholdPolicy.alerts(4));

        assertThat(two).isBetween(0.51, 0.89);
        assertThat(four).isBetween(0.11, 0.49);
        // Three alike are too many already.
        ThresholdCurve alike = new ThresholdCurve(events.subList(1, 4), DAY, 0);
        assertThat(alike.at(alike.choose(ThresholdPolicy.alerts(2))).alertsPerDay()).isZero();
    }

    @Test
    void candidatesSayWhatAnotherThresholdWouldDo() {
        ThresholdCurve curve = new ThresholdCurve(EVENTS, 2 * DAY, 100);

        List<BundleManifest.Candidate> candidates = curve.candidates(0.5);

        assertThat(candidates)
                .containsExactly(
                        // Three of four frauds found with four reviews, 9.00 is missed.
                        new BundleManifest.Candidate(0.5, 2, 0.75, 0.75, (400 + 900) / 2.0),
                        new BundleManifest.Candidate(0, 4, 0.5, 1, 800 / 2.0));
    }

    @Test
    void withoutEventsThereIsNothingToChooseFrom() {
        ThresholdCurve curve = new ThresholdCurve(List.of(), DAY, 100);

        assertThat(curve.choose(ThresholdPolicy.DEFAULT)).isEqualTo(ThresholdPolicy.LOWEST);
        assertThat(curve.candidates(0.5)).isEmpty();
    }

    @Test
    void aPolicyChecksItsNumbers() {
        assertThatThrownBy(() -> ThresholdPolicy.alerts(0))
                .hasMessage("alertsPerDay is 0, expected 1 or more");
        assertThatThrownBy(() -> new ThresholdPolicy(ThresholdPolicy.By.PRECISION, 1, 1.1, 0))
                .hasMessage("precision is 1.1, expected above 0 and at most 1");
        assertThatThrownBy(() -> new ThresholdPolicy(ThresholdPolicy.By.COST, 1, 1, -1))
                .hasMessage("reviewCostMinor is -1, expected 0 or more");
    }
}
