package io.fraudstream.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fraudstream.model.Calibration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PlattScalingTest {
    private static final Calibration PRIOR = new Calibration(1, -1.4);

    @Test
    void findsTheCalibrationThatTheVerdictsWereDrawnFrom() {
        Calibration truth = new Calibration(0.6, -2);
        SplittableRandom random = new SplittableRandom(8);
        float[] logOdds = new float[60_000];
        boolean[] frauds = new boolean[logOdds.length];
        for (int i = 0; i < logOdds.length; i++) {
            logOdds[i] = (float) (10 * random.nextDouble() - 5);
            frauds[i] = random.nextDouble() < truth.probability(logOdds[i]);
        }

        Calibration fitted = PlattScaling.fit(logOdds, frauds, PRIOR);

        assertThat(fitted.slope()).isCloseTo(truth.slope(), within(0.03));
        assertThat(fitted.intercept()).isCloseTo(truth.intercept(), within(0.06));
    }

    @Test
    void withTooFewOfEitherKindThePriorStays() {
        float[] logOdds = new float[100];
        boolean[] frauds = new boolean[100];
        for (int i = 0; i < PlattScaling.MIN_EACH - 1; i++) {
            frauds[i] = true;
            logOdds[i] = 1;
        }
        assertThat(PlattScaling.fit(logOdds, frauds, PRIOR)).isEqualTo(PRIOR);

        java.util.Arrays.fill(frauds, true);
        assertThat(PlattScaling.fit(logOdds, frauds, PRIOR)).isEqualTo(PRIOR);
    }

    @Test
    void aRankingTheWrongWayRoundLeavesThePrior() {
        float[] logOdds = new float[200];
        boolean[] frauds = new boolean[200];
        for (int i = 0; i < logOdds.length; i++) {
            logOdds[i] = i;
            frauds[i] = i < 100;
        }

        assertThat(PlattScaling.fit(logOdds, frauds, PRIOR)).isEqualTo(PRIOR);
    }

    @Test
    void separableVerdictsGiveAFiniteCalibration() {
        float[] logOdds = new float[200];
        boolean[] frauds = new boolean[200];
        for (int i = 0; i < logOdds.length; i++) {
            frauds[i] = i >= 100;
            logOdds[i] = frauds[i] ? 40 : -40;
        }

        Calibration fitted = PlattScaling.fit(logOdds, frauds, PRIOR);

        assertThat(fitted.probability(40)).isGreaterThan(0.97);
        assertThat(fitted.probability(-40)).isLessThan(0.03);
    }
}
