package io.fraudstream.job.state;

import io.fraudstream.features.CardHistory;
import io.fraudstream.features.CardHistoryFormat;
import io.fraudstream.features.HistoryFormat;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;

/** A card's history in state, in the bytes of {@link CardHistoryFormat}. */
public final class CardHistorySerializer extends HistorySerializer<CardHistory> {
    private static final long serialVersionUID = 1L;

    public CardHistorySerializer(int maxEvents) {
        super(maxEvents);
    }

    @Override
    public HistoryFormat<CardHistory> newFormat() {
        return new CardHistoryFormat();
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
