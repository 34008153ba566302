package io.fraudstream.training;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.model.GoldenCases;
import io.fraudstream.model.dl4j.ReferenceNetwork;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The inputs that a bundle carries for its check: events of every sequence length, and vectors that
 * no event has.
 */
final class GoldenInputs {
    static final int CASES = 64;

    private static final float[] EXTREMES = {
        Float.NaN,
        0,
        1e9f,
        -1e9f,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        Float.POSITIVE_INFINITY,
        Float.MIN_VALUE
    };

    private GoldenInputs() {}

    static GoldenCases choose(
            FeatureSchema schema, TrainingSet.Rows rows, long seed, ReferenceNetwork reference) {
        SplittableRandom random = new SplittableRandom(seed);
        float[][][] sequences = new float[CASES][][];
        for (int i = 0; i < CASES; i++) {
            int length = 1 + i % FeatureSchema.SEQUENCE_LENGTH;
            float[][] sequence = new float[length][];
            for (int step = 0; step < length; step++) {
                sequence[step] = rows.row(random.nextInt(rows.size())).vector().clone();
            }
            if (i < 2 * EXTREMES.length) {
                // Either the whole newest vector or single numbers throughout.
                float extreme = EXTREMES[i / 2];
                if (i % 2 == 0) {
                    Arrays.fill(sequence[length - 1], extreme);
                } else {
                    for (float[] vector : sequence) {
                        vector[random.nextInt(schema.size())] = extreme;
                    }
                }
            }
            sequences[i] = sequence;
        }
        return new GoldenCases(sequences, reference.outputs(sequences));
    }
}
