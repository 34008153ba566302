package io.fraudstream.model.dl4j;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.model.Activation;
import io.fraudstream.model.Layer;
import io.fraudstream.model.Network;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/**
 * Networks of every kind as DL4J's computation graphs, there and back. Members of an ensemble stand
 * beside each other in one graph, each with a loss of its own, so that one step trains all of them,
 * each as if it were alone.
 *
 * <p>A convolution whose steps do not overlap is a dense layer over reshaped inputs: the window's
 * steps lie side by side, so (batch · positions) × (kernel · inputs) numbers are the same memory.
 * DL4J's own convolution over time takes about ten times as long at these sizes.
 */
final class NetworkGraph {
    /** The newest vectors, encoded: batch × their width. */
    static final String NEWEST = "newest";

    /** Sequences for a recurrent layer: batch × features × steps, the first step first, masked. */
    static final String STEPS = "steps";

    /**
     * Sequences for convolutions: batch × (window · features), the last step last, zeros in front.
     */
    static final String WINDOW = "window";

    private static final String SEQUENCE = "sequence";
    private static final String AGGREGATE = "aggregate";
    private static final String HEAD = "head";
    private static final String OUTPUT = "output";

    private NetworkGraph() {}

    /** What a network of this kind reads, in order. */
    static List<String> inputs(NetworkKind kind) {
        return switch (kind) {
            case DENSE -> List.of(NEWEST);
            case LSTM -> List.of(STEPS);
            case CNN -> List.of(WINDOW);
            case COMBINED -> List.of(STEPS, NEWEST);
        };
    }

    /** The log-odds by member and example, from what {@link ComputationGraph#feedForward} gave. */
    static double[][] logOdds(ComputationGraph graph, Map<String, INDArray> activations) {
        double[][] logOdds = new double[graph.getNumOutputArrays()][];
        for (int i = 0; i < logOdds.length; i++) {
            // From the last layer's inputs: a probability near 1 no longer tells how near.
            String name = i + "-" + OUTPUT;
            String input = graph.getConfiguration().getVertexInputs().get(name).get(0);
            try (INDArray sums = activations.get(input).mmul(graph.getParam(name + "_W"))) {
                sums.addiRowVector(graph.getParam(name + "_b"));
                logOdds[i] = sums.toDoubleVector();
            }
        }
        return logOdds;
    }

    static ComputationGraph create(NetworkSettings settings, Normalizer normalizer) {
        int features = normalizer.size();
        ComputationGraphConfiguration.GraphBuilder graph =
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
                        .graphBuilder();
        int window = (int) Math.pow(settings.kernel(), settings.filters().size());
        for (String input : inputs(settings.kind())) {
            graph.addInputs(input);
        }
        graph.setInputTypes(
                inputs(settings.kind()).stream()
                        .map(
                                input ->
                                        switch (input) {
                                            case STEPS ->
                                                    InputType.recurrent(
                                                            features,
                                                            FeatureSchema.SEQUENCE_LENGTH);
                                            case WINDOW ->
                                                    InputType.feedForward((long) window * features);
                                            default -> InputType.feedForward(normalizer.width());
                                        })
                        .toArray(InputType[]::new));
        String[] outputs = new String[settings.members()];
        for (int member = 0; member < outputs.length; member++) {
            outputs[member] = addMember(graph, settings, features, member + "-");
        }
        graph.setOutputs(outputs);
        ComputationGraph network = new ComputationGraph(graph.build());
        network.init();
        return network;
    }

    private static String addMember(
            ComputationGraphConfiguration.GraphBuilder graph,
            NetworkSettings settings,
            int features,
            String prefix) {
        String last =
                switch (settings.kind()) {
                    case DENSE -> NEWEST;
                    case LSTM -> addRecurrent(graph, settings, prefix);
                    case CNN -> addConvolutions(graph, settings, features, prefix);
                    case COMBINED -> {
                        String sequence = addRecurrent(graph, settings, prefix);
                        String aggregate =
                                addDense(
                                        graph,
                                        settings,
                                        settings.aggregateUnits(),
                                        prefix + AGGREGATE,
                                        NEWEST);
                        graph.addVertex(prefix + "merged", new MergeVertex(), sequence, aggregate);
                        yield prefix + "merged";
                    }
                };
        last = addDense(graph, settings, settings.hiddenUnits(), prefix + HEAD, last);
        graph.addLayer(
                prefix + OUTPUT,
                new OutputLayer.Builder(loss(settings.loss()))
                        .nOut(1)
                        .activation(org.nd4j.linalg.activations.Activation.SIGMOID)
                        .build(),
                last);
        return prefix + OUTPUT;
    }

    private static String addRecurrent(
            ComputationGraphConfiguration.GraphBuilder graph,
            NetworkSettings settings,
            String prefix) {
        graph.addLayer(
                prefix + SEQUENCE,
                new LastTimeStep(
                        new LSTM.Builder()
                                .nOut(settings.lstmUnits())
                                .activation(org.nd4j.linalg.activations.Activation.TANH)
                                .gateActivationFunction(
                                        org.nd4j.linalg.activations.Activation.SIGMOID)
                                .forgetGateBiasInit(1)
                                .build()),
                STEPS);
        return prefix + SEQUENCE;
    }

