package io.fraudstream.model.compiled;

import io.fraudstream.model.Activation;
import io.fraudstream.model.Layer;

/** A {@link Layer.Dense} over the newest vector, encoded. */
final class EncodedLayer {
    private final Kernels kernels;
    private final EncodedVector vector;
    private final Kernels.Matrix table;
    private final float[] bias;
    private final float[] out;
    private final Activation activation;

    /**
     * @param sumsOnly whether the activation is left out
     */
    EncodedLayer(Kernels kernels, EncodedVector vector, Layer.Dense layer, boolean sumsOnly) {
        this.kernels = kernels;
        this.vector = vector;
        this.table = kernels.matrix(vector.rows(layer.weights(), layer.outputs()));
        this.bias = vector.bias(layer.weights(), layer.bias());
        this.out = new float[bias.length];
        this.activation = sumsOnly ? null : layer.activation();
    }

    /** Over what the vector holds at present; padded. */
    float[] run() {
        System.arraycopy(bias, 0, out, 0, out.length);
        vector.addTo(out, table);
        if (activation != null) {
            Activations.apply(kernels, activation, out);
        }
        return out;
    }
}
