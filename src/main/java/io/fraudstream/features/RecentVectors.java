package io.fraudstream.features;

import java.util.Arrays;

/**
 * A card's newest raw vectors of one schema, oldest first, with the times and ranks of their
 * events: as they are where they were made in this process, packed where they were read from bytes.
 * Neither ever changes, so copies share them.
 */
final class RecentVectors {
    private static final int MOST = FeatureSchema.SEQUENCE_LENGTH;
    private static final Object[] NONE = {};

    /** Each a {@code float[]} or a {@code byte[]} of {@link PackedVector}. */
    private Object[] vectors = NONE;

    long[] times = {};
    long[] ranks = {};
    int count;

    /** The fingerprint of the vectors' schema, and how many values each has. */
    long schema;

    int size;

    RecentVectors() {}

    RecentVectors(RecentVectors other) {
        vectors = other.vectors.clone();
        times = other.times.clone();
        ranks = other.ranks.clone();
        count = other.count;
        schema = other.schema;
        size = other.size;
    }

    /** The vectors before an event's own that belong to its sequence. */
    record Earlier(Object[] vectors) {
        int count() {
            return vectors.length;
        }

        /**
         * One of them.
         *
         * @param size how many values it has
         */
        float[] vector(int index, int size) {
            return vectors[index] instanceof byte[] packed
                    ? PackedVector.unpack(packed, size)
                    : (float[]) vectors[index];
        }
    }

    /**
     * Takes in the vector of an event and returns those before it that belong to its sequence,
     * oldest first: of events within the horizon, and so many that it has at most {@link
     * FeatureSchema#SEQUENCE_LENGTH}. Only so many of the newest vectors are kept, so an event out
     * of order sees those of them that precede it. Vectors of another schema are forgotten.
     */
    Earlier add(long time, long rank, float[] vector, long vectorSchema) {
        if (schema != vectorSchema) {
            Arrays.fill(vectors, null);
            count = 0;
            schema = vectorSchema;
            size = vector.length;
        }
        int position = count;
        while (position > 0
                && EventIdentity.isAfter(times[position - 1], ranks[position - 1], time, rank)) {
            position--;
        }
        int first = Math.max(0, position + 1 - MOST);
        while (first < position && times[first] <= time - FeatureSchema.CARD_HORIZON) {
            first++;
        }
        Earlier earlier =
                new Earlier(
                        first == position ? NONE : Arrays.copyOfRange(vectors, first, position));
        store(position, time, rank, vector);
        return earlier;
    }

    /** Puts a vector in its place; of too many the oldest goes. */
    private void store(int position, long time, long rank, float[] vector) {
        int at = position;
        if (count < MOST) {
            makeRoom(count + 1);
            move(position, position + 1, count - position);
            count++;
        } else if (position == 0) {
            return;
        } else {
            at = position - 1;
            move(1, 0, at);
        }
        vectors[at] = vector;
        times[at] = time;
        ranks[at] = rank;
    }

    /**
     * The bytes of a vector.
     *
     * @param scratch see {@link PackedVector#pack}
     */
    byte[] packed(int index, byte[] scratch) {
        return vectors[index] instanceof float[] vector
                ? PackedVector.pack(vector, scratch)
                : (byte[]) vectors[index];
    }

    /** Sets the bytes of a vector, for which there is room. */
    void setPacked(int index, byte[] packed) {
        vectors[index] = packed;
    }

    /** For so many vectors. */
    void makeRoom(int capacityWanted) {
        if (capacityWanted > vectors.length) {
            int capacity = capacityWanted <= MOST / 2 ? MOST / 2 : MOST;
            vectors = Arrays.copyOf(vectors, capacity);
            times = Arrays.copyOf(times, capacity);
            ranks = Arrays.copyOf(ranks, capacity);
        }
    }

    private void move(int from, int to, int rows) {
        System.arraycopy(vectors, from, vectors, to, rows);
        System.arraycopy(times, from, times, to, rows);
        System.arraycopy(ranks, from, ranks, to, rows);
    }
}