    private static String addConvolutions(
            ComputationGraphConfiguration.GraphBuilder graph,
            NetworkSettings settings,
            int features,
            String prefix) {
        String last = WINDOW;
        int width = features;
        for (int i = 0; i < settings.filters().size(); i++) {
            String name = prefix + SEQUENCE + "-" + i;
            graph.addVertex(
                    name + "-in",
                    new ReshapeVertex('c', new int[] {-1, settings.kernel() * width}, null),
                    last);
            graph.addLayer(name, dense(settings, settings.filters().get(i)), name + "-in");
            width = settings.filters().get(i);
            last = name;
        }
        return last;
    }

    private static String addDense(
            ComputationGraphConfiguration.GraphBuilder graph,
            NetworkSettings settings,
            List<Integer> units,
            String name,
            String input) {
        String last = input;
        for (int i = 0; i < units.size(); i++) {
            DenseLayer layer = dense(settings, units.get(i));
            graph.addLayer(name + "-" + i, layer, last);
            last = name + "-" + i;
        }
        return last;
    }

    private static DenseLayer dense(NetworkSettings settings, int units) {
        DenseLayer.Builder layer =
                new DenseLayer.Builder()
                        .nOut(units)
                        .activation(
                                org.nd4j.linalg.activations.Activation.valueOf(
                                        settings.activation().name()))
                        .weightInit(
                                settings.activation() == Activation.RELU
                                        ? WeightInit.RELU
                                        : WeightInit.XAVIER);
        if (settings.dropout() > 0) {
            // DL4J takes the probability of keeping an input.
            layer.dropOut(1 - settings.dropout());
        }
        return layer.build();
    }

    private static ILossFunction loss(Loss loss) {
        return switch (loss) {
            case CROSS_ENTROPY -> new LossBinaryXENT();
            case SQUARED_ERROR -> new LossMSE();
        };
    }

    /** The weights as plain numbers. */
    static Network network(NetworkKind kind, ComputationGraph graph, int features) {
        List<Network.Member> members = new ArrayList<>();
        for (int i = 0; i < graph.getNumOutputArrays(); i++) {
            String prefix = i + "-";
            List<Layer> sequence = new ArrayList<>();
            if (holds(graph, prefix + SEQUENCE)) {
                sequence.add(lstm(graph.getLayer(prefix + SEQUENCE)));
            }
            int width = features;
            for (org.deeplearning4j.nn.api.Layer layer : stack(graph, prefix + SEQUENCE)) {
                Layer.Dense dense = dense(layer);
                sequence.add(
                        new Layer.Convolution(
                                width,
                                dense.outputs(),
                                dense.inputs() / width,
                                dense.activation(),
                                dense.weights(),
                                dense.bias()));
                width = dense.outputs();
            }
            List<Layer.Dense> aggregate = new ArrayList<>();
            for (org.deeplearning4j.nn.api.Layer layer : stack(graph, prefix + AGGREGATE)) {
                aggregate.add(dense(layer));
            }
            List<Layer.Dense> head = new ArrayList<>();
            for (org.deeplearning4j.nn.api.Layer layer : stack(graph, prefix + HEAD)) {
                head.add(dense(layer));
            }
            head.add(dense(graph.getLayer(prefix + OUTPUT)));
            members.add(new Network.Member(sequence, aggregate, head));
        }
        return new Network(kind, members);
    }

    private static List<org.deeplearning4j.nn.api.Layer> stack(
            ComputationGraph graph, String name) {
        List<org.deeplearning4j.nn.api.Layer> layers = new ArrayList<>();
        while (holds(graph, name + "-" + layers.size())) {
            layers.add(graph.getLayer(name + "-" + layers.size()));
        }
        return layers;
    }

    private static boolean holds(ComputationGraph graph, String name) {
        return graph.getConfiguration().getVertices().containsKey(name);
    }

    private static Layer.Lstm lstm(org.deeplearning4j.nn.api.Layer layer) {
        INDArray weights = layer.getParam("W");
        INDArray recurrent = layer.getParam("RW");
        return new Layer.Lstm(
                (int) weights.size(0),
                (int) recurrent.size(0),
                rowByRow(weights),
                rowByRow(recurrent),
                rowByRow(layer.getParam("b")));
    }

    private static Layer.Dense dense(org.deeplearning4j.nn.api.Layer layer) {
        INDArray weights = layer.getParam("W");
        return new Layer.Dense(
                (int) weights.size(0),
                (int) weights.size(1),
                activation((BaseLayer) layer.conf().getLayer()),
                rowByRow(weights),
                rowByRow(layer.getParam("b")));
    }

    private static Activation activation(BaseLayer layer) {
        for (Activation activation : Activation.values()) {
            if (org.nd4j.linalg.activations.Activation.valueOf(activation.name())
                    .getActivationFunction()
                    .equals(layer.getActivationFn())) {
                return activation;
            }
        }
        throw new IllegalArgumentException(
                "activation is "
                        + layer.getActivationFn()
                        + ", expected one of "
                        + List.of(Activation.values()));
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
}
