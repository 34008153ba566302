package io.fraudstream.features;

import java.io.IOException;

/**
 * A {@link CardHistory} in bytes: a version, the columns of its events, and the last vectors,
 * packed, with their schema. Aggregates are not written, since they follow from the rows.
 */
public final class CardHistoryFormat extends HistoryFormat<CardHistory> {
    public static final int VERSION = 2;

    private static final int HAS_MCC = 1;
    private static final int HAS_COUNTRY = 2;
    private static final int HAS_ENTRY_MODE = 4;
    private static final int HAS_PLACE = 8;
    private static final int HAS_FOLDS = 16;

    private byte[] packing = {};

    public CardHistoryFormat() {
        super("card history", VERSION);
    }

    private static int columns(CardEvents e) {
        return (e.mcc != null ? HAS_MCC : 0)
                | (e.country != null ? HAS_COUNTRY : 0)
                | (e.entryMode != null ? HAS_ENTRY_MODE : 0)
                | (e.latitude != null ? HAS_PLACE : 0);
    }

    @Override
    void put(CardHistory history, StateWriter state) {
        CardEvents e = history.events;
        int rows = e.size;
        state.putVarint(rows);
        state.putByte(columns(e) | (e.fold != null ? HAS_FOLDS : 0));
        state.putColumn(e.time, rows);
        state.putColumn(e.rank, rows);
        state.putColumn(e.amount, rows);
        state.putColumn(e.terminal, rows);
        state.putFloats(e.ratio, rows);
        state.putBytes(e.flags, rows);
        if (e.mcc != null) {
            state.putColumn(e.mcc, rows);
        }
        if (e.country != null) {
            state.putColumn(e.country, rows);
        }
        if (e.entryMode != null) {
            state.putBytes(e.entryMode, rows);
        }
        if (e.latitude != null) {
            state.putFloats(e.latitude, rows);
            state.putFloats(e.longitude, rows);
        }
        for (int i = 0; e.fold != null && i < rows; i++) {
            putFold(e.fold[i], state);
        }
        putVectors(history.vectors, state);
    }

    private static void putFold(CardEvents.Fold fold, StateWriter state) {
        state.putByte(fold != null ? 1 : 0);
        if (fold == null) {
            return;
        }
        state.putVarint(fold.counted());
        state.putVarint(fold.approved());
        state.putVarint(fold.declined());
        state.putVarint(fold.high());
        state.putVarint(fold.plainSum());
        state.putVarint(fold.peak());
        state.putLong(fold.squaresHigh());
        state.putLong(fold.squaresLow());
    }

    private static CardEvents.Fold takeFold(StateReader state) throws IOException {
        if (state.takeByte() == 0) {
            return null;
        }
        return new CardEvents.Fold(
                (int) state.takeVarint(),
                (int) state.takeVarint(),
                (int) state.takeVarint(),
                (int) state.takeVarint(),
                state.takeVarint(),
                state.takeVarint(),
                state.takeLong(),
                state.takeLong());
    }

    private void putVectors(RecentVectors vectors, StateWriter state) {
        int count = vectors.count();
        state.putVarint(count);
        if (count == 0) {
            return;
        }
        state.putLong(vectors.schema());
        state.putVarint(vectors.size());
        state.putColumn(vectors.times(), count);
        state.putColumn(vectors.ranks(), count);
        for (int i = 0; i < count; i++) {
            putVector(vectors, i, state);
        }
    }

    private void putVector(RecentVectors vectors, int index, StateWriter state) {
        int most = PackedVector.mostBytes(vectors.size());
        if (packing.length < most) {
            packing = new byte[most];
        }
        byte[] packed = vectors.packed(index, packing);
        state.putVarint(packed.length);
        state.putBytes(packed, packed.length);
    }

