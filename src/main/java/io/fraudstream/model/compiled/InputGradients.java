package io.fraudstream.model.compiled;

import io.fraudstream.model.Activation;
import io.fraudstream.model.Calibration;
import io.fraudstream.model.Layer;
import io.fraudstream.model.Network;
import io.fraudstream.model.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Shares out the difference in log-odds between an event and the same event with other values among
 * its features: integrated gradients (Sundararajan, Taly and Yan 2017) over the newest normalised
 * vector, the card's earlier vectors standing still. A feature's contribution is its difference
 * times the mean gradient along the straight line between the two, so the contributions add up to
 * the whole difference, and features that say the same share it instead of hiding each other.
 *
 * <p>Exact where {@link ReluLine} knows the network. Elsewhere the line is halved only where one
 * gradient does not account for what the network does, so most points lie where it bends, and their
 * number is bounded, as the cost is. Not safe for several threads.
 */
final class InputGradients {
    /**
     * How much of a section's difference in log-odds before calibration may be left unaccounted
     * for; it is shared out in proportion.
     */
    private static final double TOLERANCE = 0.003;

    private static final int SECTIONS = 8;

    // The gradient jumps where a ReLU opens, so the error falls only as sections shrink; a network
    // of some hundred units needs thousands for the last hundredth.
    private static final int MOST_HALVINGS = 5;

    private final Normalizer normalizer;
    private final Calibration calibration;
    private final int steps;
    private final int window;
    private final List<MemberGradient> members;

    InputGradients(
            Kernels kernels, Network network, Normalizer normalizer, Calibration calibration) {
        this.normalizer = normalizer;
        this.calibration = calibration;
        this.steps = network.steps();
        this.window = network.window();
        this.members =
                network.members().stream()
                        .map(member -> new MemberGradient(kernels, member, window))
                        .toList();
    }

    /** See {@link io.fraudstream.model.FraudModel#contributions}. */
    double[] contributions(float[][] sequence, float[] usual) {
        float[] to = encoded(sequence[sequence.length - 1]);
        float[] from = encoded(usual);
        int size = normalizer.size();
        float[] input = new float[Kernels.padded(window * size)];
        int used = Math.min(sequence.length, steps);
        for (int back = 1; back <= used; back++) {
            normalizer.apply(sequence[sequence.length - back], input, (window - back) * size);
        }
        float[] gradient = new float[Kernels.padded(to.length)];
        double difference = 0;
        for (MemberGradient member : members) {
            difference += member.addIntegral(input, used, from, to, gradient) / members.size();
        }
        double[] byNumber = new double[to.length];
        double sum = 0;
        double all = 0;
        for (int i = 0; i < byNumber.length; i++) {
            byNumber[i] = gradient[i] * ((double) to[i] - from[i]) / members.size();
            sum += byNumber[i];
            all += Math.abs(byNumber[i]);
        }
        double[] contributions = new double[size];
        int[] features = normalizer.features();
        for (int i = 0; i < byNumber.length; i++) {
            double missed = all > 0 ? (difference - sum) * Math.abs(byNumber[i]) / all : 0;
            contributions[features[i]] += (byNumber[i] + missed) * calibration.slope();
        }
        return contributions;
    }

    /** What a sequence branch reads stands in front. */
    private float[] encoded(float[] raw) {
        float[] encoded = new float[normalizer.width()];
        normalizer.encode(raw, encoded, 0);
        return encoded;
    }

    /**
     * One member along the line between two newest vectors, and its gradient. The first layer of a
     * branch is linear in the vector before its activation, so it is computed for both ends once,
     * and its gradient goes back to the vector once for all points together.
     */
    private static final class MemberGradient {
        private final List<Part> sequence = new ArrayList<>();
        private final List<ConvolutionKernel> convolutions = new ArrayList<>();
        private final List<Part> aggregate = new ArrayList<>();
        private final List<Part> head = new ArrayList<>();
        private final List<First> firsts = new ArrayList<>();
        private final float[] merged;
        private final int split;

        /** Where the line can be gone along exactly; else {@code null}. */
        private final ReluLine reluLine;

