package io.fraudstream.model.compiled;

import io.fraudstream.model.Layer;
import java.util.Arrays;

/** A {@link Layer.Lstm} in arrays of its own. */
final class LstmKernel {
    private final int window;
    private final int inputs;
    private final int units;
    private final Rows inputWeights;
    private final Rows recurrentWeights;
    private final float[] bias;
    private final float[] gates;
    private final float[] cell;
    private final float[] hidden;

    /**
     * @param window steps that the input is laid out over
     */
    LstmKernel(Layer.Lstm layer, int window) {
        this.window = window;
        inputs = layer.inputs();
        units = layer.outputs();
        inputWeights = new Rows(layer.inputWeights(), inputs, 4 * units);
        recurrentWeights = new Rows(layer.recurrentWeights(), units, 4 * units);
        bias = layer.bias();
        gates = new float[4 * units];
        cell = new float[units];
        hidden = new float[units];
    }

    float[] run(float[] in, int steps) {
        Arrays.fill(cell, 0);
        Arrays.fill(hidden, 0);
        for (int step = window - steps; step < window; step++) {
            System.arraycopy(bias, 0, gates, 0, gates.length);
            inputWeights.addProduct(in, step * inputs, gates);
            recurrentWeights.addProduct(hidden, 0, gates);
            Activations.tanh(gates, 0, units);
            Activations.sigmoid(gates, units, 4 * units);
            for (int j = 0; j < units; j++) {
                cell[j] = gates[units + j] * cell[j] + gates[3 * units + j] * gates[j];
                hidden[j] = gates[2 * units + j] * Activations.tanh(cell[j]);
            }
        }
        return hidden;
    }
}
