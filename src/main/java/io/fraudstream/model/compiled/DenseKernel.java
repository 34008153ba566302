package io.fraudstream.model.compiled;

import io.fraudstream.model.Layer;

/** A {@link Layer.Dense} in arrays of its own. */
final class DenseKernel {
    private final Layer.Dense layer;
    private final Rows weights;
    private final float[] out;
    private final boolean sumsOnly;

    /**
     * @param sumsOnly whether the activation is left out
     */
    DenseKernel(Layer.Dense layer, boolean sumsOnly) {
        this.layer = layer;
        this.weights = new Rows(layer.weights(), layer.inputs(), layer.outputs());
        this.out = new float[layer.outputs()];
        this.sumsOnly = sumsOnly;
    }

    float[] run(float[] in) {
        System.arraycopy(layer.bias(), 0, out, 0, out.length);
        weights.addProduct(in, 0, out);
        if (!sumsOnly) {
            Activations.apply(layer.activation(), out);
        }
        return out;
    }
}
