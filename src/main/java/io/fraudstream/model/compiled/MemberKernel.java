package io.fraudstream.model.compiled;

import io.fraudstream.model.Layer;
import io.fraudstream.model.Network;
import java.util.List;

/** One member of a network: its branches and its head, in arrays of its own. */
final class MemberKernel {
    private final LstmKernel recurrent;
    private final ConvolutionKernel[] convolutions;
    private final EncodedLayer first;
    private final DenseKernel[] aggregate;
    private final DenseKernel[] head;
    private final float[] merged;
    private final int sequenceOutputs;
    private final int aggregateOutputs;

    /**
     * @param window steps that the input is laid out over
     * @param newest the newest vector, which a layer without another in front of it reads
     */
    MemberKernel(Kernels kernels, Network.Member member, int window, EncodedVector newest) {
        List<Layer> sequence = member.sequence();
        boolean isRecurrent = !sequence.isEmpty() && sequence.get(0) instanceof Layer.Lstm;
        this.recurrent =
                isRecurrent ? new LstmKernel(kernels, (Layer.Lstm) sequence.get(0), window) : null;
        this.convolutions = new ConvolutionKernel[isRecurrent ? 0 : sequence.size()];
        int positions = window;
        for (int i = 0; i < convolutions.length; i++) {
            Layer.Convolution layer = (Layer.Convolution) sequence.get(i);
            positions /= layer.kernel();
            convolutions[i] = new ConvolutionKernel(kernels, layer, positions);
        }
        boolean beside = !member.aggregate().isEmpty();
        boolean alone = sequence.isEmpty() && !beside;
        this.first =
                beside
                        ? new EncodedLayer(kernels, newest, member.aggregate().get(0), false)
                        : alone
                                ? new EncodedLayer(
                                        kernels,
                                        newest,
                                        member.head().get(0),
                                        member.head().size() == 1)
                                : null;
        this.aggregate = rest(kernels, member.aggregate(), beside ? 1 : 0, false);
        this.head = rest(kernels, member.head(), alone ? 1 : 0, true);
        this.merged = new float[Kernels.padded(member.head().get(0).inputs())];
        this.sequenceOutputs = sequence.isEmpty() ? 0 : sequence.get(sequence.size() - 1).outputs();
        this.aggregateOutputs = member.head().get(0).inputs() - sequenceOutputs;
    }

    private static DenseKernel[] rest(
            Kernels kernels, List<Layer.Dense> layers, int from, boolean toLogOdds) {
        DenseKernel[] rest = new DenseKernel[layers.size() - from];
        for (int i = 0; i < rest.length; i++) {
            // The last sum itself is the result: the log-odds, which calibration takes.
            rest[i] =
                    new DenseKernel(
                            kernels, layers.get(from + i), toLogOdds && i == rest.length - 1);
        }
        return rest;
    }

    /**
     * @param input normalised vectors over the whole window, zeros in front of the first
     * @param steps how many of the vectors are there
     */
    float logOdds(float[] input, int steps) {
        float[] values = null;
        if (recurrent != null) {
            values = recurrent.run(input, steps);
        } else if (convolutions.length > 0) {
            values = input;
            for (ConvolutionKernel convolution : convolutions) {
                values = convolution.run(values);
            }
        }
        if (first != null) {
            float[] beside = first.run();
            for (DenseKernel layer : aggregate) {
                beside = layer.run(beside);
            }
            if (values == null) {
                values = beside;
            } else {
                System.arraycopy(values, 0, merged, 0, sequenceOutputs);
                System.arraycopy(beside, 0, merged, sequenceOutputs, aggregateOutputs);
                values = merged;
            }
        }
        for (DenseKernel layer : head) {
            values = layer.run(values);
        }
        return values[0];
    }
}
