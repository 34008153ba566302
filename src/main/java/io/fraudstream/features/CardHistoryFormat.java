package io.fraudstream.features;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * A {@link CardHistory} in bytes: a version, the rows of events with times and amounts as varints,
 * and the last vectors with their schema. Aggregates are not written, since they follow from the
 * rows.
 */
public final class CardHistoryFormat {
    public static final int VERSION = 1;

    private static final int HAS_MCC = 1;
    private static final int HAS_COUNTRY = 2;
    private static final int HAS_ENTRY_MODE = 4;
    private static final int HAS_PLACE = 8;
    private static final int HAS_FOLDS = 16;
    private static final int MAX_ROWS = 1 << 20;

    private CardHistoryFormat() {}

    public static void write(CardHistory history, DataOutput out) throws IOException {
        CardEvents e = history.events;
        out.writeByte(VERSION);
        Varint.write(out, e.size);
        int columns =
                (e.mcc != null ? HAS_MCC : 0)
                        | (e.country != null ? HAS_COUNTRY : 0)
                        | (e.entryMode != null ? HAS_ENTRY_MODE : 0)
                        | (e.latitude != null ? HAS_PLACE : 0)
                        | (e.fold != null ? HAS_FOLDS : 0);
        out.writeByte(columns);
        long time = 0;
        for (int i = 0; i < e.size; i++) {
            Varint.write(out, e.time[i] - time);
            time = e.time[i];
            out.writeLong(e.rank[i]);
            Varint.write(out, e.amount[i]);
            out.writeLong(e.terminal[i]);
            out.writeFloat(e.ratio[i]);
            out.writeByte(e.flags[i]);
            if (e.mcc != null) {
                out.writeShort(e.mcc[i]);
            }
            if (e.country != null) {
                out.writeShort(e.country[i]);
            }
            if (e.entryMode != null) {
                out.writeByte(e.entryMode[i]);
            }
            if (e.latitude != null) {
                out.writeFloat(e.latitude[i]);
                out.writeFloat(e.longitude[i]);
            }
            if (e.fold != null) {
                writeFold(e.fold[i], out);
            }
        }
        writeVectors(history, out);
    }

    private static void writeFold(CardEvents.Fold fold, DataOutput out) throws IOException {
        out.writeBoolean(fold != null);
        if (fold == null) {
            return;
        }
        Varint.write(out, fold.counted());
        Varint.write(out, fold.approved());
        Varint.write(out, fold.declined());
        Varint.write(out, fold.high());
        Varint.write(out, fold.plainSum());
        Varint.write(out, fold.peak());
        out.writeLong(fold.squaresHigh());
        out.writeLong(fold.squaresLow());
    }

    private static CardEvents.Fold readFold(DataInput in) throws IOException {
        if (!in.readBoolean()) {
            return null;
        }
        return new CardEvents.Fold(
                (int) Varint.read(in),
                (int) Varint.read(in),
                (int) Varint.read(in),
                (int) Varint.read(in),
                Varint.read(in),
                Varint.read(in),
                in.readLong(),
                in.readLong());
    }

    private static void writeVectors(CardHistory history, DataOutput out) throws IOException {
        Varint.write(out, history.vectorCount);
        if (history.vectorCount == 0) {
            return;
        }
        out.writeUTF(history.vectorSchema);
        Varint.write(out, history.vectors[0].length);
        for (int i = 0; i < history.vectorCount; i++) {
            out.writeLong(history.vectorTimes[i]);
            out.writeLong(history.vectorRanks[i]);
            for (float value : history.vectors[i]) {
                out.writeFloat(value);
            }
        }
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IOException for another version or damaged bytes
     */
    public static CardHistory read(DataInput in, int maxEvents) throws IOException {
        int version = in.readByte();
        if (version != VERSION) {
            throw new IOException("card history has version " + version + ", expected " + VERSION);
        }
        int size = Varint.readSize(in, MAX_ROWS);
        int columns = in.readByte();
        CardHistory history = new CardHistory(maxEvents);
        CardEvents e = history.events;
        e.makeColumns(
                (columns & HAS_MCC) != 0,
                (columns & HAS_COUNTRY) != 0,
                (columns & HAS_ENTRY_MODE) != 0,
                (columns & HAS_PLACE) != 0,
                (columns & HAS_FOLDS) != 0);
        long time = 0;
        for (int row = 0; row < size; row++) {
            int i = e.insertRow(row);
            time += Varint.read(in);
            e.time[i] = time;
            e.rank[i] = in.readLong();
            e.amount[i] = Varint.read(in);
            e.terminal[i] = in.readLong();
            e.ratio[i] = in.readFloat();
            e.flags[i] = in.readByte();
            if (e.mcc != null) {
                e.mcc[i] = in.readShort();
            }
            if (e.country != null) {
                e.country[i] = in.readShort();
            }
            if (e.entryMode != null) {
                e.entryMode[i] = in.readByte();
            }
            if (e.latitude != null) {
                e.latitude[i] = in.readFloat();
                e.longitude[i] = in.readFloat();
            }
            if (e.fold != null) {
                e.fold[i] = readFold(in);
            }
        }
        e.rebuild();
        readVectors(history, in);
        return history;
    }

    private static void readVectors(CardHistory history, DataInput in) throws IOException {
        int vectors = Varint.readSize(in, FeatureSchema.SEQUENCE_LENGTH);
        if (vectors == 0) {
            return;
        }
        history.vectorSchema = in.readUTF();
        int length = Varint.readSize(in, MAX_ROWS);
        for (int i = 0; i < vectors; i++) {
            history.vectorTimes[i] = in.readLong();
            history.vectorRanks[i] = in.readLong();
            history.vectors[i] = new float[length];
            for (int k = 0; k < length; k++) {
                history.vectors[i][k] = in.readFloat();
            }
        }
        history.vectorCount = vectors;
    }
}
