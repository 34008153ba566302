package io.fraudstream.bench;

import io.fraudstream.model.Layer;
import io.fraudstream.model.Network;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A dense or recurrent network of one member as a model in the ONNX format (operators of version
 * 14), written by hand, since a few messages of protobuf need no library. Its input {@code x} is
 * batch × numbers for a dense network and steps × batch × numbers for a recurrent one; its output
 * {@code y} is batch × 1, before calibration.
 */
final class OnnxModel {
    // Numbers of fields in onnx.proto3.
    private static final int MODEL_IR_VERSION = 1;
    private static final int MODEL_GRAPH = 7;
    private static final int MODEL_OPERATORS = 8;
    private static final int OPERATORS_VERSION = 2;
    private static final int GRAPH_NODE = 1;
    private static final int GRAPH_NAME = 2;
    private static final int GRAPH_CONSTANT = 5;
    private static final int GRAPH_INPUT = 11;
    private static final int GRAPH_OUTPUT = 12;
    private static final int NODE_INPUT = 1;
    private static final int NODE_OUTPUT = 2;
    private static final int NODE_OPERATOR = 4;
    private static final int NODE_ATTRIBUTE = 5;
    private static final int ATTRIBUTE_NAME = 1;
    private static final int ATTRIBUTE_INTEGER = 3;
    private static final int ATTRIBUTE_TYPE = 20;
    private static final int INTEGER = 2;
    private static final int TENSOR_DIMENSION = 1;
    private static final int TENSOR_TYPE = 2;
    private static final int TENSOR_NAME = 8;
    private static final int TENSOR_BYTES = 9;
    private static final int FLOAT = 1;
    private static final int VALUE_NAME = 1;
    private static final int VALUE_TYPE = 2;
    private static final int TYPE_TENSOR = 1;
    private static final int TENSOR_ELEMENT = 1;
    private static final int TENSOR_SHAPE = 2;
    private static final int SHAPE_DIMENSION = 1;
    private static final int DIMENSION_VALUE = 1;

    private final Message graph = new Message();
    private String last = "x";

    private OnnxModel() {}

    /**
     * The bytes of a model that takes so many events at a time.
     *
     * @throws IllegalArgumentException for other kinds of network
     */
    static byte[] of(Network network, int batch) {
        Network.Member member = network.members().get(0);
        if (network.members().size() != 1
                || !member.aggregate().isEmpty()
                || member.sequence().size() > 1
                || (member.sequence().size() == 1
                        && !(member.sequence().get(0) instanceof Layer.Lstm))) {
            throw new IllegalArgumentException("not a dense or recurrent network of one member");
        }
        OnnxModel model = new OnnxModel();
        model.graph.put(GRAPH_NAME, "scorer");
        if (member.sequence().isEmpty()) {
            model.graph.put(GRAPH_INPUT, value("x", batch, network.newestInputs()));
        } else {
            model.graph.put(
                    GRAPH_INPUT, value("x", network.steps(), batch, network.sequenceInputs()));
            model.addRecurrent((Layer.Lstm) member.sequence().get(0));
        }
        List<Layer.Dense> head = member.head();
        for (int i = 0; i < head.size(); i++) {
            model.addDense(head.get(i), "d" + i, i == head.size() - 1 ? "y" : "h" + i);
        }
        model.graph.put(GRAPH_OUTPUT, value("y", batch, 1));
        return new Message()
                .put(MODEL_IR_VERSION, 7)
                .put(MODEL_OPERATORS, new Message().put(OPERATORS_VERSION, 14))
                .put(MODEL_GRAPH, model.graph)
                .bytes();
    }

    private void addDense(Layer.Dense layer, String name, String result) {
        addConstant(name + "w", layer.weights(), layer.inputs(), layer.outputs());
        addConstant(name + "b", layer.bias(), layer.outputs());
        addNode("Gemm", List.of(last, name + "w", name + "b"), List.of(name + "s"));
        String activation =
                switch (layer.activation()) {
                    case RELU -> "Relu";
                    case TANH -> "Tanh";
                    case SIGMOID -> "Sigmoid";
                };
        addNode(activation, List.of(name + "s"), List.of(result));
        last = result;
    }

