package io.fraudstream.model.compiled;

import io.fraudstream.model.Layer;

/** A {@link Layer.Convolution} in arrays of its own, at those steps that the next layer sees. */
final class ConvolutionKernel {
    private final Layer.Convolution layer;
    private final Rows weights;
    private final float[] sums;
    private final float[] out;

    /**
     * @param positions how many outputs in time the next layer sees
     */
    ConvolutionKernel(Layer.Convolution layer, int positions) {
        this.layer = layer;
        this.weights = new Rows(layer.weights(), layer.kernel() * layer.inputs(), layer.outputs());
        this.sums = new float[layer.outputs()];
        this.out = new float[positions * layer.outputs()];
    }

    /** Steps do not overlap, so a step's inputs lie side by side. */
    float[] run(float[] in) {
        int taken = layer.kernel() * layer.inputs();
        for (int i = 0; i * sums.length < out.length; i++) {
            System.arraycopy(layer.bias(), 0, sums, 0, sums.length);
            weights.addProduct(in, i * taken, sums);
            System.arraycopy(sums, 0, out, i * sums.length, sums.length);
        }
        Activations.apply(layer.activation(), out);
        return out;
    }
}
