package io.fraudstream.features;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * A {@link TerminalHistory} in bytes: a version, the columns of its events, and the labels. Windows
 * follow from them.
 *
 * <p>Keeps buffers, so each thread needs its own.
 */
public final class TerminalHistoryFormat {
    public static final int VERSION = 3;

    private static final int MAX_ROWS = 1 << 20;

    private final StateWriter writer = new StateWriter();
    private final StateReader reader = new StateReader();

    public void write(TerminalHistory history, DataOutput out) throws IOException {
        int rows = history.size;
        int labels = history.labels.size();
        writer.begin();
        writer.putVarint(rows);
        writer.putByte(history.weight != null ? 1 : 0);
        writer.putColumn(history.time, rows);
        writer.putColumn(history.rank, rows);
        writer.putColumn(history.identity, rows);
        writer.putColumn(history.amount, rows);
        writer.putColumn(history.plain, rows);
        writer.putBytes(history.high, rows);
        if (history.weight != null) {
            writer.putColumn(history.weight, rows);
            writer.putColumn(foldedOnly(history, history.frauds), rows);
            writer.putColumn(foldedOnly(history, history.ordinary), rows);
        }
        writer.putVarint(labels);
        for (TerminalHistory.Verdict label : history.labels) {
            writer.putLong(label.identity());
            writer.putLong(label.eventTime());
            writer.putLong(label.knownAt());
            writer.putByte(label.fraud() ? 1 : 0);
        }
        writer.writeTo(out, VERSION);
    }

    /** Of single events the labels say it. */
    private static int[] foldedOnly(TerminalHistory history, int[] column) {
        int[] folded = new int[history.size];
        for (int i = 0; i < folded.length; i++) {
            folded[i] = column != null && history.weight[i] > 1 ? column[i] : 0;
        }
        return folded;
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IOException for another version or damaged bytes
     */
    public TerminalHistory read(DataInput in, int maxEvents) throws IOException {
        reader.begin(in, "terminal history", VERSION);
        int rows = reader.takeSize(MAX_ROWS);
        boolean folded = reader.takeByte() != 0;
        // The next event will want a row too.
        TerminalHistory history = new TerminalHistory(maxEvents, rows + 1);
        history.size = rows;
        reader.takeColumn(history.time, rows);
        reader.takeColumn(history.rank, rows);
        reader.takeColumn(history.identity, rows);
        reader.takeColumn(history.amount, rows);
        reader.takeColumn(history.plain, rows);
        reader.takeBytes(history.high, rows);
        if (folded) {
            history.weight = new int[rows + 1];
            reader.takeColumn(history.weight, rows);
            history.makeFraudColumns();
            reader.takeColumn(history.frauds, rows);
            reader.takeColumn(history.ordinary, rows);
        }
        int labels = reader.takeSize(MAX_ROWS);
        for (int i = 0; i < labels; i++) {
            history.labels.add(
                    new TerminalHistory.Verdict(
                            reader.takeLong(),
                            reader.takeLong(),
                            reader.takeLong(),
                            reader.takeByte() != 0));
        }
        history.rebuild(history.newestTime());
        return history;
    }
}