    /** Gates in ONNX's order are input, output, forget, tanh; weights stand by output. */
    private void addRecurrent(Layer.Lstm layer) {
        int units = layer.outputs();
        int[] gates = {3, 2, 1, 0};
        addConstant(
                "w", byOutput(layer.inputWeights(), units, gates), 1, 4 * units, layer.inputs());
        addConstant("r", byOutput(layer.recurrentWeights(), units, gates), 1, 4 * units, units);
        float[] bias = new float[8 * units];
        for (int gate = 0; gate < gates.length; gate++) {
            System.arraycopy(layer.bias(), gates[gate] * units, bias, gate * units, units);
        }
        addConstant("b", bias, 1, 8 * units);
        addNode(
                "LSTM",
                List.of("x", "w", "r", "b"),
                List.of("", "hidden"),
                new Message()
                        .put(ATTRIBUTE_NAME, "hidden_size")
                        .put(ATTRIBUTE_INTEGER, units)
                        .put(ATTRIBUTE_TYPE, INTEGER));
        // Directions × batch × units; there is one direction.
        addNode(
                "Flatten",
                List.of("hidden"),
                List.of("flat"),
                new Message()
                        .put(ATTRIBUTE_NAME, "axis")
                        .put(ATTRIBUTE_INTEGER, 2)
                        .put(ATTRIBUTE_TYPE, INTEGER));
        last = "flat";
    }

    private static float[] byOutput(float[] byInput, int units, int[] gates) {
        int inputs = byInput.length / (4 * units);
        float[] turned = new float[byInput.length];
        for (int gate = 0; gate < gates.length; gate++) {
            for (int unit = 0; unit < units; unit++) {
                for (int i = 0; i < inputs; i++) {
                    turned[(gate * units + unit) * inputs + i] =
                            byInput[i * 4 * units + gates[gate] * units + unit];
                }
            }
        }
        return turned;
    }

    private void addConstant(String name, float[] values, int... shape) {
        Message tensor = new Message().put(TENSOR_TYPE, FLOAT).put(TENSOR_NAME, name);
        for (int size : shape) {
            tensor.put(TENSOR_DIMENSION, size);
        }
        ByteBuffer bytes =
                ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        graph.put(GRAPH_CONSTANT, tensor.put(TENSOR_BYTES, bytes.array()));
    }

    private void addNode(
            String operator, List<String> inputs, List<String> outputs, Message... attributes) {
        Message node = new Message();
        inputs.forEach(input -> node.put(NODE_INPUT, input));
        outputs.forEach(output -> node.put(NODE_OUTPUT, output));
        node.put(NODE_OPERATOR, operator);
        for (Message attribute : attributes) {
            node.put(NODE_ATTRIBUTE, attribute);
        }
        graph.put(GRAPH_NODE, node);
    }

    private static Message value(String name, int... shape) {
        Message dimensions = new Message();
        for (int size : shape) {
            dimensions.put(SHAPE_DIMENSION, new Message().put(DIMENSION_VALUE, size));
        }
        return new Message()
                .put(VALUE_NAME, name)
                .put(
                        VALUE_TYPE,
                        new Message()
                                .put(
                                        TYPE_TENSOR,
                                        new Message()
                                                .put(TENSOR_ELEMENT, FLOAT)
                                                .put(TENSOR_SHAPE, dimensions)));
    }

    /** A message of protobuf: fields of two kinds, whole numbers and bytes with their length. */
    private static final class Message {
        private final ByteArrayOutputStream written = new ByteArrayOutputStream();

        Message put(int field, int number) {
            putNumber(field << 3);
            putNumber(number);
            return this;
        }

        Message put(int field, byte[] bytes) {
            putNumber(field << 3 | 2);
            putNumber(bytes.length);
            written.writeBytes(bytes);
            return this;
        }

        Message put(int field, String text) {
            return put(field, text.getBytes(StandardCharsets.UTF_8));
        }

        Message put(int field, Message message) {
            return put(field, message.bytes());
        }

        byte[] bytes() {
            return written.toByteArray();
        }

        /** Seven bits a byte, the lowest first. */
        private void putNumber(int number) {
            int rest = number;
            while (rest > 0x7f) {
                written.write(rest & 0x7f | 0x80);
                rest >>>= 7;
            }
            written.write(rest);
        }
    }
}
