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
        fitter.add(vector(10, 0));
        fitter.add(vector(14, (float) Math.expm1(4)));
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
        fitter.add(vector(10, 5));
        fitter.add(vector(Float.NaN, 8));
        fitter.add(vector(14, 9));
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
        fitter.add(vector(10, 1));
        fitter.add(vector(10, 2));
        float[] out = new float[schema.size()];

        fitter.fit().apply(vector(23, 1), out, 0);

        assertThat(out[hour]).isZero();
    }

    @Test
    void columnsOfDifferentLengthsAreRefused() {
        assertThatThrownBy(() -> new Normalizer(new boolean[2], new float[2], new float[3]))
                .hasMessage("normalizer columns differ in length");
    }

    private float[] vector(float hour, float amount) {
        float[] vector = new float[schema.size()];
        vector[schema.indexOf("hour_of_day")] = hour;
        vector[schema.indexOf("amount")] = amount;
        return vector;
    }
}
