package io.fraudstream.job.state;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;

/**
 * Ids, each with a time, in two arrays whatever their number: a map of the heap would take four
 * objects for each. Entries lie one behind the other, each the time (8 bytes), the hash of the id
 * (4), the length of its UTF-8 (4) and that; an open-addressed table leads to them.
 */
public final class SeenIds {
    /** The time of what is not there. */
    public static final long NEVER = Long.MIN_VALUE;

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final int HASH = Long.BYTES;
    private static final int LENGTH = HASH + Integer.BYTES;
    private static final int ID = LENGTH + Integer.BYTES;
    private static final int FEWEST_SLOTS = 8;

    private byte[] entries;
    private int end;
    private int count;

    /** By slot the hash in the high half and one more than the entry's place in the low; or 0. */
    private long[] slots;

    public SeenIds() {
        this(new byte[0]);
    }

    /**
     * @param entries as {@link #toBytes} gives them, and from now on this object's own
     * @throws IllegalArgumentException if they are not whole
     */
    SeenIds(byte[] entries) {
        this.entries = entries;
        end = entries.length;
        for (int at = 0; at < end; at = next(at)) {
            if (end - at < ID || length(at) < 0 || length(at) > end - at - ID) {
                throw new IllegalArgumentException(
                        "an entry of seen ids is cut off at byte " + at + " of " + end);
            }
            count++;
        }
        slots = new long[slotsFor(count)];
        fillSlots();
    }

    private SeenIds(SeenIds other) {
        entries = other.entries.clone();
        end = other.end;
        count = other.count;
        slots = other.slots.clone();
    }

    /** The same ids, which no longer change with these. */
    SeenIds copy() {
        return new SeenIds(this);
    }

    byte[] toBytes() {
        return Arrays.copyOf(entries, end);
    }

    public boolean isEmpty() {
        return count == 0;
    }

    /** The id's time, or {@link #NEVER}. */
    public long timeOf(String id) {
        int at = find(id);
        return at < 0 ? NEVER : time(at);
    }

    /** Takes the id in, or gives it another time. */
    public void put(String id, long time) {
        int found = find(id);
        if (found >= 0) {
            LONGS.set(entries, found, time);
            return;
        }
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        int at = end;
        end = Math.addExact(end, ID + bytes.length);
        if (end > entries.length) {
            entries = Arrays.copyOf(entries, Math.max(end, entries.length + entries.length / 2));
        }
        LONGS.set(entries, at, time);
        INTS.set(entries, at + HASH, hash(id));
        INTS.set(entries, at + LENGTH, bytes.length);
        System.arraycopy(bytes, 0, entries, at + ID, bytes.length);
        count++;
        if (slotsFor(count) > slots.length) {
            slots = new long[slotsFor(count)];
            fillSlots();
        } else {
            fillSlot(at);
        }
    }

    /** Drops all ids with such times. */
    public void removeIf(LongPredicate isOver) {
        int kept = 0;
        int next;
        count = 0;
        for (int at = 0; at < end; at = next) {
            next = next(at);
            if (!isOver.test(time(at))) {
                System.arraycopy(entries, at, entries, kept, next - at);
                kept += next - at;
                count++;
            }
        }
        if (kept == end) {
            return;
        }
        end = kept;
        if (end < entries.length / 2) {
            entries = toBytes();
        }
        slots = new long[slotsFor(count)];
        fillSlots();
    }

    public void forEachTime(LongConsumer action) {
        for (int at = 0; at < end; at = next(at)) {
            action.accept(time(at));
        }
    }

    /** What is done with each id. */
    @FunctionalInterface
    public interface Action {
        void accept(String id, long time) throws Exception;
    }

    public void forEach(Action action) throws Exception {
        for (int at = 0; at < end; at = next(at)) {
            action.accept(
                    new String(entries, at + ID, length(at), StandardCharsets.UTF_8), time(at));
        }
    }

    private int find(String id) {
        int hash = hash(id);
        for (int slot = hash & slots.length - 1;
                slots[slot] != 0;
                slot = slot + 1 & slots.length - 1) {
            if ((int) (slots[slot] >>> Integer.SIZE) == hash && isAt((int) slots[slot] - 1, id)) {
                return (int) slots[slot] - 1;
            }
        }
        return -1;
    }

    private boolean isAt(int at, String id) {
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        return Arrays.equals(entries, at + ID, at + ID + length(at), bytes, 0, bytes.length);
    }

    /** All ids of a bucket share the low bits of their own hash, so these are mixed once more. */
    private static int hash(String id) {
        int hash = id.hashCode() * 0x9e3779b9;
        return hash ^ hash >>> 15;
    }

    /** A power of two, so that at most two thirds are taken. */
    private static int slotsFor(int count) {
        return Math.max(FEWEST_SLOTS, Integer.highestOneBit(count + count / 2) << 1);
    }

    private void fillSlots() {
        for (int at = 0; at < end; at = next(at)) {
            fillSlot(at);
        }
    }

    private void fillSlot(int at) {
        int hash = (int) INTS.get(entries, at + HASH);
        int slot = hash & slots.length - 1;
        while (slots[slot] != 0) {
            slot = slot + 1 & slots.length - 1;
        }
        slots[slot] = (long) hash << Integer.SIZE | at + 1;
    }

    private long time(int at) {
        return (long) LONGS.get(entries, at);
    }

    private int length(int at) {
        return (int) INTS.get(entries, at + LENGTH);
    }

    private int next(int at) {
        return at + ID + length(at);
    }
}
