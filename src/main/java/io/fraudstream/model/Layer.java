package io.fraudstream.model;

/** One layer's shape and float32 weights, in an order that no library dictates. */
public sealed interface Layer {
    int inputs();

    int outputs();

    /** All weights in the order in which a bundle stores them. */
    float[][] blocks();

    /**
     * out = activation(x · weights + bias).
     *
     * @param weights inputs × outputs, row by row: the weights of input i stand together
     * @param bias one per output
     */
    record Dense(int inputs, int outputs, Activation activation, float[] weights, float[] bias)
            implements Layer {
        public Dense {
            requireLength("dense weights", weights, inputs * outputs);
            requireLength("dense bias", bias, outputs);
        }

        @Override
        public float[][] blocks() {
            return new float[][] {weights, bias};
        }
    }

    /**
     * A long short-term memory without peepholes; its output is the last step's. With z = x ·
     * inputWeights + h · recurrentWeights + bias cut into four gates a, f, o, i of {@code outputs}
     * each: c = σ(f)·c + σ(i)·tanh(a), h = σ(o)·tanh(c) (Hochreiter and Schmidhuber 1997, with the
     * forget gate of Gers et al. 2000; gates in DL4J's order).
     *
     * @param inputWeights inputs × 4·outputs, row by row
     * @param recurrentWeights outputs × 4·outputs, row by row
     * @param bias 4·outputs
     */
    record Lstm(
            int inputs, int outputs, float[] inputWeights, float[] recurrentWeights, float[] bias)
            implements Layer {
        public Lstm {
            requireLength("lstm input weights", inputWeights, inputs * 4 * outputs);
            requireLength("lstm recurrent weights", recurrentWeights, outputs * 4 * outputs);
            requireLength("lstm bias", bias, 4 * outputs);
        }

        @Override
        public float[][] blocks() {
            return new float[][] {inputWeights, recurrentWeights, bias};
        }
    }

    /**
     * A causal convolution over time whose steps do not overlap: output t = activation(the last
     * {@code kernel} inputs up to t, joined, the oldest first, · weights + bias). The i-th of
     * several in a row sees every kernel_1 · … · kernel_(i-1)-th output of the one before, so that
     * a few layers cover a long sequence, each step once (dilated convolutions as in WaveNet, van
     * den Oord et al. 2016). Only the newest step's result goes on.
     *
     * @param inputs numbers a step
     * @param kernel steps that one output sees
     * @param weights kernel · inputs × outputs, row by row
     * @param bias one per output
     */
    record Convolution(
            int inputs,
            int outputs,
            int kernel,
            Activation activation,
            float[] weights,
            float[] bias)
            implements Layer {
        public Convolution {
            requireLength("convolution weights", weights, kernel * inputs * outputs);
            requireLength("convolution bias", bias, outputs);
        }

        @Override
        public float[][] blocks() {
            return new float[][] {weights, bias};
        }
    }

    private static void requireLength(String what, float[] values, int expected) {
        if (values.length != expected) {
            throw new IllegalArgumentException(
                    what + " holds " + values.length + " numbers, expected " + expected);
        }
    }
}
