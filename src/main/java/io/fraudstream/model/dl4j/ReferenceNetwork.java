package io.fraudstream.model.dl4j;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.model.Activation;
import io.fraudstream.model.Layer;
import io.fraudstream.model.Network;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.Normalizer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/**
 * A network in DL4J with the normaliser of its inputs: the reference for scores. Not safe for
 * several threads; a network of this size gains nothing from several of ND4J's, so run with {@code
 * OMP_NUM_THREADS=1}.
 */
public final class ReferenceNetwork {
    private static final int OUTPUT_BATCH = 512;
    private static final LocalDateTime ENTRY_TIME = LocalDateTime.of(2000, 1, 1, 0, 0);

    private final NetworkKind kind;
    private final Normalizer normalizer;
    private final MultiLayerNetwork network;

    private ReferenceNetwork(NetworkKind kind, Normalizer normalizer, MultiLayerNetwork network) {
        this.kind = kind;
        this.normalizer = normalizer;
        this.network = network;
    }

    /** A network with the first weights that the settings' seed gives. */
    public static ReferenceNetwork create(NetworkSettings settings, Normalizer normalizer) {
        NeuralNetConfiguration.ListBuilder layers =
                new NeuralNetConfiguration.Builder()
                        .seed(settings.seed())
                        .weightInit(WeightInit.XAVIER)
                        .l2(settings.l2())
                        .updater(
                                new Adam(
                                        new ExponentialSchedule(
                                                ScheduleType.EPOCH,
                                                settings.learningRate(),
                                                settings.learningRateDecay())))
                        .list();
        boolean recurrent = settings.kind() == NetworkKind.LSTM;
        if (recurrent) {
            layers.layer(
                    new LastTimeStep(
                            new LSTM.Builder()
                                    .nOut(settings.lstmUnits())
                                    .activation(org.nd4j.linalg.activations.Activation.TANH)
                                    .gateActivationFunction(
                                            org.nd4j.linalg.activations.Activation.SIGMOID)
                                    .forgetGateBiasInit(1)
                                    .build()));
        }
        for (int units : settings.hiddenUnits()) {
            DenseLayer.Builder layer =
                    new DenseLayer.Builder()
                            .nOut(units)
                            .activation(org.nd4j.linalg.activations.Activation.RELU)
                            .weightInit(WeightInit.RELU);
            if (settings.dropout() > 0) {
                // DL4J takes the probability of keeping an input.
                layer.dropOut(1 - settings.dropout());
            }
            layers.layer(layer.build());
        }
        layers.layer(
                new OutputLayer.Builder(LossFunction.XENT)
                        .nOut(1)
                        .activation(org.nd4j.linalg.activations.Activation.SIGMOID)
                        .build());
        layers.setInputType(
                recurrent
                        ? InputType.recurrent(normalizer.size(), FeatureSchema.SEQUENCE_LENGTH)
                        : InputType.feedForward(normalizer.size()));
        MultiLayerConfiguration configuration = layers.build();
        MultiLayerNetwork network = new MultiLayerNetwork(configuration);
        network.init();
        return new ReferenceNetwork(settings.kind(), normalizer, network);
    }

    /**
     * Opens DL4J's zip. That runs Java deserialisation: only for bundles whose checksum and origin
     * have been checked.
     *
     * @throws IllegalArgumentException if it is not DL4J's zip
     */
    public static ReferenceNetwork open(byte[] zip, NetworkKind kind, Normalizer normalizer) {
        try {
            MultiLayerNetwork network =
                    ModelSerializer.restoreMultiLayerNetwork(new ByteArrayInputStream(zip), false);
            return new ReferenceNetwork(kind, normalizer, network);
        } catch (IOException | RuntimeException broken) {
            throw new IllegalArgumentException(
                    "not a network in DL4J's format: " + broken.getMessage(), broken);
        }
    }

    /** The network's outputs before calibration, from 0 to 1. */
    public float[] outputs(float[][][] sequences) {
        float[] outputs = new float[sequences.length];
        for (int from = 0; from < sequences.length; from += OUTPUT_BATCH) {
            int size = Math.min(OUTPUT_BATCH, sequences.length - from);
            Batch batch = batch(size);
            for (int i = 0; i < size; i++) {
                batch.set(i, sequences[from + i], false);
            }
            try (INDArray features = batch.features();
                    INDArray mask = batch.mask()) {
                INDArray result = network.output(features, false, mask, null);
                for (int i = 0; i < size; i++) {
                    outputs[from + i] = result.getFloat(i, 0);
                }
            }
        }
        return outputs;
    }

    /** The weights as plain numbers. */
    public Network network() {
        List<Layer> layers = new ArrayList<>();
        for (org.deeplearning4j.nn.api.Layer layer : network.getLayers()) {
            INDArray weights = layer.getParam("W");
            int inputs = (int) weights.size(0);
            if (layer.paramTable().containsKey("RW")) {
                INDArray recurrent = layer.getParam("RW");
                layers.add(
                        new Layer.Lstm(
                                inputs,
                                (int) recurrent.size(0),
                                rowByRow(weights),
                                rowByRow(recurrent),
                                rowByRow(layer.getParam("b"))));
            } else {
                boolean last = layers.size() == network.getnLayers() - 1;
                layers.add(
                        new Layer.Dense(
                                inputs,
                                (int) weights.size(1),
                                last ? Activation.SIGMOID : Activation.RELU,
                                rowByRow(weights),
                                rowByRow(layer.getParam("b"))));
            }
        }
        return new Network(kind, layers);
    }

    /** DL4J's own zip, without the optimiser's state; the same weights give the same bytes. */
    public byte[] zip() {
        try {
            ByteArrayOutputStream written = new ByteArrayOutputStream();
            ModelSerializer.writeModel(network, written, false);
            return withFixedTimes(written.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One step of the optimiser; the batch's mean loss. */
    double fit(Batch batch) {
        try (INDArray features = batch.features();
                INDArray labels = batch.labels();
                INDArray mask = batch.mask()) {
            network.fit(features, labels, mask, null);
            return network.score();
        }
    }

    void endEpoch() {
        network.incrementEpochCount();
    }

    /** All weights as DL4J trains them: a view. */
    INDArray weights() {
        return network.params();
    }

    void setWeights(INDArray weights) {
        network.params().assign(weights);
    }

    /** What {@link #network()} would be with these weights. */
    Network network(INDArray weights) {
        try (INDArray own = weights().dup()) {
            setWeights(weights);
            Network network = network();
            setWeights(own);
            return network;
        }
    }

    Batch batch(int size) {
        return new Batch(kind, normalizer, size);
    }

    /**
     * Parameters are views and often column by column; the copy is row by row and all of its own
     * memory, so that alone may be read as it lies.
     */
    static float[] rowByRow(INDArray matrix) {
        try (INDArray copy = matrix.dup('c')) {
            float[] numbers = new float[(int) copy.length()];
            copy.data().asNioFloat().get(numbers);
            return numbers;
        }
    }

    private static byte[] withFixedTimes(byte[] zip) throws IOException {
        ByteArrayOutputStream repacked = new ByteArrayOutputStream(zip.length);
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip));
                ZipOutputStream out = new ZipOutputStream(repacked)) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                ZipEntry copy = new ZipEntry(entry.getName());
                copy.setTimeLocal(ENTRY_TIME);
                out.putNextEntry(copy);
                in.transferTo(out);
                out.closeEntry();
            }
        }
        return repacked.toByteArray();
    }
}
