package io.fraudstream.model.compiled;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.fraudstream.model.Activation;
import io.fraudstream.model.Calibration;
import io.fraudstream.model.Layer;
import io.fraudstream.model.Network;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.Normalizer;
import io.fraudstream.model.TestNetworks;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompiledScorerTest {
    private static final double SCALE = 0.8;

    private final SplittableRandom random = new SplittableRandom(9);

    @Test
    void aDenseNetworkByHand() {
        // Hidden: max(0, 1·2 + 2·(−1) + 0.5) = 0.5 and max(0, −1·2 + 1·(−1) + 1) = 0; output 3·0.5
        // − 1 = 0.5.
        Layer.Dense hidden =
                new Layer.Dense(
                        2, 2, Activation.RELU, new float[] {1, -1, 2, 1}, new float[] {0.5f, 1});
        Layer.Dense last =
                new Layer.Dense(2, 1, Activation.SIGMOID, new float[] {3, 7}, new float[] {-1});
        CompiledScorer scorer =
                new CompiledScorer(
                        "test",
                        new Network(
                                NetworkKind.DENSE,
                                new Network.Member(List.of(), List.of(), List.of(hidden, last))),
                        plain(2),
                        new Calibration(2, -1));

        assertThat(scorer.logOdds(new float[][] {{2, -1}})).isEqualTo(0.5f);
        assertThat(scorer.score(new float[][] {{9, 9}, {2, -1}})).isEqualTo(0.5);
    }

    /**
     * Against the textbook's equations in double precision; widths beside a multiple of four matter
     * to the kernel.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 5, 8, 30})
    void aRecurrentNetworkFollowsItsEquations(int inputs) {
        int units = 5;
        Layer.Lstm lstm =
                new Layer.Lstm(
                        inputs,
                        units,
                        numbers(inputs * 4 * units),
                        numbers(units * 4 * units),
                        numbers(4 * units));
        Layer.Dense last =
                new Layer.Dense(units, 1, Activation.SIGMOID, numbers(units), numbers(1));
        CompiledScorer scorer =
                new CompiledScorer(
                        "test",
                        new Network(
                                NetworkKind.LSTM,
                                new Network.Member(List.of(lstm), List.of(), List.of(last))),
                        plain(inputs),
                        Calibration.NONE);
        for (int length = 1; length <= 8; length++) {
            float[][] sequence = new float[length][];
            for (int i = 0; i < length; i++) {
                sequence[i] = numbers(inputs);
            }

            double expected = textbook(lstm, last, sequence);

            assertThat((double) scorer.logOdds(sequence)).isCloseTo(expected, within(5e-6));
            // The state of one event must not leak into the next.
            assertThat((double) scorer.logOdds(sequence)).isCloseTo(expected, within(5e-6));
        }
    }

    @Test
    void ofMoreThanEightStepsTheLastEightCount() {
        Layer.Lstm lstm = new Layer.Lstm(3, 2, numbers(24), numbers(16), numbers(8));
        Layer.Dense last = new Layer.Dense(2, 1, Activation.SIGMOID, numbers(2), numbers(1));
        CompiledScorer scorer =
                new CompiledScorer(
                        "test",
                        new Network(
                                NetworkKind.LSTM,
                                new Network.Member(List.of(lstm), List.of(), List.of(last))),
                        plain(3),
                        Calibration.NONE);
        float[][] nine = new float[9][];
        for (int i = 0; i < nine.length; i++) {
            nine[i] = numbers(3);
        }

        assertThat(scorer.logOdds(nine))
                .isEqualTo(scorer.logOdds(java.util.Arrays.copyOfRange(nine, 1, 9)));
    }

    @Test
    void activationsStayWithinTheirBound() {
        double worstTanh = 0;
        double worstSigmoid = 0;
        for (double x = -12; x <= 12; x += 1e-4) {
            worstTanh =
                    Math.max(
                            worstTanh,
                            Math.abs(Activations.tanh((float) x) - Math.tanh((float) x)));
            worstSigmoid =
                    Math.max(
                            worstSigmoid,
                            Math.abs(
                                    Activations.sigmoid((float) x)
                                            - 1 / (1 + Math.exp(-(float) x))));
        }
        assertThat(worstTanh).isLessThan(5e-7);
        assertThat(worstSigmoid).isLessThan(5e-7);
        assertThat(Activations.tanh(1e30f)).isCloseTo(1f, within(5e-7f));
        assertThat(Activations.tanh(-1e30f)).isCloseTo(-1f, within(5e-7f));
    }

    @Test
    void everyActivationOfAHiddenLayerIsApplied() {
        for (Activation activation : Activation.values()) {
            Layer.Dense hidden = new Layer.Dense(1, 1, activation, new float[] {1}, new float[1]);
            Layer.Dense last =
                    new Layer.Dense(1, 1, Activation.SIGMOID, new float[] {1}, new float[1]);
            CompiledScorer scorer =
                    new CompiledScorer(
                            "test",
                            new Network(
                                    NetworkKind.DENSE,
                                    new Network.Member(
                                            List.of(), List.of(), List.of(hidden, last))),
                            plain(1),
                            Calibration.NONE);
            double expected =
                    switch (activation) {
                        case RELU -> 0;
                        case TANH -> Math.tanh(-0.7);
                        case SIGMOID -> 1 / (1 + Math.exp(0.7));
                    };

            assertThat((double) scorer.logOdds(new float[][] {{-0.7f}}))
                    .isCloseTo(expected, within(1e-6));
        }
    }

    /** Against sums in double precision; steps that are not there are zeros. */
    @Test
    void aConvolutionalNetworkFollowsItsEquations() {
        Layer.Convolution first = TestNetworks.convolution(5, 3, 2, 0.8f, random);
        Layer.Convolution second = TestNetworks.convolution(3, 4, 3, 0.8f, random);
        Layer.Dense last = TestNetworks.last(4, 0.8f, random);
        CompiledScorer scorer =
                new CompiledScorer(
                        "test",
                        new Network(
                                NetworkKind.CNN,
                                new Network.Member(
                                        List.of(first, second), List.of(), List.of(last))),
                        plain(5),
                        Calibration.NONE);
        for (int length = 1; length <= 9; length++) {
            float[][] sequence = new float[length][];
            for (int i = 0; i < length; i++) {
                sequence[i] = numbers(5);
            }
            double[][] window = new double[6][5];
            for (int back = 1; back <= Math.min(6, length); back++) {
                for (int i = 0; i < 5; i++) {
                    window[6 - back][i] = sequence[length - back][i];
                }
            }
            double[][] middle = new double[3][];
            for (int i = 0; i < 3; i++) {
                middle[i] = convolved(first, window[2 * i], window[2 * i + 1]);
            }
            double expected = last.bias()[0];
            double[] joined = convolved(second, middle);
            for (int j = 0; j < 4; j++) {
                expected += joined[j] * last.weights()[j];
            }

            assertThat((double) scorer.logOdds(sequence)).isCloseTo(expected, within(5e-6));
            assertThat((double) scorer.logOdds(sequence)).isCloseTo(expected, within(5e-6));
        }
    }

    private static double[] convolved(Layer.Convolution layer, double[]... steps) {
        double[] out = new double[layer.outputs()];
        for (int j = 0; j < out.length; j++) {
            out[j] = layer.bias()[j];
            for (int step = 0; step < steps.length; step++) {
                for (int i = 0; i < layer.inputs(); i++) {
                    int row = step * layer.inputs() + i;
                    out[j] += steps[step][i] * layer.weights()[row * out.length + j];
                }
            }
            out[j] = Math.max(0, out[j]);
        }
        return out;
    }

    /** The head's rows for one branch alone give what that branch alone gives. */
    @Test
    void aCombinedNetworkJoinsItsBranchesInOrder() {
        Layer.Lstm lstm = TestNetworks.lstm(3, 2, 0.8f, random);
        Layer.Dense beside = TestNetworks.dense(3, 4, Activation.RELU, 0.8f, random);
        float[] head = numbers(6);
        float[][] sequence = {numbers(3), numbers(3), numbers(3)};
        float[] bias = {0};

        float whole = combined(lstm, beside, head, bias).logOdds(sequence);

        Layer.Dense ofLstm =
                new Layer.Dense(2, 1, Activation.SIGMOID, new float[] {head[0], head[1]}, bias);
        Layer.Dense ofBeside =
                new Layer.Dense(4, 1, Activation.SIGMOID, Arrays.copyOfRange(head, 2, 6), bias);
        float one =
                scorer(
                                NetworkKind.LSTM,
                                new Network.Member(List.of(lstm), List.of(), List.of(ofLstm)))
                        .logOdds(sequence);
        float other =
                scorer(
                                NetworkKind.DENSE,
                                new Network.Member(List.of(), List.of(), List.of(beside, ofBeside)))
                        .logOdds(sequence);
        assertThat((double) whole).isCloseTo((double) one + other, within(1e-6));
    }

    private static CompiledScorer combined(
            Layer.Lstm lstm, Layer.Dense beside, float[] head, float[] bias) {
        return scorer(
                NetworkKind.COMBINED,
                new Network.Member(
                        List.of(lstm),
                        List.of(beside),
                        List.of(new Layer.Dense(6, 1, Activation.SIGMOID, head, bias))));
    }

    private static CompiledScorer scorer(NetworkKind kind, Network.Member member) {
        return new CompiledScorer("test", new Network(kind, member), plain(3), Calibration.NONE);
    }

    @ParameterizedTest
    @EnumSource
    void anEnsembleIsTheMeanOfItsMembersLogOdds(NetworkKind kind) {
        Network network = TestNetworks.of(kind, 5, 3, 0.8f, random);
        float[][] sequence = {numbers(5), numbers(5), numbers(5)};
        double sum = 0;
        for (Network.Member member : network.members()) {
            sum +=
                    new CompiledScorer(
                                    "test", new Network(kind, member), plain(5), Calibration.NONE)
                            .logOdds(sequence);
        }

        float together =
                new CompiledScorer("test", network, plain(5), Calibration.NONE).logOdds(sequence);

        assertThat((double) together).isCloseTo(sum / 3, within(1e-6));
    }

    @ParameterizedTest
    @EnumSource
    void scoringAllocatesNothing(NetworkKind kind) {
        assertThat(allocated(kind, new PlainKernels())).isLessThan(10_000);
        // Vectors are objects until C2 has compiled the kernels.
        Kernels chosen = KernelChoice.choose();
        long allocated = Long.MAX_VALUE;
        for (int round = 0; round < 200 && allocated >= 10_000; round++) {
            allocated = allocated(kind, chosen);
        }
        assertThat(allocated).isLessThan(10_000);
    }

    /** By 10,000 scores; loading a class by the way may cost some, a byte an event is 10,000. */
    private long allocated(NetworkKind kind, Kernels kernels) {
        CompiledScorer scorer =
                new CompiledScorer(
                        kernels,
                        "test",
                        TestNetworks.of(kind, 7, 2, 0.8f, random),
                        plain(7),
                        Calibration.NONE);
        float[][][] sequences = new float[8][][];
        for (int i = 0; i < sequences.length; i++) {
            sequences[i] = new float[i + 1][];
            for (int step = 0; step <= i; step++) {
                sequences[i][step] = numbers(7);
            }
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        double sum = 0;
        long before = 0;
        for (int i = -1000; i < 10_000; i++) {
            before = i == 0 ? threads.getCurrentThreadAllocatedBytes() : before;
            sum += scorer.score(sequences[i & 7]);
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        assertThat(sum).isFinite();
        return allocated;
    }

    /**
     * Every number that reaches a network lies within ±{@link Normalizer#LIMIT}, so the log-odds
     * cannot exceed what the sizes of the weights allow, however absurd an event is.
     */
    @ParameterizedTest
    @EnumSource
    void absurdValuesMoveAScoreByABoundedAmount(NetworkKind kind) {
        int features = 7;
        Network network = TestNetworks.of(kind, features, 1, 0.8f, random);
        CompiledScorer scorer =
                new CompiledScorer("test", network, plain(features), Calibration.NONE);
        double bound = largestLogOdds(network.members().get(0));
        float[] absurd = {
            Float.NaN,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            1e30f,
            -1e30f,
            Float.MAX_VALUE,
            -Float.MAX_VALUE,
            Float.MIN_VALUE,
            -1,
            12_345
        };
        for (int length = 1; length <= 8; length++) {
            float[][] sequence = new float[length][];
            for (int i = 0; i < length; i++) {
                sequence[i] = numbers(features);
            }
            for (float value : absurd) {
                for (int feature = 0; feature < features; feature++) {
                    float[][] changed = sequence.clone();
                    changed[length - 1] = sequence[length - 1].clone();
                    changed[length - 1][feature] = value;
                    assertThat(Math.abs((double) scorer.logOdds(changed))).isLessThan(bound);
                    // Beyond the limit nothing moves any more.
                    changed[length - 1][feature] = Math.copySign(Float.POSITIVE_INFINITY, value);
                    float atInfinity = scorer.logOdds(changed);
                    changed[length - 1][feature] = Math.copySign(1e6f, value);
                    assertThat(scorer.logOdds(changed)).isEqualTo(atInfinity);
                }
                float[][] all = new float[length][features];
                for (float[] vector : all) {
                    Arrays.fill(vector, value);
                }
                assertThat(Math.abs((double) scorer.logOdds(all))).isLessThan(bound);
                assertThat(scorer.score(all)).isBetween(0.0, 1.0);
            }
        }
        float[][] ordinary = {numbers(features)};
        assertThat(Math.abs((double) scorer.logOdds(ordinary))).isLessThan(bound);
    }

    /** By the triangle inequality, layer by layer. */
    private static double largestLogOdds(Network.Member member) {
        double branches = Normalizer.LIMIT;
        for (Layer layer : member.sequence()) {
            branches =
                    layer instanceof Layer.Lstm
                            ? 1
                            : largest(layer.blocks()[0], layer.blocks()[1], branches);
        }
        double aggregate = Normalizer.LIMIT;
        for (Layer.Dense layer : member.aggregate()) {
            aggregate = largest(layer.weights(), layer.bias(), aggregate);
        }
        double size = member.aggregate().isEmpty() ? branches : Math.max(branches, aggregate);
        for (Layer.Dense layer : member.head()) {
            size = largest(layer.weights(), layer.bias(), size);
        }
        return size + 1e-3;
    }

    private static double largest(float[] weights, float[] bias, double input) {
        double largest = 0;
        for (int j = 0; j < bias.length; j++) {
            double sum = Math.abs(bias[j]);
            for (int i = j; i < weights.length; i += bias.length) {
                sum += Math.abs(weights[i]) * input;
            }
            largest = Math.max(largest, sum);
        }
        return largest;
    }

    private static double textbook(Layer.Lstm lstm, Layer.Dense last, float[][] sequence) {
        int units = lstm.outputs();
        double[] cell = new double[units];
        double[] hidden = new double[units];
        for (float[] x : sequence) {
            double[] z = new double[4 * units];
            for (int gate = 0; gate < z.length; gate++) {
                z[gate] = lstm.bias()[gate];
                for (int i = 0; i < x.length; i++) {
                    z[gate] += (double) x[i] * lstm.inputWeights()[i * z.length + gate];
                }
                for (int j = 0; j < units; j++) {
                    z[gate] += hidden[j] * lstm.recurrentWeights()[j * z.length + gate];
                }
            }
            for (int j = 0; j < units; j++) {
                double in = Math.tanh(z[j]);
                double forget = sigmoid(z[units + j]);
                double out = sigmoid(z[2 * units + j]);
                double input = sigmoid(z[3 * units + j]);
                cell[j] = forget * cell[j] + input * in;
                hidden[j] = out * Math.tanh(cell[j]);
            }
        }
        double sum = last.bias()[0];
        for (int j = 0; j < units; j++) {
            sum += hidden[j] * last.weights()[j];
        }
        return sum;
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private static Normalizer plain(int size) {
        float[] scale = new float[size];
        Arrays.fill(scale, 1);
        return new Normalizer(new boolean[size], new float[size], scale);
    }

    private float[] numbers(int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) (SCALE * (2 * random.nextDouble() - 1));
        }
        return numbers;
    }
}