        MemberGradient(Kernels kernels, Network.Member member, int window) {
            int positions = window;
            for (Layer layer : member.sequence()) {
                if (layer instanceof Layer.Lstm lstm) {
                    sequence.add(new LstmPart(kernels, lstm, window));
                } else if (layer instanceof Layer.Convolution convolution) {
                    sequence.add(DensePart.ofNewest(kernels, convolution, positions));
                    positions /= convolution.kernel();
                    convolutions.add(new ConvolutionKernel(kernels, convolution, positions));
                }
            }
            for (Layer.Dense layer : member.aggregate()) {
                aggregate.add(DensePart.of(kernels, layer, layer.activation()));
            }
            for (int i = 0; i < member.head().size(); i++) {
                boolean last = i == member.head().size() - 1;
                Layer.Dense layer = member.head().get(i);
                head.add(DensePart.of(kernels, layer, last ? null : layer.activation()));
            }
            for (List<Part> branch : List.of(sequence, aggregate)) {
                if (!branch.isEmpty()) {
                    firsts.add(new First(kernels, branch));
                }
            }
            if (firsts.isEmpty()) {
                firsts.add(new First(kernels, head));
            }
            reluLine = firsts.get(0).parts == head ? ReluLine.of(member.head()) : null;
            merged = new float[Kernels.padded(member.head().get(0).inputs())];
            split =
                    sequence.isEmpty()
                            ? 0
                            : member.sequence().get(member.sequence().size() - 1).outputs();
        }

        /**
         * Adds the gradient's mean along the whole line.
         *
         * @param input normalised vectors over the whole window, of which so many are used
         * @return the difference in log-odds between its ends
         */
        double addIntegral(float[] input, int used, float[] from, float[] to, float[] sum) {
            float[] seen = input;
            for (int i = 0; i < sequence.size(); i++) {
                sequence.get(i).setEarlier(seen, used);
                seen = convolutions.isEmpty() ? seen : convolutions.get(i).run(seen);
            }
            firsts.forEach(first -> first.set(from, to));
            if (reluLine != null) {
                First first = firsts.get(0);
                double difference = reluLine.addIntegral(first.from, first.change, first.integral);
                first.addGradientTo(sum);
                return difference;
            }
            double begin = logOdds(0);
            double before = begin;
            for (int section = 1; section <= SECTIONS; section++) {
                double share = (double) section / SECTIONS;
                double after = logOdds(share);
                integrate(share - 1.0 / SECTIONS, before, share, after, MOST_HALVINGS);
                before = after;
            }
            for (First first : firsts) {
                first.addGradientTo(sum);
            }
            return before - begin;
        }

        /** From one share of the line to another, at which the log-odds are known. */
        private void integrate(double from, double at, double to, double then, int halvings) {
            double middle = (from + to) / 2;
            double between = logOdds(middle);
            double width = to - from;
            if (Math.abs(slope() * width - (then - at)) <= TOLERANCE || halvings == 0) {
                firsts.forEach(first -> first.take((float) width));
            } else {
                integrate(from, at, middle, between, halvings - 1);
                integrate(middle, between, to, then, halvings - 1);
            }
        }

        /**
         * @param share of the way from the one vector to the other
         */
        private double logOdds(double share) {
            float[] values = firsts.get(0).forward((float) share);
            if (firsts.get(0).parts == head) {
                return values[0];
            }
            if (firsts.size() > 1) {
                System.arraycopy(values, 0, merged, 0, split);
                float[] other = firsts.get(1).forward((float) share);
                System.arraycopy(
                        other, 0, merged, split, Math.min(other.length, merged.length - split));
                values = merged;
            }
            for (Part part : head) {
                values = part.outputs(part.sums(values));
            }
            return values[0];
        }

        /** Of the log-odds along the line, at the place of the last call of {@link #logOdds}. */
        private double slope() {
            float[] gradient = new float[Kernels.LANES];
            gradient[0] = 1;
            if (firsts.get(0).parts != head) {
                for (int i = head.size() - 1; i >= 0; i--) {
                    gradient = head.get(i).back(head.get(i).sumsGradient(gradient));
                }
            }
            double slope = firsts.get(0).slope(gradient);
            if (firsts.size() > 1) {
                int end = split + Kernels.padded(gradient.length - split);
                slope += firsts.get(1).slope(Arrays.copyOfRange(gradient, split, end));
            }
            return slope;
        }
    }

    /** Layers of which the first reads the vector. */
    private static final class First {
        private final Kernels kernels;
        private final List<Part> parts;
        private float[] from;
        private float[] change;
        private float[] sums;

        /** With respect to the first layer's sums. */
        private float[] gradient;

        private float[] integral;

