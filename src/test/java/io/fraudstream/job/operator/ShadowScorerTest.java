package io.fraudstream.job.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fraudstream.model.FraudModel;
import org.junit.jupiter.api.Test;

class ShadowScorerTest {
    private static final float[][] SEQUENCE = {{1}};

    /** Gives its numbers one after the other, and fails when there are no more. */
    private static final class Scripted implements FraudModel {
        private final double[] scores;
        private int calls;

        Scripted(double... scores) {
            this.scores = scores;
        }

        @Override
        public String bundleId() {
            return "scripted";
        }

        @Override
        public double score(float[][] sequence) {
            return scores[calls++];
        }
    }

    @Test
    void aModelThatFailsIsLeftOutUntilAnotherComes() {
        ShadowScorer shadow = new ShadowScorer();
        Scripted failing = new Scripted(0.25);

        assertThat(shadow.score(failing, SEQUENCE)).isEqualTo(0.25);
        assertThat(shadow.failures()).isZero();
        assertThat(shadow.score(failing, SEQUENCE)).isNaN();
        assertThat(shadow.score(failing, SEQUENCE)).isNaN();
        assertThat(failing.calls).isEqualTo(2);
        assertThat(shadow.failures()).isEqualTo(1);

        assertThat(shadow.score(new Scripted(0.5), SEQUENCE)).isEqualTo(0.5);
    }

    @Test
    void whatIsNoProbabilityIsAFailure() {
        for (double absurd : new double[] {Double.NaN, -0.1, 1.1, Double.POSITIVE_INFINITY}) {
            ShadowScorer shadow = new ShadowScorer();

            assertThat(shadow.score(new Scripted(absurd), SEQUENCE)).isNaN();
            assertThat(shadow.failures()).isEqualTo(1);
        }
    }
}
