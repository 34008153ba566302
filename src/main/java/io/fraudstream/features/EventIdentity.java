package io.fraudstream.features;

import java.nio.charset.StandardCharsets;

/** Numbers that stand for identifiers in histories, where whole texts would take too much room. */
final class EventIdentity {
    /** So many rows are looked at one by one before a place is looked for by halving. */
    static final int NEAR = 16;

    private EventIdentity() {}

    /**
     * The first eight bytes of the identifier's UTF-8, to be compared unsigned. Events of the same
     * millisecond on the same card or terminal are ordered by it; those that share all eight bytes
     * too keep the order of their arrival, which in event-time mode is the order of their whole
     * identifiers.
     */
    static long rank(String id) {
        long rank = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            char next = i < id.length() ? id.charAt(i) : 0;
            if (next >= 0x80) {
                return rankOfOthers(id);
            }
            rank = rank << 8 | next;
        }
        return rank;
    }

    /** The same of texts that are not ASCII. */
    private static long rankOfOthers(String id) {
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        long rank = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            rank = rank << 8 | (i < bytes.length ? bytes[i] & 0xff : 0);
        }
        return rank;
    }

    /** A 64-bit hash, never 0: FNV-1a over UTF-16 with a finaliser that spreads the low bits. */
    static long hash(String id) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < id.length(); i++) {
            hash = (hash ^ id.charAt(i)) * 0x100000001b3L;
        }
        hash ^= hash >>> 33;
        hash *= 0xff51afd7ed558ccdL;
        hash ^= hash >>> 33;
        return hash == 0 ? 1 : hash;
    }

    /** Whether (time, rank) comes after (otherTime, otherRank). */
    static boolean isAfter(long time, long rank, long otherTime, long otherRank) {
        return time != otherTime ? time > otherTime : Long.compareUnsigned(rank, otherRank) > 0;
    }

    /**
     * Where an event belongs among so many in order: behind all that are not after it. Looks from
     * the last one back, since that is where most belong, and then by halving.
     */
    static int positionOf(long time, long rank, long[] times, long[] ranks, int size) {
        int position = size;
        while (position > 0 && isAfter(times[position - 1], ranks[position - 1], time, rank)) {
            position--;
            if (size - position == NEAR) {
                return firstAfter(time, rank, times, ranks, position);
            }
        }
        return position;
    }

    /** The same by halving. */
    static int firstAfter(long time, long rank, long[] times, long[] ranks, int size) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = low + high >>> 1;
            if (isAfter(times[middle], ranks[middle], time, rank)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
