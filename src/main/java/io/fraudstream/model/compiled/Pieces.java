package io.fraudstream.model.compiled;

import io.fraudstream.model.Normalizer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Between which of its edges a raw feature lies: its state, which is {@link #MISSING}, {@link
 * #BELOW_ALL}, or one more than that for each edge that it has reached. Holds the features that
 * have pieces or tell of being missing, those with the most edges first, so that few vectors of
 * {@link Kernels#LANES} have many; padded with features that have none.
 */
final class Pieces {
    static final int MISSING = 0;
    static final int BELOW_ALL = 1;

    /** By slot, which feature it is. */
    final int[] features;

    /** By vector of slots: how many edges any of them has, or one more, to be even. */
    final int[] ranks;

    /** By rank and slot: the edge; not a number where a feature has no more. */
    final float[][] edges;

    /** One over the way from such an edge to the next; 0 from a feature's last. */
    final float[][] rates;

    /** By slot: the state without a value. */
    final float[] missing;

    /** By slot, its edges as whole numbers, see {@link #key}, to the next power of two. */
    private final int[][] keys;

    Pieces(Normalizer normalizer) {
        features =
                IntStream.range(0, normalizer.size())
                        .filter(i -> normalizer.indicated()[i] || normalizer.edges()[i].length > 1)
                        .boxed()
                        .sorted(Comparator.comparing(i -> -normalizer.edges()[i].length))
                        .mapToInt(Integer::intValue)
                        .toArray();
        int width = Kernels.padded(features.length);
        ranks = new int[width / Kernels.LANES];
        for (int vector = 0; vector < ranks.length; vector++) {
            int most = normalizer.edges()[features[vector * Kernels.LANES]].length;
            ranks[vector] = most + most % 2;
        }
        edges = new float[ranks.length == 0 ? 0 : ranks[0]][width];
        rates = new float[edges.length][width];
        for (float[] row : edges) {
            Arrays.fill(row, Float.NaN);
        }
        missing = new float[width];
        keys = new int[features.length][];
        for (int slot = 0; slot < features.length; slot++) {
            float[] cuts = normalizer.edges()[features[slot]];
            missing[slot] = normalizer.indicated()[features[slot]] ? MISSING : BELOW_ALL;
            keys[slot] = new int[2 * Integer.highestOneBit(Math.max(1, cuts.length))];
            Arrays.fill(keys[slot], Integer.MAX_VALUE);
            for (int j = 0; j < cuts.length; j++) {
                keys[slot][j] = key(cuts[j]);
                edges[j][slot] = cuts[j];
                if (j + 1 < cuts.length) {
                    rates[j][slot] = (float) (1 / ((double) cuts[j + 1] - cuts[j]));
                }
            }
        }
    }

    /** Numbers whose order is that of the floats, 0 and -0 being one. */
    private static int key(float value) {
        int bits = Float.floatToRawIntBits(value + 0f);
        return bits ^ (bits >> 31) >>> 1;
    }

    /** A slot's state, by halving without branches, which would often be mispredicted. */
    int state(int slot, float value) {
        if (Float.isNaN(value)) {
            return (int) missing[slot];
        }
        int[] sorted = keys[slot];
        long key = key(value);
        int reached = 0;
        for (int step = sorted.length / 2; step > 0; step /= 2) {
            reached += step & (int) (sorted[reached + step - 1] - key - 1 >> 63);
        }
        return BELOW_ALL + reached;
    }

    /** How much of the piece that a value in this state is in; 0 where it is in none. */
    float begun(int slot, int state, float value) {
        int edge = state - BELOW_ALL - 1;
        if (edge < 0) {
            return 0;
        }
        float part = (value - edges[edge][slot]) * rates[edge][slot];
        return part > 0 ? Math.min(1, part) : 0;
    }
}
