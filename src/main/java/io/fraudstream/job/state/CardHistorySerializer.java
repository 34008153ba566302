package io.fraudstream.job.state;

import io.fraudstream.features.CardHistory;
import io.fraudstream.features.CardHistoryFormat;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;

/** A card's history in state, in the bytes of {@link CardHistoryFormat}. */
public final class CardHistorySerializer extends HistorySerializer<CardHistory> {
    private static final long serialVersionUID = 1L;

    private transient CardHistoryFormat format;

    public CardHistorySerializer(int maxEvents) {
        super(maxEvents);
    }

    private CardHistoryFormat format() {
        if (format == null) {
            format = new CardHistoryFormat();
        }
        return format;
    }

    @Override
    public TypeSerializer<CardHistory> duplicate() {
        return new CardHistorySerializer(maxEvents);
    }

    @Override
    public CardHistory createInstance() {
        return new CardHistory(maxEvents);
    }

    @Override
    public CardHistory copy(CardHistory from) {
        return from.copy();
    }

    @Override
    void write(CardHistory history, DataOutput out) throws IOException {
        format().write(history, out);
    }

    @Override
    CardHistory read(DataInput in) throws IOException {
        return format().read(in, maxEvents);
    }

    @Override
    public TypeSerializerSnapshot<CardHistory> snapshotConfiguration() {
        return new Snapshot(maxEvents);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CardHistorySerializer that && that.maxEvents == maxEvents;
    }

    @Override
    public int hashCode() {
        return maxEvents;
    }

    /** What a checkpoint remembers of this serializer. */
    public static final class Snapshot extends HistorySnapshot<CardHistory> {
        /** For Flink, which then reads the rest. */
        public Snapshot() {
            super(0);
        }

        Snapshot(int maxEvents) {
            super(maxEvents);
        }

        @Override
        HistorySerializer<CardHistory> serializer(int limit) {
            return new CardHistorySerializer(limit);
        }
    }
}
