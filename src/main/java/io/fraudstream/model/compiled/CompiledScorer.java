package io.fraudstream.model.compiled;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.model.Activation;
import io.fraudstream.model.BundleException;
import io.fraudstream.model.Calibration;
import io.fraudstream.model.FraudModel;
import io.fraudstream.model.GoldenCases;
import io.fraudstream.model.Layer;
import io.fraudstream.model.ModelBundle;
import io.fraudstream.model.Network;
import io.fraudstream.model.Normalizer;
import java.util.Arrays;
import java.util.List;

/**
 * A bundle's network in plain Java: no allocation per event, no native code, no library, and the
 * same bits on every machine, since sums run in a fixed order without fused multiply-add. Not safe
 * for several threads.
 */
public final class CompiledScorer implements FraudModel {
    private final String bundleId;
    private final Normalizer normalizer;
    private final Calibration calibration;
    private final Recurrent recurrent;
    private final Dense[] dense;
    private final float[] input;

    /**
     * A scorer of this bundle, checked against the outputs of the reference that the bundle
     * carries.
     *
     * @param fingerprint of the schema whose vectors will be scored
     * @throws BundleException if the bundle takes other features, or if an output is off by more
     *     than {@link GoldenCases#TOLERANCE}
     */
    public static CompiledScorer of(ModelBundle bundle, String fingerprint) throws BundleException {
        if (!bundle.manifest().featureFingerprint().equals(fingerprint)) {
            throw new BundleException(
                    "bundle "
                            + bundle.id()
                            + " has feature fingerprint "
                            + bundle.manifest().featureFingerprint()
                            + ", expected "
                            + fingerprint);
        }
        CompiledScorer scorer =
                new CompiledScorer(
                        bundle.id(), bundle.network(), bundle.normalizer(), bundle.calibration());
        double off = scorer.largestDifference(bundle.golden());
        if (!(off <= GoldenCases.TOLERANCE)) {
            throw new BundleException(
                    "bundle "
                            + bundle.id()
                            + " scores its golden inputs up to "
                            + off
                            + " off, expected at most "
                            + GoldenCases.TOLERANCE);
        }
        return scorer;
    }

    /** A scorer of a network that is not in a bundle yet. */
    public CompiledScorer(
            String bundleId, Network network, Normalizer normalizer, Calibration calibration) {
        this.bundleId = bundleId;
        this.normalizer = normalizer;
        this.calibration = calibration;
        List<Layer> layers = network.layers();
        boolean sequential = layers.get(0) instanceof Layer.Lstm;
        this.recurrent = sequential ? new Recurrent((Layer.Lstm) layers.get(0)) : null;
        this.dense = new Dense[layers.size() - (sequential ? 1 : 0)];
        for (int i = 0; i < dense.length; i++) {
            Layer layer = layers.get(layers.size() - dense.length + i);
            dense[i] = new Dense((Layer.Dense) layer, i == dense.length - 1);
        }
        this.input =
                new float[normalizer.size() * (sequential ? FeatureSchema.SEQUENCE_LENGTH : 1)];
    }

    @Override
    public String bundleId() {
        return bundleId;
    }

    @Override
    public double score(float[][] sequence) {
        return calibration.probability(logOdds(sequence));
    }

    /** The network's log-odds before calibration: the last layer's sum. */
    public float logOdds(float[][] sequence) {
        float[] values = input;
        if (recurrent == null) {
            normalizer.apply(sequence[sequence.length - 1], input, 0);
        } else {
            int steps = Math.min(sequence.length, FeatureSchema.SEQUENCE_LENGTH);
            for (int i = 0; i < steps; i++) {
                normalizer.apply(
                        sequence[sequence.length - steps + i], input, i * normalizer.size());
            }
            values = recurrent.run(input, steps);
        }
        for (Dense layer : dense) {
            values = layer.run(values);
        }
        return values[0];
    }

    /**
     * How far the network's output is off at most from the reference's, both before calibration.
     */
    public double largestDifference(GoldenCases golden) {
        double largest = 0;
        for (int i = 0; i < golden.outputs().length; i++) {
            double output = Calibration.NONE.probability(logOdds(golden.sequences()[i]));
            double difference = Math.abs(output - golden.outputs()[i]);
            largest = Math.max(largest, difference);
        }
        return largest;
    }

    private static final class Dense {
        private final Rows weights;
        private final float[] bias;
        private final float[] out;
        private final Activation activation;
        private final boolean last;

        /**
         * @param last the sum itself is then the result: the log-odds, which calibration takes
         */
        Dense(Layer.Dense layer, boolean last) {
            weights = new Rows(layer.weights(), layer.inputs(), layer.outputs());
            bias = layer.bias();
            out = new float[layer.outputs()];
            activation = layer.activation();
            this.last = last;
        }

        float[] run(float[] in) {
            System.arraycopy(bias, 0, out, 0, out.length);
            weights.addProduct(in, 0, out);
            if (last) {
                return out;
            }
            switch (activation) {
                case RELU -> Activations.relu(out, out.length);
                case TANH -> Activations.tanh(out, 0, out.length);
                case SIGMOID -> Activations.sigmoid(out, 0, out.length);
            }
            return out;
        }
    }

    private static final class Recurrent {
        private final int inputs;
        private final int units;
        private final Rows inputWeights;
        private final Rows recurrentWeights;
        private final float[] bias;
        private final float[] gates;
        private final float[] cell;
        private final float[] hidden;

        Recurrent(Layer.Lstm layer) {
            inputs = layer.inputs();
            units = layer.outputs();
            inputWeights = new Rows(layer.inputWeights(), inputs, 4 * units);
            recurrentWeights = new Rows(layer.recurrentWeights(), units, 4 * units);
            bias = layer.bias();
            gates = new float[4 * units];
            cell = new float[units];
            hidden = new float[units];
        }

        float[] run(float[] in, int steps) {
            Arrays.fill(cell, 0);
            Arrays.fill(hidden, 0);
            for (int step = 0; step < steps; step++) {
                System.arraycopy(bias, 0, gates, 0, gates.length);
                inputWeights.addProduct(in, step * inputs, gates);
                recurrentWeights.addProduct(hidden, 0, gates);
                Activations.tanh(gates, 0, units);
                Activations.sigmoid(gates, units, 4 * units);
                for (int j = 0; j < units; j++) {
                    cell[j] = gates[units + j] * cell[j] + gates[3 * units + j] * gates[j];
                    hidden[j] = gates[2 * units + j] * Activations.tanh(cell[j]);
                }
            }
            return hidden;
        }
    }
}
