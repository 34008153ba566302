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
 * <p>Computed in double precision and with allocations: for alerts, not for every event.
 */
final class InputGradients {
    /** How far off the contributions' sum may be, in log-odds before calibration. */
    static final double TOLERANCE = 0.01;

    private static final int FEWEST_POINTS = 32;
    private static final int MOST_POINTS = 8192;

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
        List<MemberGradient> members = members(sequence);
        double difference = logOdds(members, to) - logOdds(members, from);
        double[] byNumber = new double[to.length];
        double off = Double.POSITIVE_INFINITY;
        // The gradient jumps where a ReLU opens, so the points are as many as the sum asks for.
        for (int points = FEWEST_POINTS; off > TOLERANCE && points <= MOST_POINTS; points *= 4) {
            Arrays.fill(byNumber, 0);
            double[] at = new double[to.length];
            for (int point = 0; point < points; point++) {
                double share = (point + 0.5) / points;
                for (int i = 0; i < at.length; i++) {
                    at[i] = from[i] + share * (to[i] - from[i]);
                }
                for (MemberGradient member : members) {
                    member.logOdds(at);
                    member.addGradient(byNumber);
                }
            }
            double sum = 0;
            for (int i = 0; i < byNumber.length; i++) {
                byNumber[i] *= (to[i] - from[i]) / (points * (double) members.size());
                sum += byNumber[i];
            }
            off = Math.abs(sum - difference);
        }
        double[] contributions = new double[normalizer.size()];
        int[] features = normalizer.features();
        for (int i = 0; i < byNumber.length; i++) {
            contributions[features[i]] += byNumber[i] * calibration.slope();
        }
        return contributions;
    }

    private static double logOdds(List<MemberGradient> members, double[] newest) {
        double sum = 0;
        for (MemberGradient member : members) {
            sum += member.logOdds(newest);
        }
        return sum / members.size();
    }

    /** What a sequence branch reads stands in front. */
    private double[] encoded(float[] raw) {
        float[] encoded = new float[normalizer.width()];
        normalizer.encode(raw, encoded, 0);
        return doubles(encoded);
    }

    private List<MemberGradient> members(float[][] sequence) {
        double[][] window = new double[network.window()][normalizer.size()];
        int used = Math.min(sequence.length, network.steps());
        for (int back = 1; back <= used; back++) {
            float[] normalised = new float[normalizer.size()];
            normalizer.apply(sequence[sequence.length - back], normalised, 0);
            window[window.length - back] = doubles(normalised);
        }
        return network.members().stream()
                .map(member -> new MemberGradient(member, window, used))
                .toList();
    }

    /** One member as a function of the newest vector alone, and its gradient. */
    private static final class MemberGradient {
        private final List<Part> sequence = new ArrayList<>();
        private final List<Part> aggregate = new ArrayList<>();
        private final List<Part> head = new ArrayList<>();
        private final int stepInputs;
        private int split;

        MemberGradient(Network.Member member, double[][] window, int used) {
            stepInputs = window[0].length;
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
        }

        /** Of all steps that the next layer sees; the newest of them is of no use to it. */
        private static double[][] outputs(Layer.Convolution layer, double[][] steps) {
            double[][] outputs = new double[steps.length / layer.kernel()][];
            for (int i = 0; i < outputs.length; i++) {
                double[][] seen =
                        Arrays.copyOfRange(steps, i * layer.kernel(), (i + 1) * layer.kernel());
                outputs[i] = DensePart.ofNewest(layer, seen).forward(seen[seen.length - 1]);
            }
            return outputs;
        }

        double logOdds(double[] newest) {
            double[] values = newest;
            if (!sequence.isEmpty() || !aggregate.isEmpty()) {
                double[] one =
                        sequence.isEmpty()
                                ? new double[0]
                                : forward(sequence, Arrays.copyOf(newest, stepInputs));
                double[] other = aggregate.isEmpty() ? new double[0] : forward(aggregate, newest);
                split = one.length;
                values = Arrays.copyOf(one, one.length + other.length);
                System.arraycopy(other, 0, values, split, other.length);
            }
            return forward(head, values)[0];
        }

        /** At the vector of the last call of {@link #logOdds}. */
        void addGradient(double[] sum) {
            double[] gradient = backward(head, new double[] {1});
            if (sequence.isEmpty() && aggregate.isEmpty()) {
                add(gradient, sum);
            }
            if (!sequence.isEmpty()) {
                add(backward(sequence, Arrays.copyOf(gradient, split)), sum);
            }
            if (!aggregate.isEmpty()) {
                add(backward(aggregate, Arrays.copyOfRange(gradient, split, gradient.length)), sum);
            }
        }

        private static void add(double[] gradient, double[] sum) {
            for (int i = 0; i < gradient.length; i++) {
                sum[i] += gradient[i];
            }
        }

        private static double[] forward(List<Part> parts, double[] in) {
            double[] values = in;
            for (Part part : parts) {
                values = part.forward(values);
            }
            return values;
        }

        private static double[] backward(List<Part> parts, double[] gradient) {
            double[] values = gradient;
            for (int i = parts.size() - 1; i >= 0; i--) {
                values = parts.get(i).backward(values);
            }
            return values;
        }
    }

    /** A layer; what it computed last is what it goes back through. */
    private interface Part {
        double[] forward(double[] in);

        /**
         * @param gradient with respect to the outputs
         * @return with respect to the inputs
         */
        double[] backward(double[] gradient);
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
        public double[] forward(double[] in) {
            out = bias.clone();
            addProduct(in, weights, firstRow, out);
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
        public double[] backward(double[] gradient) {
            double[] before = gradient.clone();
            for (int j = 0; j < before.length && activation != null; j++) {
                before[j] *=
                        switch (activation) {
                            case RELU -> out[j] > 0 ? 1 : 0;
                            case TANH -> 1 - out[j] * out[j];
                            case SIGMOID -> out[j] * (1 - out[j]);
                        };
            }
            return productBack(before, weights, firstRow, inputs);
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
                hiddenBefore = forward(window[step]);
                cellBefore = cell;
            }
        }

        @Override
        public double[] forward(double[] in) {
            gates = doubles(layer.bias());
            addProduct(in, layer.inputWeights(), 0, gates);
            addProduct(hiddenBefore, layer.recurrentWeights(), 0, gates);
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
        public double[] backward(double[] gradient) {
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
            return productBack(before, layer.inputWeights(), 0, layer.inputs());
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