    @Override
    CardHistory take(StateReader state, int maxEvents, int more) throws IOException {
        int rows = state.takeSize(MAX_ROWS);
        int columns = state.takeByte();
        // The next event will want a row too.
        CardEvents e = new CardEvents(rows + more + 1);
        e.size = rows;
        e.makeColumns(
                (columns & HAS_MCC) != 0,
                (columns & HAS_COUNTRY) != 0,
                (columns & HAS_ENTRY_MODE) != 0,
                (columns & HAS_PLACE) != 0,
                (columns & HAS_FOLDS) != 0);
        state.takeColumn(e.time, rows);
        state.takeColumn(e.rank, rows);
        state.takeColumn(e.amount, rows);
        state.takeColumn(e.terminal, rows);
        state.takeFloats(e.ratio, rows);
        state.takeBytes(e.flags, rows);
        if (e.mcc != null) {
            state.takeColumn(e.mcc, rows);
        }
        if (e.country != null) {
            state.takeColumn(e.country, rows);
        }
        if (e.entryMode != null) {
            state.takeBytes(e.entryMode, rows);
        }
        if (e.latitude != null) {
            state.takeFloats(e.latitude, rows);
            state.takeFloats(e.longitude, rows);
        }
        for (int i = 0; e.fold != null && i < rows; i++) {
            e.fold[i] = takeFold(state);
        }
        if (e.fold != null) {
            // Earlier builds left out the last row at a terminal of which a later one was folded.
            e.markLastAtTerminals();
        }
        return new CardHistory(maxEvents, e, takeVectors(state));
    }

    private static RecentVectors takeVectors(StateReader state) throws IOException {
        int count = state.takeSize(FeatureSchema.SEQUENCE_LENGTH);
        if (count == 0) {
            return new RecentVectors();
        }
        long schema = state.takeLong();
        int size = state.takeSize(MAX_ROWS);
        RecentVectors vectors = new RecentVectors(count, schema, size);
        long[] times = new long[count];
        long[] ranks = new long[count];
        state.takeColumn(times, count);
        state.takeColumn(ranks, count);
        for (int i = 0; i < count; i++) {
            takeVector(times[i], ranks[i], state, vectors);
        }
        return vectors;
    }

    private static void takeVector(long time, long rank, StateReader state, RecentVectors vectors)
            throws IOException {
        int most = PackedVector.mostBytes(vectors.size());
        int length = state.takeSize(most);
        if (length > 0) {
            vectors.put(time, rank, state.takeBytes(length));
        }
    }

    @Override
    int added(CardHistory history) {
        // A vector comes with its row, but may have put those of another schema away.
        return history.vectors.added() == MORE ? MORE : history.events.added;
    }

    @Override
    void putAdded(CardHistory history, StateWriter state) {
        CardEvents e = history.events;
        int i = e.added;
        state.putByte(columns(e));
        state.putVarint(e.time[i]);
        state.putLong(e.rank[i]);
        state.putVarint(e.amount[i]);
        state.putLong(e.terminal[i]);
        state.putFloat(e.ratio[i]);
        state.putByte(e.flags[i]);
        if (e.mcc != null) {
            state.putVarint(e.mcc[i]);
        }
        if (e.country != null) {
            state.putVarint(e.country[i]);
        }
        if (e.entryMode != null) {
            state.putByte(e.entryMode[i]);
        }
        if (e.latitude != null) {
            state.putFloat(e.latitude[i]);
            state.putFloat(e.longitude[i]);
        }
        RecentVectors vectors = history.vectors;
        if (vectors.added() >= 0 && vectors.added() < vectors.count()) {
            putVector(vectors, vectors.count() - 1 - vectors.added(), state);
        } else {
            state.putVarint(0);
        }
    }

    @Override
    void takeAdded(StateReader state, CardHistory history) throws IOException {
        CardEvents e = history.events;
        int columns = state.takeByte();
        long time = state.takeVarint();
        long rank = state.takeLong();
        int i = e.insertRow(e.positionOf(time, rank));
        e.makeColumns(
                (columns & HAS_MCC) != 0,
                (columns & HAS_COUNTRY) != 0,
                (columns & HAS_ENTRY_MODE) != 0,
                (columns & HAS_PLACE) != 0,
                false);
        e.time[i] = time;
        e.rank[i] = rank;
        e.amount[i] = state.takeVarint();
        e.terminal[i] = state.takeLong();
        e.ratio[i] = state.takeFloat();
        e.putFlags(i, state.takeByte());
        if (e.mcc != null) {
            e.mcc[i] = (short) state.takeVarint();
        }
        if (e.country != null) {
            e.country[i] = (short) state.takeVarint();
        }
        if (e.entryMode != null) {
            e.entryMode[i] = state.takeByte();
        }
        if (e.latitude != null) {
            e.latitude[i] = state.takeFloat();
            e.longitude[i] = state.takeFloat();
        }
        takeVector(time, rank, state, history.vectors);
    }

    @Override
    void begin(CardHistory history) {
        history.events.added = NOTHING;
        history.vectors.begin();
    }

    @Override
    void rebuild(CardHistory history) {
        begin(history);
        history.events.rebuild();
    }
}
