package io.fraudstream.features;

import java.util.Arrays;

/**
 * A card's newest raw vectors of one schema, packed, oldest first, with the times and ranks of
 * their events. Bytes of a vector never change, so copies share them.
 */
final class RecentVectors {
    private static final int MOST = FeatureSchema.SEQUENCE_LENGTH;
    private static final byte[][] NONE = {};

    byte[][] packed = NONE;
    long[] times = {};
    long[] ranks = {};
    int count;

    /**
     * The same vectors as they were, for those who ask for sequences event after event; null where
     * one was not kept, and as a whole until it is asked for.
     */
    private float[][] unpacked;

    /** The fingerprint of the vectors' schema, and how many values each has. */
    long schema;

    int size;

    RecentVectors() {}

    RecentVectors(RecentVectors other) {
        packed = other.packed.clone();
        times = other.times.clone();
        ranks = other.ranks.clone();
        unpacked = other.unpacked == null ? null : other.unpacked.clone();
        count = other.count;
        schema = other.schema;
        size = other.size;
    }

    /** The vectors before an event's own that belong to its sequence. */
    record Earlier(RecentVectors of, byte[][] packed, float[][] unpacked) {
        int count() {
            return packed.length;
        }

        /**
         * One of them.
         *
         * @param size how many values it has
         */
        float[] vector(int index, int size) {
            return unpacked != null && unpacked[index] != null
                    ? unpacked[index]
                    : PackedVector.unpack(packed[index], size);
        }
    }

    /**
     * Takes in the vector of an event and returns those before it that belong to its sequence,
     * oldest first: of events within the horizon, and so many that it has at most {@link
     * FeatureSchema#SEQUENCE_LENGTH}. Only so many of the newest vectors are kept, so an event out
     * of order sees those of them that precede it. Vectors of another schema are forgotten.
     *
     * @param scratch see {@link PackedVector#pack}
     */
    Earlier add(long time, long rank, float[] vector, byte[] scratch, long vectorSchema) {
        if (schema != vectorSchema) {
            Arrays.fill(packed, null);
            unpacked = null;
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
                        this,
                        first == position ? NONE : Arrays.copyOfRange(packed, first, position),
                        unpacked == null ? null : Arrays.copyOfRange(unpacked, first, position));
        store(position, time, rank, vector, PackedVector.pack(vector, scratch));
        return earlier;
    }

    /** Puts a vector in its place; of too many the oldest goes. */
    private void store(int position, long time, long rank, float[] vector, byte[] bytes) {
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
        packed[at] = bytes;
        times[at] = time;
        ranks[at] = rank;
        if (unpacked != null) {
            unpacked[at] = vector;
        }
    }

    /** Keeps vectors unpacked too, from the next one on. */
    void keepUnpacked() {
        if (unpacked == null) {
            unpacked = new float[MOST][];
        }
    }

    /** For so many vectors. */
    void makeRoom(int vectors) {
        if (vectors > packed.length) {
            int capacity = vectors <= MOST / 2 ? MOST / 2 : MOST;
            packed = Arrays.copyOf(packed, capacity);
            times = Arrays.copyOf(times, capacity);
            ranks = Arrays.copyOf(ranks, capacity);
        }
    }

    private void move(int from, int to, int vectors) {
        System.arraycopy(packed, from, packed, to, vectors);
        System.arraycopy(times, from, times, to, vectors);
        System.arraycopy(ranks, from, ranks, to, vectors);
        if (unpacked != null) {
            System.arraycopy(unpacked, from, unpacked, to, vectors);
        }
    }
}
