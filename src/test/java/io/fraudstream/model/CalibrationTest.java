package io.fraudstream.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class CalibrationTest {
    @Test
    void undoesNegativeSampling() {
        // Odds of 1:3 where a quarter of the legitimate events was kept are 1:12 in truth.
        double logOdds = Math.log(1.0 / 3);

        double probability = new Calibration(1, Math.log(0.25)).probability(logOdds);

        assertThat(probability).isCloseTo(1.0 / 13, within(1e-15));
    }

    @Test
    void isMonotoneAndStaysWithinItsBounds() {
        Calibration calibration = new Calibration(0.7, -1);
        double before = -1;
        for (double logOdds = -30; logOdds <= 30; logOdds += 0.5) {
            double probability = calibration.probability(logOdds);
            assertThat(probability).isGreaterThan(before).isBetween(0.0, 1.0);
            before = probability;
        }
        assertThat(calibration.probability(-1e6)).isZero();
        assertThat(calibration.probability(1e6)).isEqualTo(1);
    }

    @Test
    void aSlopeThatIsNotPositiveIsRefused() {
        for (double slope : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> new Calibration(slope, 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected a positive slope");
        }
    }
}
