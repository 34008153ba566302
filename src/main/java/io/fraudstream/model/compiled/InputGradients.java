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
 * the whole difference, and features that say the same share it instead of hiding each other. The
 * mean is over a bounded number of points, so that the cost is bounded too.
 *
 * <p>Computed in double precision and with allocations: for alerts, not for every event.
 */
final class InputGradients {
    /**
     * How far off the integral may be, in log-odds before calibration; what is missing is shared
     * out in proportion.
     */
    private static final double TOLERANCE = 0.05;

    // The gradient jumps where a ReLU opens, so the error falls only as the points rise; a network
    // of some hundred units needs thousands for the last hundredth, which no reason depends on.
    private static final int FEWEST_POINTS = 32;
    private static final int MOST_POINTS = 256;

    private final Network network;
    private final Normalizer normalizer;
    private final Calibration calibration;

    InputGradients(Network network, Normalizer normalizer, Calibration calibration) {
        this.network = network;
        this.normalizer = normalizer;
        this.calibration = calibration;
    }

    /** See {@link io.fraudstream.model.FraudModel#contributions}. */
    double[] contributions(float[][] sequence, float[] usual) {
        double[] to = encoded(sequence[sequence.length - 1]);
        double[] from = encoded(usual);
        List<MemberGradient> members = members(sequence, from, to);
        double[] byNumber = new double[to.length];
        members.forEach(member -> member.addIntegral(byNumber));
        double sum = 0;
        double size = 0;
        for (int i = 0; i < byNumber.length; i++) {
            byNumber[i] *= (to[i] - from[i]) / members.size();
            sum += byNumber[i];
            size += Math.abs(byNumber[i]);
        }
        double rest = difference(members) - sum;
        for (int i = 0; i < byNumber.length && size > 0; i++) {
            byNumber[i] += rest * Math.abs(byNumber[i]) / size;
        }
        double[] contributions = new double[normalizer.size()];
        int[] features = normalizer.features();
        for (int i = 0; i < byNumber.length; i++) {
            contributions[features[i]] += byNumber[i] * calibration.slope();
        }
        return contributions;
    }

    private static double difference(List<MemberGradient> members) {
        double sum = 0;
        for (MemberGradient member : members) {
            sum += member.logOdds(1) - member.logOdds(0);
        }
        return sum / members.size();
    }

    /** What a sequence branch reads stands in front. */
    private double[] encoded(float[] raw) {
        float[] encoded = new float[normalizer.width()];
        normalizer.encode(raw, encoded, 0);
        return doubles(encoded);
    }

    private List<MemberGradient> members(float[][] sequence, double[] from, double[] to) {
        double[][] window = new double[network.window()][normalizer.size()];
        int used = Math.min(sequence.length, network.steps());
        for (int back = 1; back <= used; back++) {
            float[] normalised = new float[normalizer.size()];
            normalizer.apply(sequence[sequence.length - back], normalised, 0);
            window[window.length - back] = doubles(normalised);
        }
        return network.members().stream()
                .map(member -> new MemberGradient(member, window, used, from, to))
                .toList();
    }

    /**
     * One member along the line between two newest vectors, and its gradient. The first layer of a
     * branch is linear in the vector before its activation, so it is computed for both ends once,
     * and its gradient goes back to the vector once for all points together.
     */
    private static final class MemberGradient {
        private final List<Part> sequence = new ArrayList<>();
        private final List<Part> aggregate = new ArrayList<>();
        private final List<Part> head = new ArrayList<>();
        private final List<First> firsts = new ArrayList<>();
        private int split;

