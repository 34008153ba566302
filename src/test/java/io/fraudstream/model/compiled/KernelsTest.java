package io.fraudstream.model.compiled;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fraudstream.model.Activation;
import io.fraudstream.model.Calibration;
import io.fraudstream.model.Layer;
import io.fraudstream.model.Network;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.Normalizer;
import io.fraudstream.model.TestNetworks;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests run with the Vector API's module, so that what is chosen are its kernels. */
class KernelsTest {
    private static final float[] ODD = {
        0,
        -0f,
        Float.NaN,
        1e-30f,
        -1e-30f,
        3e-9f,
        1e30f,
        -1e30f,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        Float.MAX_VALUE,
        Float.MIN_VALUE,
        1,
        -1,
        25,
        1e6f
    };

    private final SplittableRandom random = new SplittableRandom(11);

    @Test
    void theVectorApiIsChosenWhereItIs() {
        assertThat(KernelChoice.choose().description()).startsWith("the Vector API, ");
    }

    @ParameterizedTest
    @EnumSource
    void bothPathsGiveTheSameBits(NetworkKind kind) {
        for (int size : new int[] {1, 7, 16, 70}) {
            Normalizer normalizer = normalizer(size);
            for (int round = 0; round < 20; round++) {
                Network network = network(kind, normalizer);
                CompiledScorer plain =
                        new CompiledScorer(
                                new PlainKernels(), "", network, normalizer, Calibration.NONE);
                CompiledScorer vector =
                        new CompiledScorer(
                                KernelChoice.choose(), "", network, normalizer, Calibration.NONE);
                for (int length = 1; length <= 9; length++) {
                    float[][] sequence = new float[length][];
                    for (int i = 0; i < length; i++) {
                        sequence[i] = raw(size);
                    }
                    int expected = Float.floatToRawIntBits(plain.logOdds(sequence));

                    assertThat(Float.floatToRawIntBits(vector.logOdds(sequence)))
                            .isEqualTo(expected);
                }
            }
        }
    }

    /** Of every width that the kernels treat on their own. */
    @ParameterizedTest
    @ValueSource(ints = {1, 16, 20, 33, 64, 100, 128, 200, 256})
    void aLayerOverEncodedVectorsIsTheProductWithThem(int outputs) {
        int size = 40;
        Normalizer normalizer = normalizer(size);
        Layer.Dense layer =
                TestNetworks.dense(normalizer.width(), outputs, Activation.RELU, 0.3f, random);
        float[] encoded = new float[normalizer.width()];
        for (Kernels kernels : List.of(new PlainKernels(), KernelChoice.choose())) {
            EncodedVector vector = new EncodedVector(kernels, normalizer, new Columns(normalizer));
            EncodedLayer compiled = new EncodedLayer(kernels, vector, layer, true);
            for (int i = 0; i < 100; i++) {
                float[] raw = raw(size);
                normalizer.encode(raw, encoded, 0);
                vector.set(raw);
                float[] sums = compiled.run();
                for (int j = 0; j < outputs; j++) {
                    double expected = layer.bias()[j];
                    for (int input = 0; input < encoded.length; input++) {
                        expected += (double) encoded[input] * layer.weights()[input * outputs + j];
                    }
                    assertThat((double) sums[j]).isCloseTo(expected, within(1e-4));
                }
            }
        }
    }

    private Network network(NetworkKind kind, Normalizer normalizer) {
        if (kind == NetworkKind.LSTM || kind == NetworkKind.CNN) {
            return TestNetworks.of(kind, normalizer.size(), 2, 0.5f, random);
        }
        int width = normalizer.width();
        Activation[] all = Activation.values();
        Activation activation = all[random.nextInt(all.length)];
        int hidden = 1 + random.nextInt(140);
        Layer.Dense first = TestNetworks.dense(width, hidden, activation, 0.5f, random);
        if (kind == NetworkKind.DENSE) {
            Layer.Dense second = TestNetworks.dense(hidden, 70, activation, 0.3f, random);
            return new Network(
                    kind,
                    new Network.Member(
                            List.of(),
                            List.of(),
                            List.of(first, second, TestNetworks.last(70, 0.5f, random))));
        }
        int units = 1 + random.nextInt(40);
        return new Network(
                kind,
                new Network.Member(
                        List.of(TestNetworks.lstm(normalizer.size(), units, 0.3f, random)),
                        List.of(first),
                        List.of(TestNetworks.last(units + hidden, 0.5f, random))));
    }

    private Normalizer normalizer(int size) {
        boolean[] logarithmic = new boolean[size];
        float[] mean = TestNetworks.numbers(size, 2, random);
        float[] scale = TestNetworks.numbers(size, 1, random);
        float[][] edges = new float[size][];
        boolean[] indicated = new boolean[size];
        for (int i = 0; i < size; i++) {
            logarithmic[i] = random.nextInt(4) > 0;
            indicated[i] = random.nextBoolean();
            edges[i] = new float[random.nextInt(14)];
            for (int j = 0; j < edges[i].length; j++) {
                edges[i][j] = random.nextInt(-50, 1000);
            }
            Arrays.sort(edges[i]);
            for (int j = 1; j < edges[i].length; j++) {
                edges[i][j] = Math.max(edges[i][j], edges[i][j - 1] + 1);
            }
        }
        return new Normalizer(logarithmic, mean, scale, edges, indicated);
    }

    private float[] raw(int size) {
        float[] raw = new float[size];
        for (int i = 0; i < size; i++) {
            raw[i] =
                    switch (random.nextInt(4)) {
                        case 0 -> ODD[random.nextInt(ODD.length)];
                        case 1 -> random.nextInt(-50, 1000);
                        default -> (float) (1000 * random.nextDouble());
                    };
        }
        return raw;
    }
}
