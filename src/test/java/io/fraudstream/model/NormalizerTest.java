package io.fraudstream.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.transaction.ExchangeRates;
import org.junit.jupiter.api.Test;

class NormalizerTest {
    private final FeatureSchema schema = new FeatureSchema(ExchangeRates.only("EUR"));

    @Test
    void standardisesBehindTheTransform() {
        int hour = schema.indexOf("hour_of_day");
        int amount = schema.indexOf("amount");
        Normalizer.Fitter fitter = new Normalizer.Fitter(schema);
        fitter.add(vector(10, 0), false);
        fitter.add(vector(14, (float) Math.expm1(4)), false);
        Normalizer normalizer = fitter.fit();

        float[] out = new float[schema.size()];
        normalizer.apply(vector(16, (float) Math.expm1(3)), out, 0);

        // Mean 12 and deviation 2; in logarithms mean 2 and deviation 2.
        assertThat(out[hour]).isCloseTo(2f, within(1e-6f));
        assertThat(out[amount]).isCloseTo(0.5f, within(1e-6f));
    }

    @Test
    void missingIsTheMeanAndAbsurdIsCut() {
        int hour = schema.indexOf("hour_of_day");
        int amount = schema.indexOf("amount");
        Normalizer.Fitter fitter = new Normalizer.Fitter(schema);
        fitter.add(vector(10, 5), false);
        fitter.add(vector(Float.NaN, 8), false);
        fitter.add(vector(14, 9), false);
        Normalizer normalizer = fitter.fit();
        float[] out = new float[schema.size()];

        normalizer.apply(vector(Float.NaN, Float.POSITIVE_INFINITY), out, 0);
        assertThat(out[hour]).isZero();
        assertThat(out[amount]).isEqualTo(Normalizer.LIMIT);
        assertThat(normalizer.mean()[hour]).isEqualTo(12f);

        normalizer.apply(vector(-1e9f, -Float.MAX_VALUE), out, 0);
        assertThat(out[hour]).isEqualTo(-Normalizer.LIMIT);
        assertThat(out[amount]).isEqualTo(-Normalizer.LIMIT);
    }

    @Test
    void aConstantFeatureSaysNothing() {
        int hour = schema.indexOf("hour_of_day");
        Normalizer.Fitter fitter = new Normalizer.Fitter(schema);
        fitter.add(vector(10, 1), false);
        fitter.add(vector(10, 2), false);
        float[] out = new float[schema.size()];

        fitter.fit().apply(vector(23, 1), out, 0);

        assertThat(out[hour]).isZero();
    }

    @Test
    void columnsOfDifferentLengthsAreRefused() {
        assertThatThrownBy(() -> new Normalizer(new boolean[2], new float[2], new float[3]))
                .hasMessage("normalizer columns differ in length");
    }

    @Test
    void piecesLieBetweenTheQuantilesOfBothKinds() {
        int amount = schema.indexOf("amount");
        Normalizer.Fitter fitter = new Normalizer.Fitter(schema);
        for (int i = 0; i <= 60; i++) {
            fitter.add(vector(1, i), false);
            fitter.add(vector(1, 1000 + i), true);
        }
        Normalizer normalizer = fitter.fit();

        assertThat(normalizer.edges()[amount])
                .containsExactly(0, 10, 20, 30, 40, 50, 60, 1010, 1020, 1030, 1040, 1050);
        assertThat(normalizer.edges()[schema.indexOf("hour_of_day")]).isEmpty();
        // A constant has no two edges.
        assertThat(normalizer.edges()[schema.indexOf("terminal_fraud_run")]).isEmpty();
        assertThat(normalizer.width()).isEqualTo(schema.size() + 11);
        assertThat(pieces(normalizer, 1015)).containsExactly(1, 1, 1, 1, 1, 1, 1, 0.5f, 0, 0, 0);
        assertThat(pieces(normalizer, Float.NaN)).containsOnly(0);
        assertThat(pieces(normalizer, Float.POSITIVE_INFINITY)).containsOnly(1);
        assertThat(pieces(normalizer, -Float.MAX_VALUE)).containsOnly(0);
    }

    @Test
    void whatIsSometimesMissingIsTold() {
        int hour = schema.indexOf("hour_of_day");
        Normalizer.Fitter fitter = new Normalizer.Fitter(schema);
        fitter.add(vector(10, 5), false);
        fitter.add(vector(Float.NaN, 8), true);
        Normalizer normalizer = fitter.fit();
        int last = normalizer.width() - 1;
        float[] out = new float[normalizer.width()];

        normalizer.encode(vector(Float.NaN, 5), out, 0);
        assertThat(out[last]).isEqualTo(1);
        normalizer.encode(vector(7, 5), out, 0);
        assertThat(out[last]).isZero();
        assertThat(normalizer.features()[last]).isEqualTo(hour);
        assertThat(normalizer.features()[schema.size()]).isEqualTo(schema.indexOf("amount"));
    }

    @Test
    void anEncodedVectorBeginsWithTheNormalisedOne() {
        Normalizer.Fitter fitter = new Normalizer.Fitter(schema);
        fitter.add(vector(3, 5), false);
        fitter.add(vector(20, 80), true);
        Normalizer normalizer = fitter.fit();
        float[] normalised = new float[schema.size()];
        float[] encoded = new float[normalizer.width()];

        normalizer.apply(vector(9, 40), normalised, 0);
        normalizer.encode(vector(9, 40), encoded, 0);

        assertThat(encoded).startsWith(normalised);
    }

    @Test
    void edgesThatDoNotRiseAreRefused() {
        assertThatThrownBy(
                        () ->
                                new Normalizer(
                                        new boolean[1],
                                        new float[1],
                                        new float[1],
                                        new float[][] {{1, 1}},
                                        new boolean[1]))
                .hasMessage("normalizer edges are [1.0, 1.0], expected rising finite numbers");
    }

    private float[] pieces(Normalizer normalizer, float amount) {
        float[] out = new float[normalizer.width()];
        normalizer.encode(vector(1, amount), out, 0);
        return java.util.Arrays.copyOfRange(out, schema.size(), out.length);
    }

    private float[] vector(float hour, float amount) {
        float[] vector = new float[schema.size()];
        vector[schema.indexOf("hour_of_day")] = hour;
        vector[schema.indexOf("amount")] = amount;
        return vector;
    }
}
