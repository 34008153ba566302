package io.fraudstream.features;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * A {@link CardHistory} in bytes: a version, the columns of its events, and the last vectors,
 * packed, with their schema. Aggregates are not written, since they follow from the rows.
 *
 * <p>Keeps buffers, so each thread needs its own.
 */
public final class CardHistoryFormat {
    public static final int VERSION = 2;

    private static final int HAS_MCC = 1;
    private static final int HAS_COUNTRY = 2;
    private static final int HAS_ENTRY_MODE = 4;
    private static final int HAS_PLACE = 8;
    private static final int HAS_FOLDS = 16;
    private static final int MAX_ROWS = 1 << 20;

    private final StateWriter writer = new StateWriter();
    private final StateReader reader = new StateReader();
    private byte[] packing = {};

    public void write(CardHistory history, DataOutput out) throws IOException {
        CardEvents e = history.events;
        int rows = e.size;
        writer.begin();
        writer.putVarint(rows);
        writer.putByte(
                (e.mcc != null ? HAS_MCC : 0)
                        | (e.country != null ? HAS_COUNTRY : 0)
                        | (e.entryMode != null ? HAS_ENTRY_MODE : 0)
                        | (e.latitude != null ? HAS_PLACE : 0)
                        | (e.fold != null ? HAS_FOLDS : 0));
        writer.putColumn(e.time, rows);
        writer.putColumn(e.rank, rows);
        writer.putColumn(e.amount, rows);
        writer.putColumn(e.terminal, rows);
        writer.putFloats(e.ratio, rows);
        writer.putBytes(e.flags, rows);
        if (e.mcc != null) {
            writer.putColumn(e.mcc, rows);
        }
        if (e.country != null) {
            writer.putColumn(e.country, rows);
        }
        if (e.entryMode != null) {
            writer.putBytes(e.entryMode, rows);
        }
        if (e.latitude != null) {
            writer.putFloats(e.latitude, rows);
            writer.putFloats(e.longitude, rows);
        }
        for (int i = 0; e.fold != null && i < rows; i++) {
            putFold(e.fold[i], writer);
        }
        putVectors(history.vectors, writer);
        writer.writeTo(out, VERSION);
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
        int most = PackedVector.mostBytes(vectors.size());
        if (packing.length < most) {
            packing = new byte[most];
        }
        for (int i = 0; i < count; i++) {
            byte[] packed = vectors.packed(i, packing);
            state.putVarint(packed.length);
            state.putBytes(packed, packed.length);
        }
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IOException for another version or damaged bytes
     */
    public CardHistory read(DataInput in, int maxEvents) throws IOException {
        reader.begin(in, "card history", VERSION);
        int rows = reader.takeSize(MAX_ROWS);
        int columns = reader.takeByte();
        // The next event will want a row too.
        CardEvents e = new CardEvents(rows + 1);
        e.size = rows;
        e.makeColumns(
                (columns & HAS_MCC) != 0,
                (columns & HAS_COUNTRY) != 0,
                (columns & HAS_ENTRY_MODE) != 0,
                (columns & HAS_PLACE) != 0,
                (columns & HAS_FOLDS) != 0);
        reader.takeColumn(e.time, rows);
        reader.takeColumn(e.rank, rows);
        reader.takeColumn(e.amount, rows);
        reader.takeColumn(e.terminal, rows);
        reader.takeFloats(e.ratio, rows);
        reader.takeBytes(e.flags, rows);
        if (e.mcc != null) {
            reader.takeColumn(e.mcc, rows);
        }
        if (e.country != null) {
            reader.takeColumn(e.country, rows);
        }
        if (e.entryMode != null) {
            reader.takeBytes(e.entryMode, rows);
        }
        if (e.latitude != null) {
            reader.takeFloats(e.latitude, rows);
            reader.takeFloats(e.longitude, rows);
        }
        for (int i = 0; e.fold != null && i < rows; i++) {
            e.fold[i] = takeFold(reader);
        }
        e.rebuild();
        return new CardHistory(maxEvents, e, takeVectors(reader));
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
        int most = PackedVector.mostBytes(size);
        for (int i = 0; i < count; i++) {
            vectors.put(times[i], ranks[i], state.takeBytes(state.takeSize(most)));
        }
        return vectors;
    }
}
