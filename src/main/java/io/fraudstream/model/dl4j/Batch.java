package io.fraudstream.model.dl4j;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.Normalizer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Normalised examples as DL4J takes them: batch × features for a dense network, batch × features ×
 * steps for a recurrent one. A short sequence fills the first steps and the mask closes the rest,
 * so its last step's output is the same as if there were no others.
 */
final class Batch {
    private final boolean recurrent;
    private final Normalizer normalizer;
    private final int size;
    private final int steps;
    private final float[] features;
    private final float[] mask;
    private final float[] labels;
    private final float[] vector;

    Batch(NetworkKind kind, Normalizer normalizer, int size) {
        this.recurrent = kind == NetworkKind.LSTM;
        this.normalizer = normalizer;
        this.size = size;
        this.steps = recurrent ? FeatureSchema.SEQUENCE_LENGTH : 1;
        this.features = new float[size * normalizer.size() * steps];
        this.mask = new float[size * steps];
        this.labels = new float[size];
        this.vector = new float[normalizer.size()];
    }

    /** Replaces example {@code i}. */
    void set(int i, float[][] sequence, boolean fraud) {
        labels[i] = fraud ? 1 : 0;
        int width = vector.length;
        if (!recurrent) {
            normalizer.apply(sequence[sequence.length - 1], features, i * width);
            return;
        }
        int used = Math.min(sequence.length, steps);
        for (int step = 0; step < steps; step++) {
            mask[i * steps + step] = step < used ? 1 : 0;
            if (step < used) {
                normalizer.apply(sequence[sequence.length - used + step], vector, 0);
            }
            for (int j = 0; j < width; j++) {
                features[(i * width + j) * steps + step] = step < used ? vector[j] : 0;
            }
        }
    }

    INDArray features() {
        return recurrent
                ? Nd4j.create(features, new long[] {size, vector.length, steps}, 'c')
                : Nd4j.create(features, new long[] {size, vector.length}, 'c');
    }

    /** Batch × steps, or {@code null} for a dense network. */
    INDArray mask() {
        return recurrent ? Nd4j.create(mask, new long[] {size, steps}, 'c') : null;
    }

    INDArray labels() {
        return Nd4j.create(labels, new long[] {size, 1}, 'c');
    }
}
