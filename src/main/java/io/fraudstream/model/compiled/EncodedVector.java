package io.fraudstream.model.compiled;

import io.fraudstream.model.Normalizer;
import java.util.Arrays;

/**
 * A raw vector as the rows of an {@link EncodedLayer} that have to be added up: one for each
 * feature's normalised value, or for its being missing, and of its pieces one for all that are
 * whole and one for the one that is begun. Those are a third of the rows that {@link
 * Normalizer#encode}'s numbers would take, and the result is the same but for rounding.
 */
final class EncodedVector {
    private final Kernels kernels;
    private final Columns columns;
    private final int size;
    private final float[] normalised;

    // The features that are told of when missing, and their rows.
    private final int[] indicated;

    private final int[] indicatorRows;

    // The features that have pieces, and where their rows begin.
    private final int[] cutFeatures;

    private final int[] wholeRows;
    private final int[] begunRows;

    // See Kernels.countPassed.
    private final float[] cuts;

    private final float[] values;
    private final int[] passed;

    // By feature with pieces and by edges passed: where the piece begins, one over its width.
    private final int most;

    private final double[] starts;
    private final double[] rates;

    private final int rows;
    private final int[] chosen;
    private final float[] factors;
    private int count;

    EncodedVector(Kernels kernels, Normalizer normalizer, Columns columns) {
        this.kernels = kernels;
        this.columns = columns;
        size = normalizer.size();
        normalised = new float[Kernels.padded(size)];
        float[][] edges = normalizer.edges();
        int[] features = new int[size];
        int found = 0;
        int longest = 0;
        for (int i = 0; i < size; i++) {
            if (edges[i].length > 1) {
                features[found++] = i;
                longest = Math.max(longest, edges[i].length);
            }
        }
        cutFeatures = Arrays.copyOf(features, found);
        wholeRows = new int[found];
        begunRows = new int[found];
        values = new float[Kernels.padded(Math.max(1, found))];
        passed = new int[values.length];
        cuts = new float[longest * values.length];
        Arrays.fill(cuts, Float.NaN);
        most = longest + 1;
        starts = new double[found * most];
        rates = new double[found * most];
        int next = size;
        for (int at = 0; at < found; at++) {
            float[] cut = edges[cutFeatures[at]];
            int pieces = cut.length - 1;
            begunRows[at] = next;
            wholeRows[at] = next + pieces;
            next += 2 * pieces;
            for (int i = 0; i < cut.length; i++) {
                cuts[i * values.length + at] = cut[i];
            }
            for (int piece = 0; piece < pieces; piece++) {
                starts[at * most + piece + 1] = cut[piece];
                rates[at * most + piece + 1] = 1 / ((double) cut[piece + 1] - cut[piece]);
            }
        }
        found = 0;
        for (int i = 0; i < size; i++) {
            if (normalizer.indicated()[i]) {
                features[found++] = i;
            }
        }
        indicated = Arrays.copyOf(features, found);
        indicatorRows = new int[found];
        for (int at = 0; at < found; at++) {
            indicatorRows[at] = next++;
        }
        rows = next;
        chosen = new int[size + 2 * cutFeatures.length];
        factors = new float[chosen.length];
        for (int i = 0; i < size; i++) {
            chosen[i] = i;
        }
    }

    /** The weights of a layer over encoded vectors as the rows that vectors choose from. */
    float[][] rows(float[] weights, int outputs) {
        float[][] table = new float[rows][];
        int row = 0;
        for (; row < size; row++) {
            table[row] = Rows.padded(weights, row * outputs, 1, outputs);
        }
        for (int at = 0; at < cutFeatures.length; at++) {
            int pieces = wholeRows[at] - begunRows[at];
            double[] whole = new double[outputs];
            for (int piece = 0; piece < pieces; piece++, row++) {
                float[] begun = Rows.padded(weights, row * outputs, 1, outputs);
                table[begunRows[at] + piece] = begun;
                float[] sum = new float[begun.length];
                for (int j = 0; j < outputs; j++) {
                    whole[j] += begun[j];
                    sum[j] = (float) whole[j];
                }
                table[wholeRows[at] + piece] = sum;
            }
        }
        for (int indicator : indicatorRows) {
            table[indicator] = Rows.padded(weights, row++ * outputs, 1, outputs);
        }
        return table;
    }

    /** Takes another raw vector. */
    void set(float[] raw) {
        kernels.normalise(columns, raw, normalised);
        System.arraycopy(normalised, 0, factors, 0, size);
        for (int at = 0; at < indicated.length; at++) {
            int feature = indicated[at];
            boolean missing = Float.isNaN(raw[feature]);
            chosen[feature] = missing ? indicatorRows[at] : feature;
            factors[feature] = missing ? 1 : factors[feature];
        }
        for (int at = 0; at < cutFeatures.length; at++) {
            values[at] = raw[cutFeatures[at]];
        }
        kernels.countPassed(values, cuts, passed);
        int next = size;
        for (int at = 0; at < cutFeatures.length; at++) {
            int edges = passed[at];
            // Rows are written and then counted or not: a branch would often be mispredicted.
            chosen[next] = wholeRows[at] + edges - 2;
            factors[next] = 1;
            next += (1 - edges) >>> 31;
            double rate = rates[at * most + edges];
            float begun = (float) ((values[at] - starts[at * most + edges]) * rate);
            chosen[next] = begunRows[at] + edges - 1;
            factors[next] = begun;
            next += rate > 0 && begun > 0 ? 1 : 0;
        }
        count = next;
    }

    /** The normalised vector, which an encoded one begins with. */
    float[] normalised() {
        return normalised;
    }

    /** out += the sums of this vector over a matrix of {@link #rows}. */
    void addTo(float[] out, Kernels.Matrix table) {
        table.addChosen(chosen, count, factors, out);
    }
}
