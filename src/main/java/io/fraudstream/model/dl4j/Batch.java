package io.fraudstream.model.dl4j;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.Normalizer;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Normalised examples as {@link NetworkGraph} takes them, in arrays that are filled again and
 * again. A short sequence fills a recurrent layer's first steps and the mask closes the rest, so
 * its last step's output is the same as if there were no others; before convolutions it fills the
 * last steps.
 */
final class Batch implements AutoCloseable {
    private final Normalizer normalizer;
    private final int window;
    private final double positiveWeight;
    private final List<String> names;
    private final float[][] numbers;
    private final INDArray[] inputs;
    private final float[] mask;
    private final INDArray[] masks;
    private final float[] fraud;
    private final INDArray labels;
    private final float[] weight;
    private final INDArray weights;
    private final float[] vector;
    private final int encodedWidth;

    /**
     * @param window steps that convolutions read
     * @param positiveWeight what a fraud counts in the loss where a legitimate event counts 1
     */
    Batch(NetworkKind kind, Normalizer normalizer, int window, double positiveWeight, int size) {
        int features = normalizer.size();
        this.normalizer = normalizer;
        this.window = window;
        this.positiveWeight = positiveWeight;
        this.names = NetworkGraph.inputs(kind);
        this.numbers = new float[names.size()][];
        this.inputs = new INDArray[names.size()];
        boolean masked = names.contains(NetworkGraph.STEPS);
        this.mask = new float[masked ? size * FeatureSchema.SEQUENCE_LENGTH : 0];
        this.masks = masked ? new INDArray[names.size()] : null;
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] =
                    switch (names.get(i)) {
                        case NetworkGraph.STEPS ->
                                Nd4j.create(size, features, FeatureSchema.SEQUENCE_LENGTH);
                        case NetworkGraph.WINDOW -> Nd4j.create(size, window * features);
                        default -> Nd4j.create(size, normalizer.width());
                    };
            numbers[i] = new float[(int) inputs[i].length()];
            if (names.get(i).equals(NetworkGraph.STEPS)) {
                masks[i] = Nd4j.create(size, FeatureSchema.SEQUENCE_LENGTH);
            }
        }
        this.fraud = new float[size];
        this.labels = Nd4j.create(size, 1);
        this.weight = new float[size];
        this.weights = Nd4j.create(size, 1);
        this.vector = new float[features];
        this.encodedWidth = normalizer.width();
    }

    /** Replaces example {@code i}. */
    void set(int i, float[][] sequence, boolean isFraud) {
        fraud[i] = isFraud ? 1 : 0;
        weight[i] = isFraud ? (float) positiveWeight : 1;
        for (int input = 0; input < inputs.length; input++) {
            switch (names.get(input)) {
                case NetworkGraph.STEPS -> setSteps(i, sequence, numbers[input]);
                case NetworkGraph.WINDOW -> setWindow(i, sequence, numbers[input]);
                default ->
                        normalizer.encode(
                                sequence[sequence.length - 1], numbers[input], i * encodedWidth);
            }
        }
    }

    private void setSteps(int i, float[][] sequence, float[] out) {
        int steps = FeatureSchema.SEQUENCE_LENGTH;
        int used = Math.min(sequence.length, steps);
        for (int step = 0; step < steps; step++) {
            mask[i * steps + step] = step < used ? 1 : 0;
            if (step < used) {
                normalizer.apply(sequence[sequence.length - used + step], vector, 0);
            }
            for (int j = 0; j < vector.length; j++) {
                out[(i * vector.length + j) * steps + step] = step < used ? vector[j] : 0;
            }
        }
    }

    private void setWindow(int i, float[][] sequence, float[] out) {
        int used = Math.min(sequence.length, Math.min(window, FeatureSchema.SEQUENCE_LENGTH));
        int width = vector.length;
        int start = i * window * width;
        java.util.Arrays.fill(out, start, start + (window - used) * width, 0);
        for (int back = 1; back <= used; back++) {
            normalizer.apply(
                    sequence[sequence.length - back], out, start + (window - back) * width);
        }
    }

    /** As {@link NetworkGraph#inputs} orders them. */
    INDArray[] inputs() {
        for (int i = 0; i < inputs.length; i++) {
            copy(numbers[i], inputs[i]);
        }
        return inputs;
    }

    /** Batch × steps beside the inputs that have steps; {@code null} if none has. */
    INDArray[] masks() {
        for (int i = 0; masks != null && i < masks.length; i++) {
            if (masks[i] != null) {
                copy(mask, masks[i]);
            }
        }
        return masks;
    }

    INDArray labels() {
        copy(fraud, labels);
        return labels;
    }

    /** What each example counts in the loss; {@code null} where all count the same. */
    INDArray weights() {
        if (positiveWeight == 1) {
            return null;
        }
        copy(weight, weights);
        return weights;
    }

    /** The array is all of its own memory and row by row, so it may be written as it lies. */
    private static void copy(float[] from, INDArray to) {
        to.data().asNioFloat().put(from);
    }

    @Override
    public void close() {
        for (int i = 0; i < inputs.length; i++) {
            inputs[i].close();
            if (masks != null && masks[i] != null) {
                masks[i].close();
            }
        }
        labels.close();
        weights.close();
    }
}