        First(Kernels kernels, List<Part> parts) {
            this.kernels = kernels;
            this.parts = parts;
        }

        void set(float[] begin, float[] end) {
            from = parts.get(0).sums(begin).clone();
            change = parts.get(0).sums(end).clone();
            for (int i = 0; i < change.length; i++) {
                change[i] -= from[i];
            }
            sums = new float[from.length];
            integral = new float[from.length];
        }

        float[] forward(float share) {
            for (int i = 0; i < sums.length; i++) {
                sums[i] = from[i] + share * change[i];
            }
            float[] values = parts.get(0).outputs(sums);
            for (int i = 1; i < parts.size(); i++) {
                values = parts.get(i).outputs(parts.get(i).sums(values));
            }
            return values;
        }

        /** At the place of the last call of {@link #forward}. */
        double slope(float[] ofOutputs) {
            float[] values = ofOutputs;
            for (int i = parts.size() - 1; i > 0; i--) {
                values = parts.get(i).back(parts.get(i).sumsGradient(values));
            }
            gradient = parts.get(0).sumsGradient(values);
            return kernels.dot(gradient, change);
        }

        /** Takes the last gradient in over so much of the line. */
        void take(float width) {
            for (int i = 0; i < gradient.length; i++) {
                integral[i] += gradient[i] * width;
            }
        }

        void addGradientTo(float[] sum) {
            float[] back = parts.get(0).back(integral);
            for (int i = 0; i < back.length; i++) {
                sum[i] += back[i];
            }
        }
    }

    /**
     * A layer; what it computed last is what it goes back through. Arrays are padded, and those
     * that are returned are valid until the next call.
     */
    private interface Part {
        /**
         * What it sees of earlier steps, which stand still.
         *
         * @param used how many steps there are
         */
        void setEarlier(float[] in, int used);

        /** What the activation takes, linear in the inputs. */
        float[] sums(float[] in);

        /** May write over the sums. */
        float[] outputs(float[] sums);

        /**
         * @param gradient with respect to the outputs
         * @return with respect to the sums
         */
        float[] sumsGradient(float[] gradient);

        /**
         * @param gradient with respect to the sums
         * @return with respect to the inputs
         */
        float[] back(float[] gradient);
    }

    private static final class DensePart implements Part {
        private final Kernels kernels;
        private final Kernels.Matrix weights;
        private final Kernels.Matrix turned;

        /** Of the earlier steps that a convolution sees; {@code null} for another layer. */
        private final Kernels.Matrix earlier;

        private final int newest;
        private final float[] bias;
        private final float[] constant;
        private final Activation activation;
        private final float[] sums;
        private final float[] before;
        private final float[] back;
        private float[] out;

        /**
         * @param flat the weights
         * @param first of their rows that is for the newest step
         * @param inputs of a step
         * @param newest where the newest step's inputs begin, of all that are seen
         * @param activation or {@code null} for none
         */
        private DensePart(
                Kernels kernels,
                float[] flat,
                int first,
                int inputs,
                int newest,
                float[] bias,
                Activation activation) {
            int outputs = bias.length;
            this.kernels = kernels;
            this.weights =
                    Rows.matrix(
                            kernels,
                            Arrays.copyOfRange(flat, first * outputs, flat.length),
                            1,
                            outputs);
            this.turned = Rows.turned(kernels, flat, first, inputs, 1, outputs);
            this.earlier =
                    first == 0
                            ? null
                            : Rows.matrix(
                                    kernels, Arrays.copyOf(flat, first * outputs), 1, outputs);
            this.newest = newest - first;
            this.bias = Rows.padded(bias, 0, 1, outputs);
            this.constant = this.bias.clone();
            this.activation = activation;
            this.sums = new float[constant.length];
            this.before = new float[constant.length];
            this.back = new float[Kernels.padded(inputs)];
        }

        static DensePart of(Kernels kernels, Layer.Dense layer, Activation activation) {
            return new DensePart(
                    kernels, layer.weights(), 0, layer.inputs(), 0, layer.bias(), activation);
        }

        /**
         * A convolution at its newest position.
         *
         * @param positions of the steps that it sees, the newest last
         */
        static DensePart ofNewest(Kernels kernels, Layer.Convolution layer, int positions) {
            return new DensePart(
                    kernels,
                    layer.weights(),
                    (layer.kernel() - 1) * layer.inputs(),
                    layer.inputs(),
                    (positions - 1) * layer.inputs(),
                    layer.bias(),
                    layer.activation());
        }

