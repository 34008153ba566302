package io.fraudstream.features;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * A history in bytes: as a whole, or as pieces, of which the first is a whole and each further one
 * an event that came later. A further piece is small beside a whole, and all that has to be written
 * where state lies outside of memory.
 *
 * <p>Keeps buffers, so each thread needs its own.
 */
public abstract class HistoryFormat<H> {
    static final int MAX_ROWS = 1 << 20;

    /** No row has come since a history was read or written, and nothing else has changed. */
    static final int NOTHING = -1;

    /** More has changed than that one row has come. */
    static final int MORE = -2;

    private final String what;
    private final int version;
    private final StateWriter writer = new StateWriter();
    private final StateReader reader = new StateReader();

    /**
     * @param what is told in an error
     */
    HistoryFormat(String what, int version) {
        this.what = what;
        this.version = version;
    }

    public final void write(H history, DataOutput out) throws IOException {
        writer.begin();
        put(history, writer);
        writer.writeTo(out, version);
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IOException for another version or damaged bytes
     */
    public final H read(DataInput in, int maxEvents) throws IOException {
        reader.begin(in, what, version);
        H history = take(reader, maxEvents, 0);
        rebuild(history);
        return history;
    }

    /** The history as a first piece. */
    public final byte[] first(H history) {
        writer.begin();
        put(history, writer);
        begin(history);
        return writer.toBytes(version);
    }

    /** Whether anything that is written has changed since the last piece. */
    public final boolean isChanged(H history) {
        return added(history) != NOTHING;
    }

    /**
     * The piece that is to follow those that are there; null if more has changed, or less, than
     * that one event has come.
     */
    public final byte[] next(H history) {
        if (added(history) < 0) {
            return null;
        }
        writer.begin();
        putAdded(history, writer);
        begin(history);
        return writer.toBytes(version);
    }

    /**
     * Reads pieces.
     *
     * @param pieces at least one
     * @throws IOException for another version or damaged bytes
     */
    public final H read(List<byte[]> pieces, int maxEvents) throws IOException {
        reader.begin(pieces.get(0), what, version);
        H history = take(reader, maxEvents, pieces.size() - 1);
        for (byte[] piece : pieces.subList(1, pieces.size())) {
            reader.begin(piece, what, version);
            takeAdded(reader, history);
        }
        rebuild(history);
        return history;
    }

    abstract void put(H history, StateWriter state);

    /**
     * Makes a history, but for what follows from its rows.
     *
     * @param more for so many rows besides there is to be room
     */
    abstract H take(StateReader state, int maxEvents, int more) throws IOException;

    /**
     * The row that has come since {@link #begin}, {@link #NOTHING}, or {@link #MORE} if other
     * changes that are written have been made.
     */
    abstract int added(H history);

    /** Counts what changes from here on. */
    abstract void begin(H history);

    abstract void putAdded(H history, StateWriter state);

    abstract void takeAdded(StateReader state, H history) throws IOException;

    /** Lets all else follow from the rows, which are what was read. */
    abstract void rebuild(H history);
}