        MemberGradient(
                Network.Member member, double[][] window, int used, double[] from, double[] to) {
            double[][] steps = window;
            for (Layer layer : member.sequence()) {
                if (layer instanceof Layer.Lstm lstm) {
                    sequence.add(new LstmPart(lstm, window, used));
                } else if (layer instanceof Layer.Convolution convolution) {
                    sequence.add(DensePart.ofNewest(convolution, steps));
                    steps = outputs(convolution, steps);
                }
            }
            for (Layer.Dense layer : member.aggregate()) {
                aggregate.add(DensePart.of(layer, layer.activation()));
            }
            for (int i = 0; i < member.head().size(); i++) {
                boolean last = i == member.head().size() - 1;
                Layer.Dense layer = member.head().get(i);
                head.add(DensePart.of(layer, last ? null : layer.activation()));
            }
            int width = window[0].length;
            if (!sequence.isEmpty()) {
                firsts.add(
                        new First(sequence, Arrays.copyOf(from, width), Arrays.copyOf(to, width)));
            }
            if (!aggregate.isEmpty()) {
                firsts.add(new First(aggregate, from, to));
            }
            if (firsts.isEmpty()) {
                firsts.add(new First(head, from, to));
            }
        }

        /** Of all steps that the next layer sees; the newest of them is of no use to it. */
        private static double[][] outputs(Layer.Convolution layer, double[][] steps) {
            double[][] outputs = new double[steps.length / layer.kernel()][];
            for (int i = 0; i < outputs.length; i++) {
                double[][] seen =
                        Arrays.copyOfRange(steps, i * layer.kernel(), (i + 1) * layer.kernel());
                DensePart part = DensePart.ofNewest(layer, seen);
                outputs[i] = part.outputs(part.sums(seen[seen.length - 1]));
            }
            return outputs;
        }

        /**
         * @param share of the way from the one vector to the other
         */
        double logOdds(double share) {
            double[] values = firsts.get(0).forward(share);
            if (firsts.get(0).parts == head) {
                return values[0];
            }
            if (firsts.size() > 1) {
                double[] other = firsts.get(1).forward(share);
                split = values.length;
                values = Arrays.copyOf(values, split + other.length);
                System.arraycopy(other, 0, values, split, other.length);
            }
            for (Part part : head) {
                values = part.outputs(part.sums(values));
            }
            return values[0];
        }

        /** Adds the gradient's mean along the whole line. */
        void addIntegral(double[] sum) {
            double difference = logOdds(1) - logOdds(0);
            double off = Double.POSITIVE_INFINITY;
            for (int points = FEWEST_POINTS;
                    off > TOLERANCE && points <= MOST_POINTS;
                    points *= 2) {
                firsts.forEach(first -> Arrays.fill(first.integral, 0));
                double reached = 0;
                for (int point = 0; point < points; point++) {
                    logOdds((point + 0.5) / points);
                    reached += slope() / points;
                    for (First first : firsts) {
                        first.take(1.0 / points);
                    }
                }
                off = Math.abs(reached - difference);
            }
            for (First first : firsts) {
                double[] gradient = first.parts.get(0).back(first.integral);
                for (int i = 0; i < gradient.length; i++) {
                    sum[i] += gradient[i];
                }
            }
        }

        /** Of the log-odds along the line, at the place of the last call of {@link #logOdds}. */
        private double slope() {
            double[] gradient = {1};
            if (firsts.get(0).parts != head) {
                for (int i = head.size() - 1; i >= 0; i--) {
                    gradient = head.get(i).back(head.get(i).sumsGradient(gradient));
                }
            }
            double slope = 0;
            if (firsts.size() > 1) {
                slope = firsts.get(1).slope(Arrays.copyOfRange(gradient, split, gradient.length));
                gradient = Arrays.copyOf(gradient, split);
            }
            return slope + firsts.get(0).slope(gradient);
        }
    }

    /** Layers of which the first reads the vector. */
    private static final class First {
        private final List<Part> parts;
        private final double[] from;
        private final double[] change;

        /** With respect to the first layer's sums. */
        private double[] gradient;

        private final double[] integral;

