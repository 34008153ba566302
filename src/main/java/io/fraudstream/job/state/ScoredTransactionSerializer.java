package io.fraudstream.job.state;

import io.fraudstream.alert.Decision;
import io.fraudstream.alert.ScoredTransaction;
import io.fraudstream.model.Reason;
import io.fraudstream.transaction.Transaction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/** A scored transaction in bytes, on its way to the sinks. */
public final class ScoredTransactionSerializer extends BinarySerializer<ScoredTransaction> {
    public static final ScoredTransactionSerializer INSTANCE = new ScoredTransactionSerializer();

    private static final long serialVersionUID = 1L;
    private static final int PLAIN = 1;
    private static final int TRACED = 2;
    private static final Decision[] DECISIONS = Decision.values();

    @Override
    public void serialize(ScoredTransaction value, DataOutputView out) throws IOException {
        out.writeByte(value.trace() == null ? PLAIN : TRACED);
        TransactionSerializer.INSTANCE.serialize(value.transaction(), out);
        MeasuredSerializer.writeFloats(value.features(), out);
        out.writeDouble(value.score());
        out.writeDouble(value.threshold());
        StringValue.writeString(value.bundleId(), out);
        out.writeByte(value.decision().ordinal());
        out.writeByte(value.reasons().size());
        for (Reason reason : value.reasons()) {
            StringValue.writeString(reason.feature(), out);
            out.writeDouble(reason.value());
            out.writeDouble(reason.usual());
            out.writeDouble(reason.contribution());
            StringValue.writeString(reason.text(), out);
        }
        out.writeBoolean(value.scoredLate());
        out.writeBoolean(value.approximate());
        out.writeLong(value.receivedAt());
        out.writeDouble(value.shadowScore());
        StringValue.writeString(value.shadowBundleId(), out);
        if (value.trace() != null) {
            writeTrace(value.trace(), out);
        }
    }

    @Override
    public ScoredTransaction deserialize(DataInputView in) throws IOException {
        boolean traced = isTraced("scored transaction", in.readByte(), PLAIN);
        Transaction transaction = TransactionSerializer.INSTANCE.deserialize(in);
        float[] features = MeasuredSerializer.readFloats(in);
        double score = in.readDouble();
        double threshold = in.readDouble();
        String bundleId = StringValue.readString(in);
        Decision decision = DECISIONS[in.readByte()];
        int count = in.readByte();
        List<Reason> reasons = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            reasons.add(
                    new Reason(
                            StringValue.readString(in),
                            in.readDouble(),
                            in.readDouble(),
                            in.readDouble(),
                            StringValue.readString(in)));
        }
        return new ScoredTransaction(
                transaction,
                features,
                score,
                threshold,
                bundleId,
                decision,
                reasons,
                in.readBoolean(),
                in.readBoolean(),
                in.readLong(),
                in.readDouble(),
                StringValue.readString(in),
                traced ? readTrace(in) : null);
    }

    @Override
    public Snapshot snapshotConfiguration() {
        return new Snapshot();
    }

    /** What a checkpoint remembers of this serializer. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<ScoredTransaction> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
