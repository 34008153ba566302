package io.fraudstream.features;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * A {@link TerminalHistory} in bytes: a version, the rows of events, and the labels. Windows follow
 * from them.
 */
public final class TerminalHistoryFormat {
    public static final int VERSION = 2;

    private static final int MAX_ROWS = 1 << 20;

    private TerminalHistoryFormat() {}

    public static void write(TerminalHistory history, DataOutput out) throws IOException {
        out.writeByte(VERSION);
        Varint.write(out, history.size);
        out.writeBoolean(history.weight != null);
        long time = 0;
        for (int i = 0; i < history.size; i++) {
            Varint.write(out, history.time[i] - time);
            time = history.time[i];
            out.writeLong(history.rank[i]);
            out.writeLong(history.identity[i]);
            Varint.write(out, history.amount[i]);
            Varint.write(out, history.plain[i]);
            out.writeBoolean(history.high[i]);
            if (history.weight != null) {
                Varint.write(out, history.weight[i]);
                Varint.write(out, history.frauds[i]);
                Varint.write(out, history.ordinary[i]);
            }
        }
        Varint.write(out, history.labels.size());
        for (TerminalHistory.Verdict label : history.labels) {
            out.writeLong(label.identity());
            out.writeLong(label.eventTime());
            out.writeLong(label.knownAt());
            out.writeBoolean(label.fraud());
        }
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IOException for another version or damaged bytes
     */
    public static TerminalHistory read(DataInput in, int maxEvents) throws IOException {
        int version = in.readByte();
        if (version != VERSION) {
            throw new IOException(
                    "terminal history has version " + version + ", expected " + VERSION);
        }
        TerminalHistory history = new TerminalHistory(maxEvents);
        int size = Varint.readSize(in, MAX_ROWS);
        boolean folded = in.readBoolean();
        long time = 0;
        for (int i = 0; i < size; i++) {
            time += Varint.read(in);
            long rank = in.readLong();
            long identity = in.readLong();
            long amount = Varint.read(in);
            history.restore(time, rank, identity, amount, (int) Varint.read(in), in.readBoolean());
            if (folded) {
                int weight = (int) Varint.read(in);
                int frauds = (int) Varint.read(in);
                int ordinary = (int) Varint.read(in);
                if (weight > 1) {
                    history.restoreFold(weight, frauds, ordinary);
                }
            }
        }
        int labels = Varint.readSize(in, MAX_ROWS);
        for (int i = 0; i < labels; i++) {
            history.labels.add(
                    new TerminalHistory.Verdict(
                            in.readLong(), in.readLong(), in.readLong(), in.readBoolean()));
        }
        history.rebuild(history.newestTime());
        return history;
    }
}
