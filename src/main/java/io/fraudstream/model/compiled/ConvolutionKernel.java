package io.fraudstream.model.compiled;

import io.fraudstream.model.Layer;

/** A {@link Layer.Convolution} in arrays of its own, at those steps that the next layer sees. */
final class ConvolutionKernel {
    private final Kernels kernels;
    private final Layer.Convolution layer;
    private final Kernels.Matrix weights;
    private final float[] bias;
    private final float[] sums;
    private final int positions;
    private final float[] out;

    /**
     * @param positions how many outputs in time the next layer sees
     */
    ConvolutionKernel(Kernels kernels, Layer.Convolution layer, int positions) {
        this.kernels = kernels;
        this.layer = layer;
        this.weights = Rows.matrix(kernels, layer.weights(), 1, layer.outputs());
        this.bias = Rows.padded(layer.bias(), 0, 1, layer.outputs());
        this.positions = positions;
        this.sums = new float[bias.length];
        this.out = new float[Kernels.padded(positions * layer.outputs())];
    }

    /** Steps do not overlap, so a step's inputs lie side by side. */
    float[] run(float[] in) {
        int taken = layer.kernel() * layer.inputs();
        int outputs = layer.outputs();
        for (int i = 0; i < positions; i++) {
            System.arraycopy(bias, 0, sums, 0, sums.length);
            weights.addProduct(in, i * taken, sums);
            System.arraycopy(sums, 0, out, i * outputs, outputs);
        }
        Activations.apply(kernels, layer.activation(), out);
        return out;
    }
}
