package io.fraudstream.model.compiled;

import io.fraudstream.model.Normalizer;

/** Loops that C2 turns into vector instructions by itself. */
final class PlainKernels implements Kernels {
    @Override
    public String description() {
        return "plain loops";
    }

    @Override
    public Matrix matrix(float[][] rows) {
        return new PlainMatrix(rows);
    }

    /** One array a row, four rows a pass: C2's loops over a part of one large array are slower. */
    private record PlainMatrix(float[][] rows) implements Matrix {
        @Override
        public void addProduct(float[] x, int from, float[] out) {
            int i = 0;
            for (; i + 4 <= rows.length; i += 4) {
                addFour(
                        out,
                        x[from + i],
                        rows[i],
                        x[from + i + 1],
                        rows[i + 1],
                        x[from + i + 2],
                        rows[i + 2],
                        x[from + i + 3],
                        rows[i + 3]);
            }
            for (; i < rows.length; i++) {
                addOne(out, x[from + i], rows[i]);
            }
        }

        @Override
        public void addChosen(int[] chosen, int count, float[] x, float[] out) {
            int i = 0;
            for (; i + 4 <= count; i += 4) {
                addFour(
                        out,
                        x[i],
                        rows[chosen[i]],
                        x[i + 1],
                        rows[chosen[i + 1]],
                        x[i + 2],
                        rows[chosen[i + 2]],
                        x[i + 3],
                        rows[chosen[i + 3]]);
            }
            for (; i < count; i++) {
                addOne(out, x[i], rows[chosen[i]]);
            }
        }
    }

    private static void addFour(
            float[] out,
            float x0,
            float[] w0,
            float x1,
            float[] w1,
            float x2,
            float[] w2,
            float x3,
            float[] w3) {
        for (int j = 0; j < out.length; j++) {
            float sum = Math.fma(x0, w0[j], out[j]);
            sum = Math.fma(x1, w1[j], sum);
            sum = Math.fma(x2, w2[j], sum);
            out[j] = Math.fma(x3, w3[j], sum);
        }
    }

    private static void addOne(float[] out, float x, float[] w) {
        for (int j = 0; j < out.length; j++) {
            out[j] = Math.fma(x, w[j], out[j]);
        }
    }

    @Override
    public float dot(float[] a, float[] b) {
        float[] lanes = this.lanes;
        java.util.Arrays.fill(lanes, 0);
        for (int i = 0; i < a.length; i += LANES) {
            for (int lane = 0; lane < LANES; lane++) {
                lanes[lane] = Math.fma(a[i + lane], b[i + lane], lanes[lane]);
            }
        }
        for (int half = LANES / 2; half > 0; half /= 2) {
            for (int lane = 0; lane < half; lane++) {
                lanes[lane] += lanes[half + lane];
            }
        }
        return lanes[0];
    }

    private final float[] lanes = new float[LANES];

    @Override
    public void normalise(Columns columns, float[] raw, float[] out) {
        boolean[] logarithmic = columns.logarithmic;
        float[] mean = columns.mean;
        float[] scale = columns.scale;
        for (int i = 0; i < columns.size; i++) {
            out[i] =
                    Normalizer.standardised(
                            Normalizer.transformed(raw[i], logarithmic[i]), mean[i], scale[i]);
        }
    }

    @Override
    public void locate(Pieces pieces, float[] raw, int[] states, float[] begun) {
        for (int i = 0; i < pieces.features.length; i++) {
            states[i] = pieces.state(i, raw[i]);
            begun[i] = pieces.begun(i, states[i], raw[i]);
        }
    }

    @Override
    public void relu(float[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.max(0f, values[i]);
        }
    }

    @Override
    public void squash(float[] values, int from, int to, float inner, float outer, float shift) {
        for (int i = from; i < to; i++) {
            values[i] = Activations.tanh(values[i] * inner) * outer + shift;
        }
    }

    @Override
    public void remember(float[] gates, float[] cell) {
        int units = cell.length;
        for (int j = 0; j < units; j++) {
            cell[j] = gates[units + j] * cell[j] + gates[3 * units + j] * gates[j];
        }
    }

    @Override
    public void multiply(float[] values, float[] by, int from) {
        for (int i = 0; i < values.length; i++) {
            values[i] *= by[from + i];
        }
    }
}