        First(List<Part> parts, double[] from, double[] to) {
            this.parts = parts;
            this.from = parts.get(0).sums(from);
            this.change = parts.get(0).sums(to);
            for (int i = 0; i < change.length; i++) {
                change[i] -= this.from[i];
            }
            this.integral = new double[change.length];
        }

        double[] forward(double share) {
            double[] sums = new double[from.length];
            for (int i = 0; i < sums.length; i++) {
                sums[i] = from[i] + share * change[i];
            }
            double[] values = parts.get(0).outputs(sums);
            for (Part part : parts.subList(1, parts.size())) {
                values = part.outputs(part.sums(values));
            }
            return values;
        }

        /** At the place of the last call of {@link #forward}. */
        double slope(double[] ofOutputs) {
            double[] values = ofOutputs;
            for (int i = parts.size() - 1; i > 0; i--) {
                values = parts.get(i).back(parts.get(i).sumsGradient(values));
            }
            gradient = parts.get(0).sumsGradient(values);
            double slope = 0;
            for (int i = 0; i < gradient.length; i++) {
                slope += gradient[i] * change[i];
            }
            return slope;
        }

        /** Takes the last gradient in over so much of the line. */
        void take(double width) {
            for (int i = 0; i < gradient.length; i++) {
                integral[i] += gradient[i] * width;
            }
        }
    }

    /** A layer; what it computed last is what it goes back through. */
    private interface Part {
        /** What the activation takes, linear in the inputs. */
        double[] sums(double[] in);

        /** May write over the sums. */
        double[] outputs(double[] sums);

        /**
         * @param gradient with respect to the outputs
         * @return with respect to the sums
         */
        double[] sumsGradient(double[] gradient);

        /**
         * @param gradient with respect to the sums
         * @return with respect to the inputs
         */
        double[] back(double[] gradient);
    }

    private static final class DensePart implements Part {
        private final float[] weights;
        private final int firstRow;
        private final int inputs;
        private final double[] bias;
        private final Activation activation;
        private double[] out;

        /**
         * @param firstRow of the weights that are for these inputs
         * @param activation or {@code null} for none
         */
        DensePart(float[] weights, int firstRow, int inputs, double[] bias, Activation activation) {
            this.weights = weights;
            this.firstRow = firstRow;
            this.inputs = inputs;
            this.bias = bias;
            this.activation = activation;
        }

        static DensePart of(Layer.Dense layer, Activation activation) {
            return new DensePart(
                    layer.weights(), 0, layer.inputs(), doubles(layer.bias()), activation);
        }

        /** A convolution at its newest position, the older steps' part taken into the bias. */
        static DensePart ofNewest(Layer.Convolution layer, double[][] steps) {
            double[] bias = doubles(layer.bias());
            int inputs = layer.inputs();
            for (int step = 0; step < layer.kernel() - 1; step++) {
                addProduct(
                        steps[steps.length - layer.kernel() + step],
                        layer.weights(),
                        step * inputs,
                        bias);
            }
            return new DensePart(
                    layer.weights(),
                    (layer.kernel() - 1) * inputs,
                    inputs,
                    bias,
                    layer.activation());
        }

        @Override
        public double[] sums(double[] in) {
            double[] sums = bias.clone();
            addProduct(in, weights, firstRow, sums);
            return sums;
        }

        @Override
        public double[] outputs(double[] sums) {
            out = sums;
            for (int j = 0; j < out.length && activation != null; j++) {
                out[j] =
                        switch (activation) {
                            case RELU -> Math.max(0, out[j]);
                            case TANH -> StrictMath.tanh(out[j]);
                            case SIGMOID -> sigmoid(out[j]);
                        };
            }
            return out;
        }

        @Override
        public double[] sumsGradient(double[] gradient) {
            double[] before = gradient.clone();
            for (int j = 0; j < before.length && activation != null; j++) {
                before[j] *=
                        switch (activation) {
                            case RELU -> out[j] > 0 ? 1 : 0;
                            case TANH -> 1 - out[j] * out[j];
                            case SIGMOID -> out[j] * (1 - out[j]);
                        };
            }
            return before;
        }

