package io.fraudstream.features;

import java.io.IOException;

/**
 * A {@link TerminalHistory} in bytes: a version, the columns of its events, and the labels. Windows
 * follow from them.
 */
public final class TerminalHistoryFormat extends HistoryFormat<TerminalHistory> {
    public static final int VERSION = 3;

    public TerminalHistoryFormat() {
        super("terminal history", VERSION);
    }

    @Override
    void put(TerminalHistory history, StateWriter state) {
        int rows = history.size;
        int labels = history.labels.size();
        state.putVarint(rows);
        state.putByte(history.weight != null ? 1 : 0);
        state.putColumn(history.time, rows);
        state.putColumn(history.rank, rows);
        state.putColumn(history.identity, rows);
        state.putColumn(history.amount, rows);
        state.putColumn(history.plain, rows);
        state.putBytes(history.high, rows);
        if (history.weight != null) {
            state.putColumn(history.weight, rows);
            state.putColumn(foldedOnly(history, history.frauds), rows);
            state.putColumn(foldedOnly(history, history.ordinary), rows);
        }
        state.putVarint(labels);
        for (TerminalHistory.Verdict label : history.labels) {
            state.putLong(label.identity());
            state.putLong(label.eventTime());
            state.putLong(label.knownAt());
            state.putByte(label.fraud() ? 1 : 0);
        }
    }

    /** Of single events the labels say it. */
    private static int[] foldedOnly(TerminalHistory history, int[] column) {
        int[] folded = new int[history.size];
        for (int i = 0; i < folded.length; i++) {
            folded[i] = column != null && history.weight[i] > 1 ? column[i] : 0;
        }
        return folded;
    }

    @Override
    TerminalHistory take(StateReader state, int maxEvents, int more) throws IOException {
        int rows = state.takeSize(MAX_ROWS);
        boolean folded = state.takeByte() != 0;
        // The next event will want a row too.
        TerminalHistory history = new TerminalHistory(maxEvents, rows + more + 1);
        history.size = rows;
        state.takeColumn(history.time, rows);
        state.takeColumn(history.rank, rows);
        state.takeColumn(history.identity, rows);
        state.takeColumn(history.amount, rows);
        state.takeColumn(history.plain, rows);
        state.takeBytes(history.high, rows);
        if (folded) {
            history.weight = new int[history.time.length];
            state.takeColumn(history.weight, rows);
            history.makeFraudColumns();
            state.takeColumn(history.frauds, rows);
            state.takeColumn(history.ordinary, rows);
        }
        int labels = state.takeSize(MAX_ROWS);
        for (int i = 0; i < labels; i++) {
            history.hold(
                    i,
                    new TerminalHistory.Verdict(
                            state.takeLong(),
                            state.takeLong(),
                            state.takeLong(),
                            state.takeByte() != 0));
        }
        return history;
    }

    @Override
    int added(TerminalHistory history) {
        return history.added;
    }

    @Override
    void putAdded(TerminalHistory history, StateWriter state) {
        int i = history.added;
        state.putVarint(history.time[i]);
        state.putLong(history.rank[i]);
        state.putLong(history.identity[i]);
        state.putVarint(history.amount[i]);
        state.putVarint(history.plain[i]);
        state.putByte(history.high[i]);
    }

    @Override
    void takeAdded(StateReader state, TerminalHistory history) throws IOException {
        long time = state.takeVarint();
        long rank = state.takeLong();
        int i = history.positionOf(time, rank);
        history.insert(i, time, rank, state.takeLong());
        history.amount[i] = state.takeVarint();
        history.plain[i] = (int) state.takeVarint();
        history.high[i] = state.takeByte();
    }

    @Override
    void begin(TerminalHistory history) {
        history.added = NOTHING;
    }

    @Override
    void rebuild(TerminalHistory history) {
        begin(history);
        history.rebuild(history.newestTime());
    }
}
