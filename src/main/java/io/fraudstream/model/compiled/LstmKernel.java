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
    private final float[][] gates;
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
        gates = new float[window][bias.length];
        cell = new float[bias.length / 4];
        hidden = new float[cell.length];
    }

    /** The last step's output, padded. */
    float[] run(float[] in, int steps) {
        return run(in, window - steps, window);
    }

    /** The output of the last of the steps in [from, to), padded. */
    float[] run(float[] in, int from, int to) {
        // What comes from the input at all steps first, while its weights are in the cache.
        for (int step = from; step < to; step++) {
            System.arraycopy(bias, 0, gates[step], 0, bias.length);
        }
        int next = from;
        for (; next + 2 <= to; next += 2) {
            inputWeights.addProducts(
                    in, next * inputs, gates[next], (next + 1) * inputs, gates[next + 1]);
        }
        if (next < to) {
            inputWeights.addProduct(in, next * inputs, gates[next]);
        }
        Arrays.fill(cell, 0);
        Arrays.fill(hidden, 0);
        for (int step = from; step < to; step++) {
            // Before the first step nothing is remembered.
            if (step > from) {
                recurrentWeights.addProduct(hidden, 0, gates[step]);
            }
            int units = cell.length;
            Activations.tanh(kernels, gates[step], 0, units);
            Activations.sigmoid(kernels, gates[step], units, 4 * units);
            kernels.remember(gates[step], cell);
            System.arraycopy(cell, 0, hidden, 0, units);
            Activations.tanh(kernels, hidden, 0, units);
            kernels.multiply(hidden, gates[step], 2 * units);
        }
        return hidden;
    }

    /** The gates' sums at a step behind the last ones, but for what its input adds. */
    void putRemembered(float[] sums) {
        System.arraycopy(bias, 0, sums, 0, bias.length);
        recurrentWeights.addProduct(hidden, 0, sums);
    }

    Kernels.Matrix inputWeights() {
        return inputWeights;
    }

    /** The cell behind the last step, padded. */
    float[] cell() {
        return cell;
    }
}
