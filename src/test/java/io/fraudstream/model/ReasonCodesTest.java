package io.fraudstream.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.model.compiled.CompiledScorer;
import io.fraudstream.transaction.ExchangeRates;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ReasonCodesTest {
    private final FeatureSchema schema = new FeatureSchema(ExchangeRates.only("EUR"));
    private final int amount = schema.indexOf("amount");
    private final int hour = schema.indexOf("hour_of_day");
    private final int share = schema.indexOf("terminal_fraud_share_30d");

    /** Log-odds: a ten-thousandth of the amount, twice the share, and late hours lower them. */
    private final FraudModel model =
            new FraudModel() {
                @Override
                public String bundleId() {
                    return "test";
                }

                @Override
                public double score(float[][] sequence) {
                    float[] vector = sequence[sequence.length - 1];
                    return Calibration.NONE.probability(
                            1e-4 * vector[amount] + 2 * vector[share] - 0.1 * vector[hour]);
                }

                @Override
                public double[] contributions(float[][] sequence, float[] usual) {
                    float[] vector = sequence[sequence.length - 1];
                    double[] contributions = new double[vector.length];
                    contributions[amount] = 1e-4 * (known(vector, amount) - usual[amount]);
                    contributions[share] = 2 * (vector[share] - usual[share]);
                    contributions[hour] = -0.1 * (vector[hour] - usual[hour]);
                    return contributions;
                }

                private float known(float[] vector, int feature) {
                    return Float.isNaN(vector[feature]) ? 1e6f : vector[feature];
                }
            };

    @Test
    void theStrongestReasonsComeFirstAndWhatLowersTheScoreIsNone() {
        float[] usual = new float[schema.size()];
        usual[hour] = 12;

        List<Reason> reasons =
                new ReasonCodes(schema, model, usual)
                        .explain(new float[][] {vector(30_000, 20, 0.5f)}, 3);

        assertThat(reasons)
                .extracting(Reason::feature)
                .containsExactly("amount", "terminal_fraud_share_30d");
        assertThat(reasons.get(0).contribution()).isCloseTo(3, within(1e-6));
        assertThat(reasons.get(1).contribution()).isCloseTo(1, within(1e-6));
        assertThat(reasons.get(0).text()).isEqualTo("amount: 300.00 EUR (usually 0.00 EUR)");
        assertThat(reasons.get(1).value()).isEqualTo(0.5);
    }

    @Test
    void aCardWithEnoughEventsIsComparedWithItself() {
        float[][] sequence = {
            vector(10_000, 9, 0),
            vector(20_000, 9, 0),
            vector(30_000, 9, 0),
            vector(50_000, 9, 0.5f)
        };

        List<Reason> reasons =
                new ReasonCodes(schema, model, new float[schema.size()]).explain(sequence, 1);

        assertThat(reasons).hasSize(1);
        assertThat(reasons.get(0).feature()).isEqualTo("amount");
        assertThat(reasons.get(0).usual()).isEqualTo(20_000);
        assertThat(reasons.get(0).contribution()).isCloseTo(3, within(1e-6));
    }

    @Test
    void aTerminalsFeatureIsNeverComparedWithTheCardsOtherTerminals() {
        float[][] sequence = {
            vector(1, 9, 0.5f), vector(1, 9, 0.5f), vector(1, 9, 0.5f), vector(1, 9, 0.5f)
        };

        List<Reason> reasons =
                new ReasonCodes(schema, model, new float[schema.size()]).explain(sequence, 3);

        assertThat(reasons).extracting(Reason::feature).contains("terminal_fraud_share_30d");
    }

    @Test
    void whatIsMissingAndWhatHardlyMattersIsNoReason() {
        float[] usual = new float[schema.size()];

        List<Reason> reasons =
                new ReasonCodes(schema, model, usual)
                        .explain(new float[][] {vector(Float.NaN, 0, 0.004f)}, 3);

        assertThat(reasons).isEmpty();
    }

    @Test
    void aCompiledNetworksReasonsAddUp() {
        SplittableRandom random = new SplittableRandom(9);
        Network network = TestNetworks.of(NetworkKind.COMBINED, schema.size(), 1, 0.5f, random);
        float[] scale = new float[schema.size()];
        Arrays.fill(scale, 1);
        CompiledScorer scorer =
                new CompiledScorer(
                        "test",
                        network,
                        new Normalizer(new boolean[scale.length], new float[scale.length], scale),
                        new Calibration(0.5, -1));
        float[][] sequence = {TestNetworks.numbers(schema.size(), 3, random)};
        float[] usual = new float[schema.size()];

        List<Reason> reasons =
                new ReasonCodes(schema, scorer, usual).explain(sequence, schema.size());

        double[] all = scorer.contributions(sequence, usual);
        double raising = Arrays.stream(all).filter(one -> one >= 0.01).sum();
        assertThat(reasons).hasSizeBetween(5, schema.size() - 5);
        assertThat(reasons.stream().mapToDouble(Reason::contribution).sum())
                .isCloseTo(raising, within(1e-9));
        assertThat(reasons)
                .isSortedAccordingTo(Comparator.comparingDouble(Reason::contribution).reversed());
    }

    @Test
    void explainingLeavesTheSequenceAsItWas() {
        float[][] sequence = {vector(1, 2, 3), vector(4, 5, 6)};
        float[][] copy = {sequence[0].clone(), sequence[1].clone()};

        new ReasonCodes(schema, model, new float[schema.size()]).explain(sequence, 3);

        assertThat(Arrays.deepEquals(sequence, copy)).isTrue();
    }

    private float[] vector(float amountMinor, float hourOfDay, float fraudShare) {
        float[] vector = new float[schema.size()];
        vector[amount] = amountMinor;
        vector[hour] = hourOfDay;
        vector[share] = fraudShare;
        return vector;
    }
}
