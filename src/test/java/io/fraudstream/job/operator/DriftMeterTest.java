package io.fraudstream.job.operator;

import static io.fraudstream.job.operator.Events.NOON;
import static io.fraudstream.job.operator.Events.SCHEMA;
import static org.assertj.core.api.Assertions.assertThat;

import io.fraudstream.alert.DecisionPolicy;
import io.fraudstream.model.DriftReference;
import io.fraudstream.model.FraudModel;
import io.fraudstream.model.ReferenceBins;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DriftMeterTest {
    private static final int AN_HOUR = 50;
    private static final int AMOUNT = SCHEMA.indexOf("amount");

    private final ShownMetrics metrics = new ShownMetrics();
    private final DriftMeter meter = new DriftMeter(SCHEMA, metrics);

    /** In training every feature was 0 or 1 alike, and so was the score high or low. */
    private static ServingModel trainedOnHalves(String bundleId) {
        List<ReferenceBins> features = new ArrayList<>();
        for (int i = 0; i < SCHEMA.size(); i++) {
            features.add(halves());
        }
        return serving(bundleId, new DriftReference(features, halves()));
    }

    private static ReferenceBins halves() {
        return new ReferenceBins(new float[] {0.5f}, new double[] {0, 5000, 5000});
    }

    private static ServingModel serving(String bundleId, DriftReference trainedOn) {
        FraudModel model =
                new FraudModel() {
                    @Override
                    public String bundleId() {
                        return bundleId;
                    }

                    @Override
                    public double score(float[][] sequence) {
                        throw new IllegalStateException("scores are handed in");
                    }

                    @Override
                    public double[] contributions(float[][] sequence, float[] usual) {
                        throw new IllegalStateException("nothing alerts");
                    }
                };
        return new ServingModel(model, null, new DecisionPolicy(0.5), trainedOn);
    }

    @Test
    void aDayLikeTrainingHasNotDrifted() {
        hours(0, 25, trainedOnHalves("one"), false);

        assertThat(metrics.value("score_psi")).isLessThan(0.01);
        assertThat(metrics.value("feature.amount.psi")).isLessThan(0.01);
    }

    @Test
    void nothingIsSaidUntilADayIsFull() {
        hours(0, 24, trainedOnHalves("one"), true);

        assertThat(metrics.value("score_psi")).isNaN();
        assertThat(metrics.value("feature.amount.psi")).isNaN();
    }

    @Test
    void whatHasShiftedIsNamedAndLeavesTheWindowADayLater() {
        ServingModel one = trainedOnHalves("one");
        hours(0, 25, one, true);
        assertThat(metrics.value("score_psi")).isGreaterThan(0.25);
        assertThat(metrics.value("feature.amount.psi")).isGreaterThan(0.25);
        assertThat(metrics.value("feature.is_night.psi")).isLessThan(0.01);

        hours(25, 50, one, false);

        assertThat(metrics.value("score_psi")).isLessThan(0.01);
        assertThat(metrics.value("feature.amount.psi")).isLessThan(0.01);
    }

    @Test
    void anotherBundleBeginsAnewAndOneWithoutHistogramsSaysNothing() {
        hours(0, 25, trainedOnHalves("one"), true);
        hours(25, 26, trainedOnHalves("two"), true);
        assertThat(metrics.value("score_psi")).isNaN();

        hours(26, 60, serving("three", null), true);
        assertThat(metrics.value("score_psi")).isNaN();
        hours(60, 61, null, true);
        assertThat(metrics.value("feature.amount.psi")).isNaN();
    }

    @Test
    void aLongSilenceEmptiesTheWindow() {
        ServingModel one = trainedOnHalves("one");
        hours(0, 25, one, true);
        hours(500, 501, one, true);
        assertThat(metrics.value("score_psi")).isNaN();

        hours(501, 526, one, false);
        assertThat(metrics.value("score_psi")).isLessThan(0.01);
    }

    @Test
    void lateEventsCountInTheNewestHour() {
        ServingModel one = trainedOnHalves("one");
        hours(0, 24, one, false);
        hours(3, 4, one, false);
        hours(24, 25, one, false);

        assertThat(metrics.value("score_psi")).isLessThan(0.01);
    }

    /** Half of all numbers are 1; where amounts and scores have shifted, all of those are. */
    private void hours(int from, int to, ServingModel serving, boolean shifted) {
        for (int hour = from; hour < to; hour++) {
            for (int i = 0; i < AN_HOUR; i++) {
                float[] vector = new float[SCHEMA.size()];
                java.util.Arrays.fill(vector, i % 2);
                vector[AMOUNT] = shifted ? 1 : i % 2;
                meter.add(
                        serving,
                        Events.transaction("t", NOON + hour * DriftMeter.STEP + i),
                        vector,
                        shifted ? 0.9 : i % 2);
            }
        }
    }
}
