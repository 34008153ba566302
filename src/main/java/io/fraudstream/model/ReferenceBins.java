package io.fraudstream.model;

import java.util.Arrays;

/**
 * How a variable was spread in the training window. The first bin holds missing values, the others
 * (−∞, edge₀], (edge₀, edge₁] … (last edge, ∞).
 *
 * @param edges rising
 * @param counts events in each bin, or weights where they were sampled; two more than edges
 */
public record ReferenceBins(float[] edges, double[] counts) {
    private static final int QUANTILES = 10;

    public ReferenceBins {
        if (counts.length != edges.length + 2) {
            throw new IllegalArgumentException(
                    "there are counts of "
                            + counts.length
                            + " bins, expected "
                            + (edges.length + 2)
                            + " with "
                            + edges.length
                            + " edges");
        }
        for (int i = 0; i < edges.length; i++) {
            if (Float.isNaN(edges[i]) || i > 0 && edges[i] <= edges[i - 1]) {
                throw new IllegalArgumentException(
                        "an edge is " + edges[i] + ", expected rising numbers");
            }
        }
        for (double count : counts) {
            if (!(count >= 0) || Double.isInfinite(count)) {
                throw new IllegalArgumentException(
                        "a bin counts " + count + " events, expected 0 or more");
            }
        }
    }

    /**
     * Edges that cut values into tenths. Few distinct values are bins of their own, so that a rare
     * flag is not lost among the others.
     *
     * @param values missing ones may be among them; the array is not changed
     */
    public static float[] edges(float[] values) {
        float[] sorted = values.clone();
        Arrays.sort(sorted);
        int known = sorted.length;
        while (known > 0 && Float.isNaN(sorted[known - 1])) {
            known--;
        }
        float[] distinct = new float[QUANTILES];
        int count = 0;
        for (int i = 0; i < known && count <= QUANTILES; i++) {
            if (i == 0 || sorted[i] != sorted[i - 1]) {
                if (count < QUANTILES) {
                    distinct[count] = sorted[i];
                }
                count++;
            }
        }
        if (count <= QUANTILES) {
            return Arrays.copyOf(distinct, Math.max(0, count - 1));
        }
        float[] cuts = new float[QUANTILES - 1];
        int found = 0;
        for (int i = 1; i < QUANTILES; i++) {
            float cut = sorted[(int) ((long) i * known / QUANTILES) - 1];
            if (found == 0 || cut > cuts[found - 1]) {
                cuts[found++] = cut;
            }
        }
        return Arrays.copyOf(cuts, found);
    }

    public int size() {
        return counts.length;
    }

    /** The bin of a value; NaN is missing. {@link DriftCounts} finds those of a whole vector. */
    public int binOf(double value) {
        if (Double.isNaN(value)) {
            return 0;
        }
        // Edges rise, so to count those below needs no branch, which would be guessed wrongly.
        int bin = 1;
        for (float edge : edges) {
            bin += value > edge ? 1 : 0;
        }
        return bin;
    }
}