        @Override
        public double[] back(double[] gradient) {
            return productBack(gradient, weights, firstRow, inputs);
        }
    }

    /** The newest step of a recurrent layer; the steps before it are taken once and stand still. */
    private static final class LstmPart implements Part {
        private final Layer.Lstm layer;
        private final int units;
        private double[] cellBefore;
        private double[] hiddenBefore;
        private double[] gates;
        private double[] squashed;
        private double[] cell;

        LstmPart(Layer.Lstm layer, double[][] window, int used) {
            this.layer = layer;
            this.units = layer.outputs();
            this.cellBefore = new double[units];
            this.hiddenBefore = new double[units];
            for (int step = window.length - used; step < window.length - 1; step++) {
                hiddenBefore = outputs(sums(window[step]));
                cellBefore = cell;
            }
        }

        @Override
        public double[] sums(double[] in) {
            double[] sums = doubles(layer.bias());
            addProduct(in, layer.inputWeights(), 0, sums);
            addProduct(hiddenBefore, layer.recurrentWeights(), 0, sums);
            return sums;
        }

        @Override
        public double[] outputs(double[] sums) {
            gates = sums;
            cell = new double[units];
            squashed = new double[units];
            double[] hidden = new double[units];
            for (int j = 0; j < units; j++) {
                gates[j] = StrictMath.tanh(gates[j]);
                for (int gate = 1; gate < 4; gate++) {
                    gates[gate * units + j] = sigmoid(gates[gate * units + j]);
                }
                cell[j] = gates[units + j] * cellBefore[j] + gates[3 * units + j] * gates[j];
                squashed[j] = StrictMath.tanh(cell[j]);
                hidden[j] = gates[2 * units + j] * squashed[j];
            }
            return hidden;
        }

        @Override
        public double[] sumsGradient(double[] gradient) {
            double[] before = new double[gates.length];
            for (int j = 0; j < units; j++) {
                double in = gates[j];
                double forget = gates[units + j];
                double out = gates[2 * units + j];
                double input = gates[3 * units + j];
                double ofCell = gradient[j] * out * (1 - squashed[j] * squashed[j]);
                before[j] = ofCell * input * (1 - in * in);
                before[units + j] = ofCell * cellBefore[j] * forget * (1 - forget);
                before[2 * units + j] = gradient[j] * squashed[j] * out * (1 - out);
                before[3 * units + j] = ofCell * in * input * (1 - input);
            }
            return before;
        }

        @Override
        public double[] back(double[] gradient) {
            return productBack(gradient, layer.inputWeights(), 0, layer.inputs());
        }
    }

    /** out += in · the rows of the weights from {@code firstRow} on. */
    private static void addProduct(double[] in, float[] weights, int firstRow, double[] out) {
        for (int i = 0; i < in.length; i++) {
            int row = (firstRow + i) * out.length;
            for (int j = 0; j < out.length; j++) {
                out[j] += in[i] * weights[row + j];
            }
        }
    }

    private static double[] productBack(
            double[] gradient, float[] weights, int firstRow, int inputs) {
        double[] back = new double[inputs];
        for (int i = 0; i < inputs; i++) {
            int row = (firstRow + i) * gradient.length;
            for (int j = 0; j < gradient.length; j++) {
                back[i] += gradient[j] * weights[row + j];
            }
        }
        return back;
    }

    private static double[] doubles(float[] numbers) {
        double[] doubles = new double[numbers.length];
        for (int i = 0; i < doubles.length; i++) {
            doubles[i] = numbers[i];
        }
        return doubles;
    }

    private static double sigmoid(double x) {
        return 1 / (1 + StrictMath.exp(-x));
    }
}