        @Override
        public void setEarlier(float[] in, int used) {
            System.arraycopy(bias, 0, constant, 0, bias.length);
            if (earlier != null) {
                earlier.addProduct(in, newest, constant);
            }
        }

        @Override
        public float[] sums(float[] in) {
            System.arraycopy(constant, 0, sums, 0, sums.length);
            weights.addProduct(in, 0, sums);
            return sums;
        }

        @Override
        public float[] outputs(float[] ofInputs) {
            out = ofInputs;
            if (activation != null) {
                Activations.apply(kernels, activation, out);
            }
            return out;
        }

        @Override
        public float[] sumsGradient(float[] gradient) {
            if (activation == null) {
                return gradient;
            }
            switch (activation) {
                case RELU -> {
                    for (int j = 0; j < before.length; j++) {
                        before[j] = out[j] > 0 ? gradient[j] : 0;
                    }
                }
                case TANH -> {
                    for (int j = 0; j < before.length; j++) {
                        before[j] = gradient[j] * (1 - out[j] * out[j]);
                    }
                }
                case SIGMOID -> {
                    for (int j = 0; j < before.length; j++) {
                        before[j] = gradient[j] * (out[j] * (1 - out[j]));
                    }
                }
            }
            return before;
        }

        @Override
        public float[] back(float[] gradient) {
            Arrays.fill(back, 0);
            turned.addProduct(gradient, 0, back);
            return back;
        }
    }

    /** The newest step of a recurrent layer; the steps before it are taken once and stand still. */
    private static final class LstmPart implements Part {
        private final LstmKernel kernel;
        private final Kernels.Matrix turned;
        private final int window;
        private final int units;
        private final float[] constant;
        private final float[] sums;
        private final float[] before;
        private final float[] hidden;
        private final float[] squashed;
        private final float[] back;
        private float[] gates;

        LstmPart(Kernels kernels, Layer.Lstm layer, int window) {
            this.kernel = new LstmKernel(kernels, layer, window);
            this.turned =
                    Rows.turned(
                            kernels, layer.inputWeights(), 0, layer.inputs(), 4, layer.outputs());
            this.window = window;
            this.units = Kernels.padded(layer.outputs());
            this.constant = new float[4 * units];
            this.sums = new float[4 * units];
            this.before = new float[4 * units];
            this.hidden = new float[units];
            this.squashed = new float[units];
            this.back = new float[Kernels.padded(layer.inputs())];
        }

        @Override
        public void setEarlier(float[] in, int used) {
            kernel.run(in, window - used, window - 1);
            kernel.putRemembered(constant);
        }

        @Override
        public float[] sums(float[] in) {
            System.arraycopy(constant, 0, sums, 0, sums.length);
            kernel.inputWeights().addProduct(in, 0, sums);
            return sums;
        }

        @Override
        public float[] outputs(float[] ofInputs) {
            gates = ofInputs;
            float[] cellBefore = kernel.cell();
            for (int j = 0; j < units; j++) {
                gates[j] = Activations.tanh(gates[j]);
                for (int gate = 1; gate < 4; gate++) {
                    gates[gate * units + j] = Activations.sigmoid(gates[gate * units + j]);
                }
                float cell = gates[units + j] * cellBefore[j] + gates[3 * units + j] * gates[j];
                squashed[j] = Activations.tanh(cell);
                hidden[j] = gates[2 * units + j] * squashed[j];
            }
            return hidden;
        }

        @Override
        public float[] sumsGradient(float[] gradient) {
            float[] cellBefore = kernel.cell();
            for (int j = 0; j < units; j++) {
                float in = gates[j];
                float forget = gates[units + j];
                float out = gates[2 * units + j];
                float input = gates[3 * units + j];
                float ofCell = gradient[j] * out * (1 - squashed[j] * squashed[j]);
                before[j] = ofCell * input * (1 - in * in);
                before[units + j] = ofCell * cellBefore[j] * forget * (1 - forget);
                before[2 * units + j] = gradient[j] * squashed[j] * out * (1 - out);
                before[3 * units + j] = ofCell * in * input * (1 - input);
            }
            return before;
        }

        @Override
        public float[] back(float[] gradient) {
            Arrays.fill(back, 0);
            turned.addProduct(gradient, 0, back);
            return back;
        }
    }
}
