package io.fraudstream.job.state;

import io.fraudstream.features.HistoryFormat;
import io.fraudstream.features.TerminalHistory;
import io.fraudstream.features.TerminalHistoryFormat;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;

/** A terminal's history in state, in the bytes of {@link TerminalHistoryFormat}. */
public final class TerminalHistorySerializer extends HistorySerializer<TerminalHistory> {
    private static final long serialVersionUID = 1L;

    public TerminalHistorySerializer(int maxEvents) {
        super(maxEvents);
    }

    @Override
    public HistoryFormat<TerminalHistory> newFormat() {
        return new TerminalHistoryFormat();
    }

    @Override
    public TypeSerializer<TerminalHistory> duplicate() {
        return new TerminalHistorySerializer(maxEvents);
    }

    @Override
    public TerminalHistory createInstance() {
        return new TerminalHistory(maxEvents);
    }

    @Override
    public TerminalHistory copy(TerminalHistory from) {
        return from.copy();
    }

    @Override
    public TypeSerializerSnapshot<TerminalHistory> snapshotConfiguration() {
        return new Snapshot(maxEvents);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TerminalHistorySerializer that && that.maxEvents == maxEvents;
    }

    @Override
    public int hashCode() {
        return maxEvents;
    }

    /** What a checkpoint remembers of this serializer. */
    public static final class Snapshot extends HistorySnapshot<TerminalHistory> {
        /** For Flink, which then reads the rest. */
        public Snapshot() {
            super(0);
        }

        Snapshot(int maxEvents) {
            super(maxEvents);
        }

        @Override
        HistorySerializer<TerminalHistory> serializer(int limit) {
            return new TerminalHistorySerializer(limit);
        }
    }
}
