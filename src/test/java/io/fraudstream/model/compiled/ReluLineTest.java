package io.fraudstream.model.compiled;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fraudstream.model.Activation;
import io.fraudstream.model.Layer;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReluLineTest {
    private static final int POINTS = 20_000;

    /** What units that cancel each other out may leave of their sum. */
    private static final double ROUNDING = 1e-9;

    private final SplittableRandom random = new SplittableRandom(5);

    /** Sums of whole numbers are often exactly 0, at the ends and where others are too. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void givesWhatManyPointsGive(boolean wholeNumbers) {
        for (int round = 0; round < 60; round++) {
            int inputs = 1 + random.nextInt(12);
            int units = 1 + random.nextInt(8);
            Layer.Dense second = layer(inputs, units, Activation.RELU, wholeNumbers);
            Layer.Dense last = layer(units, 1, Activation.SIGMOID, wholeNumbers);
            float[] from = numbers(inputs, wholeNumbers);
            float[] change = numbers(inputs, wholeNumbers);
            float[] mean = new float[inputs];

            double difference =
                    ReluLine.of(List.of(layer(3, inputs, Activation.RELU, false), second, last))
                            .addIntegral(from, change, mean);

            double[] expected = new double[inputs];
            for (int point = 0; point < POINTS; point++) {
                addGradient(second, last, from, change, (point + 0.5) / POINTS, expected);
            }
            double sum = 0;
            for (int j = 0; j < inputs; j++) {
                assertThat((double) mean[j]).isCloseTo(expected[j] / POINTS, within(2e-3));
                sum += (double) mean[j] * change[j];
            }
            assertThat(difference)
                    .isCloseTo(
                            output(second, last, from, change, 1)
                                    - output(second, last, from, change, 0),
                            within(1e-4));
            assertThat(sum).isCloseTo(difference, within(1e-4));
        }
    }

    /** What it adds to, it leaves; what it computed before, it forgets. */
    @Test
    void addsTheSameEachTime() {
        List<Layer.Dense> layers =
                List.of(
                        layer(3, 9, Activation.RELU, false),
                        layer(9, 7, Activation.RELU, false),
                        layer(7, 1, Activation.SIGMOID, false));
        ReluLine line = ReluLine.of(layers);
        float[] from = numbers(9, false);
        float[] change = numbers(9, false);
        float[] once = new float[9];
        double difference = line.addIntegral(from, change, once);
        line.addIntegral(change, from, new float[9]);
        float[] twice = once.clone();

        assertThat(line.addIntegral(from, change, twice)).isEqualTo(difference);

        for (int j = 0; j < twice.length; j++) {
            assertThat(twice[j]).isEqualTo(2 * once[j]);
        }
    }

    @Test
    void knowsTwoLayersOfRelusOnly() {
        Layer.Dense relu = layer(4, 4, Activation.RELU, false);
        Layer.Dense tanh = layer(4, 4, Activation.TANH, false);
        Layer.Dense last = layer(4, 1, Activation.SIGMOID, false);

        assertThat(ReluLine.of(List.of(relu, relu, last))).isNotNull();
        assertThat(ReluLine.of(List.of(tanh, relu, last))).isNull();
        assertThat(ReluLine.of(List.of(relu, tanh, last))).isNull();
        assertThat(ReluLine.of(List.of(relu, last))).isNull();
        assertThat(ReluLine.of(List.of(relu, relu, relu, last))).isNull();
    }

    private Layer.Dense layer(int inputs, int outputs, Activation activation, boolean whole) {
        return new Layer.Dense(
                inputs,
                outputs,
                activation,
                numbers(inputs * outputs, whole),
                numbers(outputs, whole));
    }

    private float[] numbers(int count, boolean whole) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = whole ? random.nextInt(5) - 2 : (float) (2 * random.nextDouble() - 1);
        }
        return numbers;
    }

    private static double[] sums(Layer.Dense second, float[] from, float[] change, double share) {
        double[] sums = new double[second.outputs()];
        for (int k = 0; k < sums.length; k++) {
            sums[k] = second.bias()[k];
            for (int j = 0; j < from.length; j++) {
                sums[k] +=
                        Math.max(0, from[j] + share * change[j])
                                * second.weights()[j * sums.length + k];
            }
        }
        return sums;
    }

    private static double output(
            Layer.Dense second, Layer.Dense last, float[] from, float[] change, double share) {
        double[] sums = sums(second, from, change, share);
        double output = 0;
        for (int k = 0; k < sums.length; k++) {
            output += Math.max(0, sums[k]) * last.weights()[k];
        }
        return output;
    }

    private static void addGradient(
            Layer.Dense second,
            Layer.Dense last,
            float[] from,
            float[] change,
            double share,
            double[] gradient) {
        double[] sums = sums(second, from, change, share);
        for (int j = 0; j < from.length; j++) {
            for (int k = 0; k < sums.length; k++) {
                if (from[j] + share * change[j] > 0 && sums[k] > ROUNDING) {
                    gradient[j] += last.weights()[k] * second.weights()[j * sums.length + k];
                }
            }
        }
    }
}
