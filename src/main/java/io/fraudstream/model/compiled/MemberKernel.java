package io.fraudstream.model.compiled;

import io.fraudstream.model.Layer;
import io.fraudstream.model.Network;
import java.util.List;

/** One member of a network: its branches and its head, in arrays of its own. */
final class MemberKernel {
    private final LstmKernel recurrent;
    private final ConvolutionKernel[] convolutions;
    private final DenseKernel[] aggregate;
    private final DenseKernel[] head;
    private final float[] merged;

    /**
     * @param window steps that the input is laid out over
     */
    MemberKernel(Network.Member member, int window) {
        List<Layer> sequence = member.sequence();
        boolean isRecurrent = !sequence.isEmpty() && sequence.get(0) instanceof Layer.Lstm;
        this.recurrent = isRecurrent ? new LstmKernel((Layer.Lstm) sequence.get(0), window) : null;
        this.convolutions = new ConvolutionKernel[isRecurrent ? 0 : sequence.size()];
        int positions = window;
        for (int i = 0; i < convolutions.length; i++) {
            Layer.Convolution layer = (Layer.Convolution) sequence.get(i);
            positions /= layer.kernel();
            convolutions[i] = new ConvolutionKernel(layer, positions);
        }
        this.aggregate = kernels(member.aggregate(), false);
        this.head = kernels(member.head(), true);
        this.merged = new float[member.head().get(0).inputs()];
    }

    private static DenseKernel[] kernels(List<Layer.Dense> layers, boolean toLogOdds) {
        DenseKernel[] kernels = new DenseKernel[layers.size()];
        for (int i = 0; i < kernels.length; i++) {
            // The last sum itself is the result: the log-odds, which calibration takes.
            kernels[i] = new DenseKernel(layers.get(i), toLogOdds && i == kernels.length - 1);
        }
        return kernels;
    }

    /**
     * @param input normalised vectors over the whole window, zeros in front of the first
     * @param newest the newest vector, encoded
     * @param steps how many of the vectors are there
     */
    float logOdds(float[] input, float[] newest, int steps) {
        float[] values = newest;
        if (recurrent != null) {
            values = recurrent.run(input, steps);
        } else if (convolutions.length > 0) {
            values = input;
            for (ConvolutionKernel convolution : convolutions) {
                values = convolution.run(values);
            }
        }
        if (aggregate.length > 0) {
            float[] beside = newest;
            for (DenseKernel layer : aggregate) {
                beside = layer.run(beside);
            }
            System.arraycopy(values, 0, merged, 0, merged.length - beside.length);
            System.arraycopy(beside, 0, merged, merged.length - beside.length, beside.length);
            values = merged;
        }
        for (DenseKernel layer : head) {
            values = layer.run(values);
        }
        return values[0];
    }
}
