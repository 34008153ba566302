package io.fraudstream.model.compiled;

import io.fraudstream.model.Layer;
import java.util.Arrays;

/** A {@link Layer.Lstm} in arrays of its own. */
final class LstmKernel {
    private final Kernels kernels;
    private final int window;
    private final int inputs;
    private final Kernels.Matrix inputWeights;
    private final Kernels.Matrix recurrentWeights;
    private final float[] bias;
    private final float[] gates;
    private final float[] cell;
    private final float[] hidden;

    /**
     * @param window steps that the input is laid out over
     */
    LstmKernel(Kernels kernels, Layer.Lstm layer, int window) {
        this.kernels = kernels;
        this.window = window;
        inputs = layer.inputs();
        int units = layer.outputs();
        inputWeights = Rows.matrix(kernels, layer.inputWeights(), 4, units);
        recurrentWeights = Rows.matrix(kernels, layer.recurrentWeights(), 4, units);
        bias = Rows.padded(layer.bias(), 0, 4, units);
        gates = new float[bias.length];
        cell = new float[bias.length / 4];
        hidden = new float[cell.length];
    }

    /** The last step's output, padded. */
    float[] run(float[] in, int steps) {
        Arrays.fill(cell, 0);
        for (int step = window - steps; step < window; step++) {
            System.arraycopy(bias, 0, gates, 0, gates.length);
            inputWeights.addProduct(in, step * inputs, gates);
            // Before the first step nothing is remembered.
            if (step > window - steps) {
                recurrentWeights.addProduct(hidden, 0, gates);
            }
            int units = cell.length;
            Activations.tanh(kernels, gates, 0, units);
            Activations.sigmoid(kernels, gates, units, 4 * units);
            kernels.remember(gates, cell);
            System.arraycopy(cell, 0, hidden, 0, units);
            Activations.tanh(kernels, hidden, 0, units);
            kernels.multiply(hidden, gates, 2 * units);
        }
        return hidden;
    }
}
