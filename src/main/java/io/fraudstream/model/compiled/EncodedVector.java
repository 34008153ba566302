package io.fraudstream.model.compiled;

import io.fraudstream.model.Normalizer;
import java.util.Arrays;

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
    private final Pieces pieces;
    private final int size;
    private final float[] normalised;

    /** What {@link #normalised} is for a feature as it is most often. */
    private final float[] usual;

    /** By slot of {@link Pieces}. */
    private final float[] raw;

    private final int[] states;
    private final float[] begun;

    /** Those of {@link Pieces}, in the order of the features. */
    private final Stepped[] stepped;

    /** Of {@link #stepped}, for {@link #set}: slot, usual state, first row of either kind. */
    private final int[] slots;

    private final int[] usualStates;
    private final int[] wholeRows;
    private final int[] begunRows;
    private final int rows;
    private final int[] chosen;
    private final float[] factors;
    private int count;

    EncodedVector(Kernels kernels, Normalizer normalizer, Columns columns) {
        this.kernels = kernels;
        this.columns = columns;
        pieces = new Pieces(normalizer);
        size = normalizer.size();
        float[] most = new float[size];
        for (int i = 0; i < size; i++) {
            most[i] = normalizer.indicated()[i] ? Float.NaN : 0;
        }
        normalised = new float[Kernels.padded(size)];
        kernels.normalise(columns, most, normalised);
        usual = normalised.clone();
        int[] slotOf = new int[size];
        Arrays.fill(slotOf, -1);
        for (int slot = 0; slot < pieces.features.length; slot++) {
            slotOf[pieces.features[slot]] = slot;
        }
        slots = Arrays.stream(slotOf).filter(slot -> slot >= 0).toArray();
        raw = new float[Kernels.padded(slots.length)];
        states = new int[raw.length];
        begun = new float[raw.length];
        stepped = new Stepped[slots.length];
        int piece = size;
        int indicator = normalizer.width();
        for (boolean told : normalizer.indicated()) {
            indicator -= told ? 1 : 0;
        }
        int row = size;
        int found = 0;
        for (int i = 0; i < size; i++) {
            int edges = normalizer.edges()[i].length;
            boolean told = normalizer.indicated()[i];
            if (slotOf[i] >= 0) {
                Stepped feature =
                        new Stepped(
                                Pieces.BELOW_ALL + 1 + edges,
                                pieces.state(slotOf[i], most[i]),
                                piece,
                                told ? indicator : -1,
                                row);
                stepped[found++] = feature;
                row += 2 * feature.states();
            }
            piece += Math.max(0, edges - 1);
            indicator += told ? 1 : 0;
        }
        rows = row;
        usualStates = Arrays.stream(stepped).mapToInt(Stepped::usualState).toArray();
        wholeRows = Arrays.stream(stepped).mapToInt(Stepped::whole).toArray();
        begunRows = Arrays.stream(stepped).mapToInt(Stepped::begun).toArray();
        chosen = new int[size + 2 * stepped.length];
        factors = new float[chosen.length];
    }

    /**
     * A feature that has pieces or tells of being missing.
     *
     * @param states how many it has, see {@link Pieces}
     * @param firstPiece a number of the encoded vector
     * @param indicator the number that says that it is missing, or -1
     * @param whole the first of its rows of what is whole of it, one for each state; behind them
     *     are those of what is begun
     */
    private record Stepped(int states, int usualState, int firstPiece, int indicator, int whole) {
        int begun() {
            return whole + states;
        }

        private int pieces() {
            return Math.max(0, states - Pieces.BELOW_ALL - 2);
        }

        /** By state, what whole pieces, or being missing, add to a layer's outputs. */
        double[][] wholes(float[] weights, int outputs) {
            double[][] sums = new double[states][outputs];
            for (int j = 0; j < outputs; j++) {
                if (indicator >= 0) {
                    sums[Pieces.MISSING][j] = weights[indicator * outputs + j];
                }
                for (int piece = 0; piece < pieces(); piece++) {
                    float weight = weights[(firstPiece + piece) * outputs + j];
                    for (int state = Pieces.BELOW_ALL + 2 + piece; state < states; state++) {
                        sums[state][j] += weight;
                    }
                }
            }
            return sums;
        }

        void putRows(float[] weights, int outputs, float[][] table) {
            double[][] sums = wholes(weights, outputs);
            for (int state = 0; state < states; state++) {
                for (int j = 0; j < outputs; j++) {
                    table[whole + state][j] = (float) (sums[state][j] - sums[usualState][j]);
                }
            }
            for (int piece = 0; piece < pieces(); piece++) {
                table[begun() + Pieces.BELOW_ALL + 1 + piece] =
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
            double[] usually = feature.wholes(weights, outputs)[feature.usualState()];
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
    void set(float[] vector) {
        kernels.normalise(columns, vector, normalised);
        int[] features = pieces.features;
        for (int slot = 0; slot < features.length; slot++) {
            raw[slot] = vector[features[slot]];
        }
        kernels.locate(pieces, raw, states, begun);
        int next = 0;
        // Rows are written and then counted or not, since a branch would often be mispredicted.
        for (int i = 0; i < size; i++) {
            float factor = normalised[i] - usual[i];
            chosen[next] = i;
            factors[next] = factor;
            next += Rows.count(factor);
        }
        for (int i = 0; i < slots.length; i++) {
            int state = states[slots[i]];
            float part = begun[slots[i]];
            chosen[next] = wholeRows[i] + state;
            factors[next] = 1;
            next += Rows.count(state ^ usualStates[i]);
            chosen[next] = begunRows[i] + state;
            factors[next] = part;
            next += Rows.count(part);
        }
        count = next;
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
