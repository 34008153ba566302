package io.fraudstream.model.compiled;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fraudstream.model.Activation;
import io.fraudstream.model.Calibration;
import io.fraudstream.model.Layer;
import io.fraudstream.model.Network;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.Normalizer;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
        java.util.Arrays.fill(scale, 1);
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
