package io.fraudstream.job.state;

import io.fraudstream.features.FeatureEngine;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** A transaction with its terminal's features in bytes. */
public final class MeasuredSerializer extends BinarySerializer<Measured> {
    public static final MeasuredSerializer INSTANCE = new MeasuredSerializer();

    private static final long serialVersionUID = 1L;
    private static final int VERSION = 1;

    static void writeFloats(float[] values, DataOutputView out) throws IOException {
        out.writeShort(values.length);
        for (float value : values) {
            out.writeFloat(value);
        }
    }

    static float[] readFloats(DataInputView in) throws IOException {
        float[] values = new float[in.readUnsignedShort()];
        for (int i = 0; i < values.length; i++) {
            values[i] = in.readFloat();
        }
        return values;
    }

    @Override
    public void serialize(Measured value, DataOutputView out) throws IOException {
        out.writeByte(VERSION);
        AdmittedSerializer.INSTANCE.serialize(value.admitted(), out);
        writeFloats(value.terminal().values(), out);
        out.writeBoolean(value.terminal().approximate());
    }

    @Override
    public Measured deserialize(DataInputView in) throws IOException {
        checkVersion("measured transaction", in.readByte(), VERSION);
        return new Measured(
                AdmittedSerializer.INSTANCE.deserialize(in),
                new FeatureEngine.Features(readFloats(in), in.readBoolean()));
    }

    @Override
    public Snapshot snapshotConfiguration() {
        return new Snapshot();
    }

    /** What a checkpoint remembers of this serializer. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Measured> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
