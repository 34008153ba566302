package io.fraudstream.features;

import java.util.Arrays;

/**
 * A card's newest raw vectors of one schema, oldest first, with the times and ranks of their
 * events: as they are where they were made in this process, packed where they were read from bytes.
 * Once there are as many as are kept, the newest is written over the oldest, in place, so that a
 * history that lives long leaves nothing for the garbage collector.
 */
final class RecentVectors {
    private static final int MOST = FeatureSchema.SEQUENCE_LENGTH;
    private static final Object[] NONE = {};

    /** Floats in a line of the cache. */
    private static final int LINE = 16;

    /** By slot, each a {@code float[]} or a {@code byte[]} of {@link PackedVector}. */
    private Object[] vectors = NONE;

    private long[] times = {};
    private long[] ranks = {};

    /** The slot of the oldest; 0 until all slots that there will ever be are taken. */
    private int oldest;

    private int count;

    /** A bit for each slot whose vector no copy shares. */
    private int owned;

    private int added = HistoryFormat.MORE;

    /** The fingerprint of the vectors' schema, and how many values each has. */
    private long schema;

    private int size;

    RecentVectors() {}

    /** Shares the vectors, which neither will write over any more. */
    RecentVectors(RecentVectors other) {
        vectors = other.vectors.clone();
        times = other.times.clone();
        ranks = other.ranks.clone();
        oldest = other.oldest;
        count = other.count;
        other.owned = 0;
        schema = other.schema;
        size = other.size;
    }

    /**
     * For vectors that are read from bytes.
     *
     * @param count how many will be put
     */
    RecentVectors(int count, long schema, int size) {
        makeRoom(count);
        this.schema = schema;
        this.size = size;
    }

    /** Takes in one that was read from bytes. */
    void put(long time, long rank, byte[] packed) {
        int slot = insert(positionOf(time, rank));
        times[slot] = time;
        ranks[slot] = rank;
        vectors[slot] = packed;
    }

    void begin() {
        added = HistoryFormat.NOTHING;
    }

    /**
     * Which vector has come since {@link #begin}, counted from the newest on, which is 0; if it is
     * not kept, {@link #count}. See {@link HistoryFormat#added}.
     */
    int added() {
        return added;
    }

    /** See {@link CardEvents#touch}: the vector that will be written over. */
    long touch() {
        if (count == 0) {
            return 0;
        }
        long touched = times[0] + ranks[0];
        if (vectors[oldest] instanceof float[] vector) {
            for (int i = 0; i < vector.length; i += LINE) {
                touched += Float.floatToRawIntBits(vector[i]);
            }
        }
        return touched;
    }

    int count() {
        return count;
    }

    long schema() {
        return schema;
    }

    /** How many values each has. */
    int size() {
        return size;
    }

    long[] times() {
        return inOrder(times);
    }

    long[] ranks() {
        return inOrder(ranks);
    }

    private long[] inOrder(long[] bySlot) {
        long[] ordered = new long[count];
        for (int i = 0; i < count; i++) {
            ordered[i] = bySlot[slot(i)];
        }
        return ordered;
    }

    /**
     * The bytes of a vector.
     *
     * @param index 0 for the oldest
     * @param scratch see {@link PackedVector#pack}
     */
    byte[] packed(int index, byte[] scratch) {
        return vectors[slot(index)] instanceof float[] vector
                ? PackedVector.pack(vector, scratch)
                : (byte[]) vectors[slot(index)];
    }

    private int slot(int index) {
        int slot = oldest + index;
        return slot < MOST ? slot : slot - MOST;
    }

    /** The vectors before an event's own that belong to its sequence, until the next is added. */
    record Earlier(Object[] vectors, int size) {
        int count() {
            return vectors.length;
        }

        /**
         * One of them.
         *
         * @param index 0 for the oldest
         */
        float[] vector(int index) {
            return vectors[index] instanceof byte[] packed
                    ? PackedVector.unpack(packed, size)
                    : (float[]) vectors[index];
        }
    }

    /**
     * Takes in the vector of an event and returns those before it that belong to its sequence: of
     * events within the horizon, and so many that it has at most {@link
     * FeatureSchema#SEQUENCE_LENGTH}. Only so many of the newest vectors are kept, so an event out
     * of order sees those of them that precede it. Vectors of another schema are forgotten.
     *
     * @param vector is copied
     */
    Earlier add(long time, long rank, float[] vector, long vectorSchema) {
        if (schema != vectorSchema) {
            Arrays.fill(vectors, null);
            oldest = 0;
            count = 0;
            owned = 0;
            added = HistoryFormat.MORE;
            schema = vectorSchema;
            size = vector.length;
        }
        int position = positionOf(time, rank);
        added = added == HistoryFormat.NOTHING ? count - position : HistoryFormat.MORE;
        int first = Math.max(0, position + 1 - MOST);
        while (first < position && times[slot(first)] <= time - FeatureSchema.CARD_HORIZON) {
            first++;
        }
        Object[] before = position == first ? NONE : new Object[position - first];
        for (int i = 0; i < before.length; i++) {
            before[i] = vectors[slot(first + i)];
        }
        if (count == MOST && first == 0) {
            // The oldest makes room; of an event out of order it may be part of the sequence.
            owned &= ~(1 << oldest);
        }
        int slot = insert(position);
        if (slot >= 0) {
            store(slot, time, rank, vector);
        }
        return new Earlier(before, size);
    }

    private int positionOf(long time, long rank) {
        int position = count;
        while (position > 0
                && EventIdentity.isAfter(
                        times[slot(position - 1)], ranks[slot(position - 1)], time, rank)) {
            position--;
        }
        return position;
    }

    /** The slot for one at this position; -1 if it is older than all that are kept. */
    private int insert(int position) {
        int index = position;
        if (count < MOST) {
            makeRoom(count + 1);
            count++;
        } else if (position == 0) {
            return -1;
        } else {
            oldest = slot(1);
            index--;
        }
        // Behind the newest is a free slot; what comes after the event moves on into it.
        for (int i = count - 1; i > index; i--) {
            swap(slot(i), slot(i - 1));
        }
        return slot(index);
    }

    private void swap(int one, int other) {
        Object vector = vectors[one];
        vectors[one] = vectors[other];
        vectors[other] = vector;
        times[one] = times[other];
        ranks[one] = ranks[other];
        int differ = (owned >>> one ^ owned >>> other) & 1;
        owned ^= differ << one | differ << other;
    }

    private void store(int slot, long time, long rank, float[] vector) {
        if ((owned >>> slot & 1) != 0) {
            System.arraycopy(vector, 0, vectors[slot], 0, size);
        } else {
            vectors[slot] = vector.clone();
            owned |= 1 << slot;
        }
        times[slot] = time;
        ranks[slot] = rank;
    }

    private void makeRoom(int wanted) {
        if (wanted > vectors.length) {
            int capacity = wanted <= MOST / 2 ? MOST / 2 : MOST;
            vectors = Arrays.copyOf(vectors, capacity);
            times = Arrays.copyOf(times, capacity);
            ranks = Arrays.copyOf(ranks, capacity);
        }
    }
}
