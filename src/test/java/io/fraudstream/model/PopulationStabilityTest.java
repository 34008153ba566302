package io.fraudstream.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fraudstream.model.PopulationStability.Reading;
import org.junit.jupiter.api.Test;

class PopulationStabilityTest {
    /** 200,000 events, so that the smoothing does not show. */
    private static final double[] REFERENCE = {100_000, 60_000, 40_000};

    @Test
    void isTheSumOverTheBinsOfWhatIsKnown() {
        // Shares .5, .3, .2 against .4, .3, .3: .1·ln(5/4) + 0 + .1·ln(3/2).
        double expected = 0.1 * Math.log(5.0 / 4) + 0.1 * Math.log(3.0 / 2);

        assertThat(PopulationStability.index(REFERENCE, new long[] {80_000, 60_000, 60_000}))
                .isEqualTo(expected, within(1e-4));
    }

    @Test
    void isTheSameBothWaysAndZeroForEqualShares() {
        long[] other = {20_000, 30_000, 50_000};

        assertThat(PopulationStability.index(REFERENCE, new long[] {200_000, 120_000, 80_000}))
                .isEqualTo(0, within(1e-9));
        assertThat(PopulationStability.index(REFERENCE, other))
                .isEqualTo(
                        PopulationStability.index(
                                new double[] {20_000, 30_000, 50_000},
                                new long[] {100_000, 60_000, 40_000}),
                        within(1e-12));
    }

    @Test
    void anEmptyBinGivesALargeNumberAndABinThatAlwaysWasNone() {
        double moved =
                PopulationStability.index(new double[] {0, 1000, 0}, new long[] {1000, 0, 0});
        double still = PopulationStability.index(new double[] {0, 1000, 0}, new long[] {0, 10, 0});

        assertThat(moved).isBetween(10.0, 20.0);
        assertThat(still).isLessThan(0.01);
    }

    @Test
    void withoutEventsThereIsNothingToMeasure() {
        assertThat(PopulationStability.index(REFERENCE, new long[3])).isNaN();
        assertThat(PopulationStability.index(new double[3], new long[] {1, 1, 1})).isNaN();
        assertThatThrownBy(() -> PopulationStability.index(REFERENCE, new long[2]))
                .hasMessage("there are counts of 2 bins, expected 3 as in the reference");
    }

    @Test
    void readsNumbersAsIsCommon() {
        assertThat(Reading.of(0.09)).isEqualTo(Reading.STABLE);
        assertThat(Reading.of(0.1)).isEqualTo(Reading.MODERATE);
        assertThat(Reading.of(0.25)).isEqualTo(Reading.MODERATE);
        assertThat(Reading.of(0.26)).isEqualTo(Reading.SHIFTED);
        assertThat(Reading.of(Double.NaN)).isEqualTo(Reading.UNKNOWN);
    }
}
