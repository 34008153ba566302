package io.fraudstream.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.fraudstream.model.Network;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;

/**
 * A network in ONNX Runtime as who tunes it would call it: one thread, all optimisations of the
 * graph, input and output in buffers outside the heap that are used again.
 */
final class OnnxScorer implements AutoCloseable {
    private final OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    private final OrtSession session;
    private final FloatBuffer in;
    private final FloatBuffer out;
    private final OnnxTensor input;
    private final OnnxTensor output;
    private final Map<String, OnnxTensor> inputs;
    private final Map<String, OnnxTensor> outputs;

    OnnxScorer(Network network, int batch) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
        options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
        options.setIntraOpNumThreads(1);
        options.setInterOpNumThreads(1);
        session = environment.createSession(OnnxModel.of(network, batch), options);
        boolean recurrent = network.sequenceInputs() > 0;
        long[] shape =
                recurrent
                        ? new long[] {network.steps(), batch, network.sequenceInputs()}
                        : new long[] {batch, network.newestInputs()};
        int numbers = 1;
        for (long size : shape) {
            numbers *= (int) size;
        }
        in = outsideTheHeap(numbers);
        out = outsideTheHeap(batch);
        input = OnnxTensor.createTensor(environment, in, shape);
        output = OnnxTensor.createTensor(environment, out, new long[] {batch, 1});
        inputs = Map.of("x", input);
        outputs = Map.of("y", output);
    }

    private static FloatBuffer outsideTheHeap(int numbers) {
        return ByteBuffer.allocateDirect(Float.BYTES * numbers)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    /**
     * The outputs of a batch, before calibration.
     *
     * @param numbers all of its inputs
     * @return where they stand until the next call
     */
    FloatBuffer outputs(float[] numbers) throws OrtException {
        in.put(0, numbers);
        session.run(inputs, outputs).close();
        return out;
    }

    @Override
    public void close() throws OrtException {
        input.close();
        output.close();
        session.close();
        options.close();
    }
}
