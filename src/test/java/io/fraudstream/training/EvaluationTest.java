package io.fraudstream.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EvaluationTest {
    @Test
    void byHand() {
        double[] scores = {0.9, 0.8, 0.7, 0.6, 0.5};
        boolean[] frauds = {true, false, true, false, false};

        Evaluation e = Evaluation.of(scores, frauds, 0.7);

        assertThat(e.truePositives()).isEqualTo(2);
        assertThat(e.falsePositives()).isEqualTo(1);
        assertThat(e.falseNegatives()).isZero();
        assertThat(e.trueNegatives()).isEqualTo(2);
        assertThat(e.accuracy()).isEqualTo(0.8);
        assertThat(e.precision()).isCloseTo(2.0 / 3, within(1e-15));
        assertThat(e.recall()).isEqualTo(1);
        assertThat(e.f1()).isEqualTo(0.8);
        // Of six pairs one is the wrong way round.
        assertThat(e.areaUnderRoc()).isCloseTo(5.0 / 6, within(1e-15));
        assertThat(e.averagePrecision()).isCloseTo(0.5 * 1 + 0.5 * 2 / 3, within(1e-15));
        assertThat(e.brier()).isCloseTo((0.01 + 0.64 + 0.09 + 0.36 + 0.25) / 5, within(1e-15));
        // Twenty bins of five events hold one each.
        assertThat(e.calibrationError())
                .isCloseTo((0.1 + 0.8 + 0.3 + 0.6 + 0.5) / 5, within(1e-15));
    }

    @Test
    void equalScoresAreOneStep() {
        // scikit-learn: average_precision_score([1, 0, 1, 0], [.5, .5, .5, .1]) = 2/3,
        // roc_auc_score = .75.
        Evaluation e =
                Evaluation.of(
                        new double[] {0.5, 0.5, 0.5, 0.1},
                        new boolean[] {true, false, true, false},
                        0.5);

        assertThat(e.averagePrecision()).isCloseTo(2.0 / 3, within(1e-15));
        assertThat(e.areaUnderRoc()).isEqualTo(0.75);
    }

    @Test
    void areaUnderRocIsTheShareOfPairsInOrder() {
        SplittableRandom random = new SplittableRandom(2);
        double[] scores = new double[300];
        boolean[] frauds = new boolean[300];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = random.nextInt(40) / 40.0;
            frauds[i] = random.nextInt(5) == 0;
        }
        double right = 0;
        double pairs = 0;
        for (int i = 0; i < scores.length; i++) {
            for (int j = 0; j < scores.length; j++) {
                if (frauds[i] && !frauds[j]) {
                    pairs++;
                    right += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
                }
            }
        }

        assertThat(Evaluation.of(scores, frauds, 0.5).areaUnderRoc())
                .isCloseTo(right / pairs, within(1e-12));
    }

    @Test
    void whatCannotBeMeasuredIsLeftOut() {
        Evaluation none = Evaluation.of(new double[] {0.1, 0.2}, new boolean[2], 0.9);

        assertThat(none.areaUnderRoc()).isNaN();
        assertThat(none.averagePrecision()).isNaN();
        assertThat(none.precision()).isNaN();
        assertThat(none.metrics())
                .doesNotContainKeys("averagePrecision", "areaUnderRoc", "precision", "recall")
                .containsEntry("accuracy", 1.0)
                .containsEntry("trueNegatives", 2.0);
        assertThat(Evaluation.of(new double[0], new boolean[0], 0.5).brier()).isNaN();
    }
}
