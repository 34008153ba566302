package io.fraudstream.model.compiled;

import io.fraudstream.model.Activation;
import io.fraudstream.model.Layer;

/** A {@link Layer.Dense} in arrays of its own. */
final class DenseKernel {
    private final Kernels kernels;
    private final Kernels.Matrix weights;
    private final float[] column;
    private final float[] bias;
    private final float[] out;
    private final Activation activation;

    /**
     * @param sumsOnly whether the activation is left out
     */
    DenseKernel(Kernels kernels, Layer.Dense layer, boolean sumsOnly) {
        boolean single = layer.outputs() == 1;
        this.kernels = kernels;
        this.weights = single ? null : Rows.matrix(kernels, layer.weights(), 1, layer.outputs());
        this.column = single ? Rows.padded(layer.weights(), 0, 1, layer.inputs()) : null;
        this.bias = Rows.padded(layer.bias(), 0, 1, layer.outputs());
        this.out = new float[bias.length];
        this.activation = sumsOnly ? null : layer.activation();
    }

    /**
     * @param in padded
     * @return padded
     */
    float[] run(float[] in) {
        System.arraycopy(bias, 0, out, 0, out.length);
        if (column != null) {
            out[0] += kernels.dot(in, column);
        } else {
            weights.addProduct(in, 0, out);
        }
        if (activation != null) {
            Activations.apply(kernels, activation, out);
        }
        return out;
    }
}
