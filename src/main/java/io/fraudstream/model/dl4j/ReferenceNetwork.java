package io.fraudstream.model.dl4j;

import io.fraudstream.model.Calibration;
import io.fraudstream.model.Network;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.Normalizer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;

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
    private final ComputationGraph network;
    private final int window;

    private ReferenceNetwork(NetworkKind kind, Normalizer normalizer, ComputationGraph network) {
        this.kind = kind;
        this.normalizer = normalizer;
        this.network = network;
        this.window = network().window();
    }

    /** A network with the first weights that the settings' seed gives. */
    public static ReferenceNetwork create(NetworkSettings settings, Normalizer normalizer) {
        return new ReferenceNetwork(
                settings.kind(), normalizer, NetworkGraph.create(settings, normalizer));
    }

    /**
     * Opens DL4J's zip. That runs Java deserialisation: only for bundles whose checksum and origin
     * have been checked.
     *
     * @throws IllegalArgumentException if it is not DL4J's zip
     */
    public static ReferenceNetwork open(byte[] zip, NetworkKind kind, Normalizer normalizer) {
        try {
            ComputationGraph network =
                    ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(zip), false);
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
            try (Batch batch = batch(size, 1)) {
                for (int i = 0; i < size; i++) {
                    batch.set(i, sequences[from + i], false);
                }
                network.setLayerMaskArrays(batch.masks(), null);
                Map<String, INDArray> activations = network.feedForward(batch.inputs(), false);
                network.clearLayerMaskArrays();
                double[][] logOdds = NetworkGraph.logOdds(network, activations);
                for (int i = 0; i < size; i++) {
                    double sum = 0;
                    for (double[] member : logOdds) {
                        sum += member[i];
                    }
                    outputs[from + i] = (float) Calibration.NONE.probability(sum / logOdds.length);
                }
            }
        }
        return outputs;
    }

    /**
     * DL4J's own {@code output()} over so many sequences at a time, in arrays that are used again:
     * what a program that embeds DL4J would pay.
     *
     * @param each how many; every call has to give as many
     */
    public Inference inference(int each) {
        return new Inference(each);
    }

    /** See {@link #inference}. To be closed, since its arrays lie outside the heap. */
    public final class Inference implements AutoCloseable {
        private final Batch batch;
        private final int size;

        private Inference(int size) {
            this.batch = batch(size, 1);
            this.size = size;
        }

        /** The first member's outputs before calibration. */
        public float[] outputs(float[][][] sequences, int from) {
            for (int i = 0; i < size; i++) {
                batch.set(i, sequences[from + i], false);
            }
            return network.output(false, batch.inputs(), batch.masks(), null)[0].toFloatVector();
        }

        @Override
        public void close() {
            batch.close();
        }
    }

    /** The weights as plain numbers. */
    public Network network() {
        return NetworkGraph.network(kind, network, normalizer.size());
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

    /** One step of the optimiser; the batch's mean loss, over the members too. */
    double fit(Batch batch) {
        INDArray[] labels = new INDArray[network.getNumOutputArrays()];
        Arrays.fill(labels, batch.labels());
        INDArray[] weights = null;
        if (batch.weights() != null) {
            weights = new INDArray[labels.length];
            Arrays.fill(weights, batch.weights());
        }
        network.fit(batch.inputs(), labels, batch.masks(), weights);
        return network.score() / labels.length;
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

    Batch batch(int size, double positiveWeight) {
        return new Batch(kind, normalizer, window, positiveWeight, size);
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
