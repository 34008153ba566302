package io.fraudstream.model;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Small networks with random weights. */
public final class TestNetworks {
    private static final int UNITS = 4;

    private TestNetworks() {}

    /**
     * @param scale the largest weight
     */
    public static Network of(
            NetworkKind kind, int inputs, int members, float scale, SplittableRandom random) {
        List<Network.Member> list = new ArrayList<>();
        for (int i = 0; i < members; i++) {
            list.add(
                    switch (kind) {
                        case DENSE ->
                                new Network.Member(
                                        List.of(),
                                        List.of(),
                                        List.of(
                                                dense(
                                                        inputs,
                                                        UNITS,
                                                        Activation.RELU,
                                                        scale,
                                                        random),
                                                last(UNITS, scale, random)));
                        case LSTM ->
                                new Network.Member(
                                        List.of(lstm(inputs, UNITS, scale, random)),
                                        List.of(),
                                        List.of(last(UNITS, scale, random)));
                        case CNN ->
                                new Network.Member(
                                        List.of(
                                                convolution(inputs, 5, 3, scale, random),
                                                convolution(5, UNITS, 3, scale, random)),
                                        List.of(),
                                        List.of(last(UNITS, scale, random)));
                        case COMBINED ->
                                new Network.Member(
                                        List.of(lstm(inputs, UNITS, scale, random)),
                                        List.of(
                                                dense(inputs, 6, Activation.RELU, scale, random),
                                                dense(6, 3, Activation.TANH, scale, random)),
                                        List.of(
                                                dense(UNITS + 3, 5, Activation.RELU, scale, random),
                                                last(5, scale, random)));
                    });
        }
        return new Network(kind, list);
    }

    public static Layer.Dense dense(
            int inputs, int outputs, Activation activation, float scale, SplittableRandom random) {
        return new Layer.Dense(
                inputs,
                outputs,
                activation,
                numbers(inputs * outputs, scale, random),
                numbers(outputs, scale, random));
    }

    public static Layer.Dense last(int inputs, float scale, SplittableRandom random) {
        return dense(inputs, 1, Activation.SIGMOID, scale, random);
    }

    public static Layer.Lstm lstm(int inputs, int units, float scale, SplittableRandom random) {
        return new Layer.Lstm(
                inputs,
                units,
                numbers(inputs * 4 * units, scale, random),
                numbers(units * 4 * units, scale, random),
                numbers(4 * units, scale, random));
    }

    public static Layer.Convolution convolution(
            int inputs, int outputs, int kernel, float scale, SplittableRandom random) {
        return new Layer.Convolution(
                inputs,
                outputs,
                kernel,
                Activation.RELU,
                numbers(kernel * inputs * outputs, scale, random),
                numbers(outputs, scale, random));
    }

    /** Between −scale and scale. */
    public static float[] numbers(int count, float scale, SplittableRandom random) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) (scale * (2 * random.nextDouble() - 1));
        }
        return numbers;
    }
}
