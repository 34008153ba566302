package io.fraudstream.job.state;

import io.fraudstream.transaction.Coordinates;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/** An announced pointer in bytes. */
public final class AnnouncedSerializer extends BinarySerializer<Announced> {
    public static final AnnouncedSerializer INSTANCE = new AnnouncedSerializer();

    private static final long serialVersionUID = 1L;
    private static final int VERSION = 1;

    @Override
    public void serialize(Announced value, DataOutputView out) throws IOException {
        out.writeByte(VERSION);
        RejectionSerializer.writeCoordinates(value.coordinates(), out);
        ServedBundleSerializer.writeBytes(value.record(), out);
        out.writeBoolean(value.bundle() != null);
        if (value.bundle() != null) {
            ServedBundleSerializer.INSTANCE.serialize(value.bundle(), out);
        }
        out.writeLong(value.labelCutOff());
        out.writeBoolean(value.refusal() != null);
        if (value.refusal() != null) {
            StringValue.writeString(value.refusal().field(), out);
            StringValue.writeString(value.refusal().detail(), out);
            out.writeBoolean(value.refusal().passing());
        }
    }

    @Override
    public Announced deserialize(DataInputView in) throws IOException {
        checkVersion("announced pointer", in.readByte(), VERSION);
        Coordinates coordinates = RejectionSerializer.readCoordinates(in);
        byte[] record = ServedBundleSerializer.readBytes(in);
        ServedBundle bundle =
                in.readBoolean() ? ServedBundleSerializer.INSTANCE.deserialize(in) : null;
        long labelCutOff = in.readLong();
        Announced.Refusal refusal =
                in.readBoolean()
                        ? new Announced.Refusal(
                                StringValue.readString(in),
                                StringValue.readString(in),
                                in.readBoolean())
                        : null;
        return new Announced(coordinates, record, bundle, labelCutOff, refusal);
    }

    @Override
    public Snapshot snapshotConfiguration() {
        return new Snapshot();
    }

    /** What a checkpoint remembers of this serializer. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Announced> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
