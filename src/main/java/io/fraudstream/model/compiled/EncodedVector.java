package io.fraudstream.model.compiled;

import io.fraudstream.model.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A raw vector as the rows of an {@link EncodedLayer} that have to be added up. What a feature
 * contributes is counted from what it contributes most often, when it is missing where that is told
 * of and 0 elsewhere, so that such a feature takes no row at all. Any other takes one for its
 * normalised value, one for the pieces that are whole, and one for the piece that is begun. Those
 * are a quarter of the rows that {@link Normalizer#encode}'s numbers would take, and the result is
 * the same but for rounding.
 */
final class EncodedVector {
    private final Kernels kernels;
    private final Columns columns;
    private final int size;
    private final float[] normalised;

    /** What {@link #normalised} is for a feature as it is most often. */
    private final float[] usual;

    private final Stepped[] stepped;
    private final int rows;
    private final int[] chosen;
    private final float[] factors;
    private int count;

    EncodedVector(Kernels kernels, Normalizer normalizer, Columns columns) {
        this.kernels = kernels;
        this.columns = columns;
        size = normalizer.size();
        boolean[] indicated = normalizer.indicated();
        float[][] edges = normalizer.edges();
        int piece = size;
        int indicator = normalizer.width();
        for (boolean told : indicated) {
            indicator -= told ? 1 : 0;
        }
        int next = size;
        float[] most = new float[size];
        List<Stepped> found = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            most[i] = indicated[i] ? Float.NaN : 0;
            if (indicated[i] || edges[i].length > 1) {
                Stepped feature =
                        new Stepped(i, edges[i], piece, indicated[i] ? indicator : -1, next);
                found.add(feature);
                next += 2 * feature.states();
            }
            piece += Math.max(0, edges[i].length - 1);
            indicator += indicated[i] ? 1 : 0;
        }
        rows = next;
        stepped = found.toArray(Stepped[]::new);
        normalised = new float[Kernels.padded(size)];
        kernels.normalise(columns, most, normalised);
        usual = normalised.clone();
        chosen = new int[size + 2 * stepped.length];
        factors = new float[chosen.length];
    }

    /**
     * A feature that has pieces or tells of being missing. Its states are: missing, below all
     * edges, and one for each edge that it has reached.
     */
    private static final class Stepped {
        private static final int MISSING = 0;
        private static final int BELOW_ALL = 1;
        private static final long NEVER = Long.MIN_VALUE;

        final int feature;

        /** Numbers of the encoded vector: the first piece, and -1 or that it is missing. */
        private final int firstPiece;

        private final int indicator;

        private final int pieces;

        /** The edges as whole numbers, see {@link #key}, to the next power of two. */
        private final int[] keys;

        /** By state, the edge that a piece begins at and one over the way to the next; else 0. */
        private final float[] starts;

        private final float[] rates;

        /** A row for each state: what is whole of the feature, and what is begun. */
        final int whole;

        final int begun;

        final int usualState;

        /** Of the value that contributes nothing but by its usual state; or no float's bits. */
        final long usualBits;

        Stepped(int feature, float[] edges, int firstPiece, int indicator, int firstRow) {
            this.feature = feature;
            this.firstPiece = firstPiece;
            this.indicator = indicator;
            pieces = Math.max(0, edges.length - 1);
            keys = new int[2 * Integer.highestOneBit(Math.max(1, edges.length))];
            Arrays.fill(keys, Integer.MAX_VALUE);
            starts = new float[BELOW_ALL + edges.length + 1];
            rates = new float[starts.length];
            for (int i = 0; i < edges.length; i++) {
                keys[i] = key(edges[i]);
                starts[BELOW_ALL + 1 + i] = edges[i];
                if (i + 1 < edges.length) {
                    rates[BELOW_ALL + 1 + i] = (float) (1 / ((double) edges[i + 1] - edges[i]));
                }
            }
            whole = firstRow;
            begun = firstRow + states();
            float usual = indicator >= 0 ? Float.NaN : 0;
            usualState = state(usual);
            usualBits = begun(usualState, usual) > 0 ? NEVER : Float.floatToRawIntBits(usual);
        }

        int states() {
            return starts.length;
        }

        /** Numbers whose order is that of the floats, 0 and -0 being one. */
        private static int key(float value) {
            int bits = Float.floatToRawIntBits(value + 0f);
            return bits ^ (bits >> 31) >>> 1;
        }

        /** Halves without branches, which would often be mispredicted. */
        int state(float value) {
            if (Float.isNaN(value)) {
                return indicator >= 0 ? MISSING : BELOW_ALL;
            }
            long key = key(value);
            int reached = 0;
            for (int step = keys.length / 2; step > 0; step /= 2) {
                reached += step & (int) (keys[reached + step - 1] - key - 1 >> 63);
            }
            return BELOW_ALL + reached;
        }

        /** How much of a piece; not above 0, or not a number, where there is none. */
        float begun(int state, float value) {
            return Math.min(1, (value - starts[state]) * rates[state]);
        }

        /** By state, what whole pieces, or being missing, add to a layer's outputs. */
        double[][] wholes(float[] weights, int outputs) {
            double[][] sums = new double[states()][outputs];
            for (int j = 0; j < outputs; j++) {
                if (indicator >= 0) {
                    sums[MISSING][j] = weights[indicator * outputs + j];
                }
                for (int piece = 0; piece < pieces; piece++) {
                    float weight = weights[(firstPiece + piece) * outputs + j];
                    for (int state = BELOW_ALL + 2 + piece; state < sums.length; state++) {
                        sums[state][j] += weight;
                    }
                }
            }
            return sums;
        }

        void putRows(float[] weights, int outputs, float[][] table) {
            double[][] sums = wholes(weights, outputs);
            for (int state = 0; state < sums.length; state++) {
                for (int j = 0; j < outputs; j++) {
                    table[whole + state][j] = (float) (sums[state][j] - sums[usualState][j]);
                }
            }
            for (int piece = 0; piece < pieces; piece++) {
                table[begun + BELOW_ALL + 1 + piece] =
                        Rows.padded(weights, (firstPiece + piece) * outputs, 1, outputs);
            }
        }
    }

    /** The weights of a layer over encoded vectors as the rows that vectors choose from. */
    float[][] rows(float[] weights, int outputs) {
        float[][] table = new float[rows][Kernels.padded(outputs)];
        for (int i = 0; i < size; i++) {
            table[i] = Rows.padded(weights, i * outputs, 1, outputs);
        }
        for (Stepped feature : stepped) {
            feature.putRows(weights, outputs, table);
        }
        return table;
    }

    /** Such a layer's bias with what features contribute most often; padded. */
    float[] bias(float[] weights, float[] bias) {
        int outputs = bias.length;
        double[] sums = new double[outputs];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < outputs; j++) {
                sums[j] += (double) usual[i] * weights[i * outputs + j];
            }
        }
        for (Stepped feature : stepped) {
            double[] usually = feature.wholes(weights, outputs)[feature.usualState];
            for (int j = 0; j < outputs; j++) {
                sums[j] += usually[j];
            }
        }
        float[] padded = new float[Kernels.padded(outputs)];
        for (int j = 0; j < outputs; j++) {
            padded[j] = (float) (bias[j] + sums[j]);
        }
        return padded;
    }

    /** Takes another raw vector. */
    void set(float[] raw) {
        kernels.normalise(columns, raw, normalised);
        int next = 0;
        for (int i = 0; i < size; i++) {
            float factor = normalised[i] - usual[i];
            // Written and then counted or not, again for want of a branch.
            chosen[next] = i;
            factors[next] = factor;
            next += isNot(Float.floatToRawIntBits(factor) << 1);
        }
        for (Stepped feature : stepped) {
            float value = raw[feature.feature];
            // So it is with most of what may be known against a terminal.
            if (Float.floatToRawIntBits(value) == feature.usualBits) {
                continue;
            }
            int state = feature.state(value);
            chosen[next] = feature.whole + state;
            factors[next] = 1;
            next += isNot(state - feature.usualState);
            float begun = feature.begun(state, value);
            if (begun > 0) {
                chosen[next] = feature.begun + state;
                factors[next] = begun;
                next++;
            }
        }
        count = next;
    }

    /** 1, or 0 for 0. */
    private static int isNot(int zero) {
        return (zero | -zero) >>> 31;
    }

    /** The normalised vector, which an encoded one begins with. */
    float[] normalised() {
        return normalised;
    }

    /** out += the sums of this vector over a matrix of {@link #rows}, beside {@link #bias}. */
    void addTo(float[] out, Kernels.Matrix table) {
        table.addChosen(chosen, count, factors, out);
    }
}
