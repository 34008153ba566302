package io.fraudstream.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ReliabilityTest {
    @Test
    void binsHoldEquallyManyEvents() {
        double[] scores = {0.1, 0.9, 0.2, 0.7, 0.5, 0.3};
        boolean[] frauds = {false, true, false, false, true, false};

        Reliability reliability = Reliability.of(scores, frauds, 3);

        assertThat(reliability.bins()).hasSize(3);
        assertThat(reliability.bins().get(0)).isEqualTo(new Reliability.Bin(2, 1, 0.8, 0.5));
        assertThat(reliability.bins().get(1)).isEqualTo(new Reliability.Bin(2, 1, 0.4, 0.5));
        assertThat(reliability.bins().get(2).meanScore()).isCloseTo(0.15, within(1e-15));
        // A third each of .3, .1 and .15.
        assertThat(reliability.error()).isCloseTo(0.55 / 3, within(1e-15));
    }

    @Test
    void equalScoresShareABin() {
        double[] scores = {0.2, 0.2, 0.2, 0.2, 0.9, 0.1};

        Reliability reliability = Reliability.of(scores, new boolean[6], 3);

        assertThat(reliability.bins()).extracting(Reliability.Bin::events).containsExactly(5L, 1L);
    }

    @Test
    void oneScoreForAllIsOffByTheDifferenceOfTheMeans() {
        boolean[] frauds = {true, false, false, false};

        assertThat(Reliability.of(new double[] {.3, .3, .3, .3}, frauds, 20).error())
                .isCloseTo(0.05, within(1e-15));
        assertThat(Reliability.of(new double[0], new boolean[0], 20).error()).isNaN();
    }
}
