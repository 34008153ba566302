package io.fraudstream.model.compiled;

import io.fraudstream.model.Log1p;
import io.fraudstream.model.Normalizer;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Loops over vectors of the Vector API, which keep sums in registers over all rows. */
public final class VectorKernels implements Kernels {
    private static final VectorSpecies<Float> FLOATS =
            FloatVector.SPECIES_PREFERRED.length() > LANES
                    ? FloatVector.SPECIES_512
                    : FloatVector.SPECIES_PREFERRED;
    private static final int WIDTH = FLOATS.length();
    private static final VectorSpecies<Double> DOUBLES =
            VectorSpecies.of(double.class, FLOATS.vectorShape());

    private final float[] lanes = new float[LANES];
    private final float[] counts = new float[LANES];

    @Override
    public String description() {
        return "the Vector API, " + FLOATS.vectorBitSize() + " bits";
    }

    @Override
    public Matrix matrix(float[][] rows) {
        int width = rows[0].length;
        float[] table = new float[rows.length * width];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, table, i * width, width);
        }
        return new VectorMatrix(table, width, rows.length);
    }

    /** The rows in one array; sums over all rows stay in registers, up to eight at a time. */
    private record VectorMatrix(float[] table, int width, int height) implements Matrix {
        @Override
        public void addProduct(float[] x, int from, float[] out) {
            int j = 0;
            for (; j + 8 * WIDTH <= width; j += 8 * WIDTH) {
                addEight(table, width, height, x, from, out, j);
            }
            for (; j + 4 * WIDTH <= width; j += 4 * WIDTH) {
                addFour(table, width, height, x, from, out, j);
            }
            for (; j + 1 * WIDTH <= width; j += 1 * WIDTH) {
                addOne(table, width, height, x, from, out, j);
            }
        }

        @Override
        public void addChosen(int[] chosen, int count, float[] x, float[] out) {
            int j = 0;
            for (; j + 8 * WIDTH <= width; j += 8 * WIDTH) {
                addEightChosen(table, width, chosen, count, x, 0, out, j);
            }
            for (; j + 4 * WIDTH <= width; j += 4 * WIDTH) {
                addFourChosen(table, width, chosen, count, x, 0, out, j);
            }
            for (; j + 1 * WIDTH <= width; j += 1 * WIDTH) {
                addOneChosen(table, width, chosen, count, x, 0, out, j);
            }
        }
    }

    private static void addEight(
            float[] table, int width, int count, float[] x, int from, float[] out, int at) {
        FloatVector sum0 = FloatVector.fromArray(FLOATS, out, at + 0 * WIDTH);
        FloatVector sum1 = FloatVector.fromArray(FLOATS, out, at + 1 * WIDTH);
        FloatVector sum2 = FloatVector.fromArray(FLOATS, out, at + 2 * WIDTH);
        FloatVector sum3 = FloatVector.fromArray(FLOATS, out, at + 3 * WIDTH);
        FloatVector sum4 = FloatVector.fromArray(FLOATS, out, at + 4 * WIDTH);
        FloatVector sum5 = FloatVector.fromArray(FLOATS, out, at + 5 * WIDTH);
        FloatVector sum6 = FloatVector.fromArray(FLOATS, out, at + 6 * WIDTH);
        FloatVector sum7 = FloatVector.fromArray(FLOATS, out, at + 7 * WIDTH);
        for (int i = 0; i < count; i++) {
            int row = at + i * width;
            FloatVector factor = FloatVector.broadcast(FLOATS, x[from + i]);
            sum0 = sum0.add(FloatVector.fromArray(FLOATS, table, row + 0 * WIDTH).mul(factor));
            sum1 = sum1.add(FloatVector.fromArray(FLOATS, table, row + 1 * WIDTH).mul(factor));
            sum2 = sum2.add(FloatVector.fromArray(FLOATS, table, row + 2 * WIDTH).mul(factor));
            sum3 = sum3.add(FloatVector.fromArray(FLOATS, table, row + 3 * WIDTH).mul(factor));
            sum4 = sum4.add(FloatVector.fromArray(FLOATS, table, row + 4 * WIDTH).mul(factor));
            sum5 = sum5.add(FloatVector.fromArray(FLOATS, table, row + 5 * WIDTH).mul(factor));
            sum6 = sum6.add(FloatVector.fromArray(FLOATS, table, row + 6 * WIDTH).mul(factor));
            sum7 = sum7.add(FloatVector.fromArray(FLOATS, table, row + 7 * WIDTH).mul(factor));
        }
        sum0.intoArray(out, at + 0 * WIDTH);
        sum1.intoArray(out, at + 1 * WIDTH);
        sum2.intoArray(out, at + 2 * WIDTH);
        sum3.intoArray(out, at + 3 * WIDTH);
        sum4.intoArray(out, at + 4 * WIDTH);
        sum5.intoArray(out, at + 5 * WIDTH);
        sum6.intoArray(out, at + 6 * WIDTH);
        sum7.intoArray(out, at + 7 * WIDTH);
    }

    private static void addFour(
            float[] table, int width, int count, float[] x, int from, float[] out, int at) {
        FloatVector sum0 = FloatVector.fromArray(FLOATS, out, at + 0 * WIDTH);
        FloatVector sum1 = FloatVector.fromArray(FLOATS, out, at + 1 * WIDTH);
        FloatVector sum2 = FloatVector.fromArray(FLOATS, out, at + 2 * WIDTH);
        FloatVector sum3 = FloatVector.fromArray(FLOATS, out, at + 3 * WIDTH);
        for (int i = 0; i < count; i++) {
            int row = at + i * width;
            FloatVector factor = FloatVector.broadcast(FLOATS, x[from + i]);
            sum0 = sum0.add(FloatVector.fromArray(FLOATS, table, row + 0 * WIDTH).mul(factor));
            sum1 = sum1.add(FloatVector.fromArray(FLOATS, table, row + 1 * WIDTH).mul(factor));
            sum2 = sum2.add(FloatVector.fromArray(FLOATS, table, row + 2 * WIDTH).mul(factor));
            sum3 = sum3.add(FloatVector.fromArray(FLOATS, table, row + 3 * WIDTH).mul(factor));
        }
        sum0.intoArray(out, at + 0 * WIDTH);
        sum1.intoArray(out, at + 1 * WIDTH);
        sum2.intoArray(out, at + 2 * WIDTH);
        sum3.intoArray(out, at + 3 * WIDTH);
    }

    private static void addOne(
            float[] table, int width, int count, float[] x, int from, float[] out, int at) {
        FloatVector sum0 = FloatVector.fromArray(FLOATS, out, at + 0 * WIDTH);
        for (int i = 0; i < count; i++) {
            int row = at + i * width;
            FloatVector factor = FloatVector.broadcast(FLOATS, x[from + i]);
            sum0 = sum0.add(FloatVector.fromArray(FLOATS, table, row + 0 * WIDTH).mul(factor));
        }
        sum0.intoArray(out, at + 0 * WIDTH);
    }

    private static void addEightChosen(
            float[] table,
            int width,
            int[] chosen,
            int count,
            float[] x,
            int from,
            float[] out,
            int at) {
        FloatVector sum0 = FloatVector.fromArray(FLOATS, out, at + 0 * WIDTH);
        FloatVector sum1 = FloatVector.fromArray(FLOATS, out, at + 1 * WIDTH);
        FloatVector sum2 = FloatVector.fromArray(FLOATS, out, at + 2 * WIDTH);
        FloatVector sum3 = FloatVector.fromArray(FLOATS, out, at + 3 * WIDTH);
        FloatVector sum4 = FloatVector.fromArray(FLOATS, out, at + 4 * WIDTH);
        FloatVector sum5 = FloatVector.fromArray(FLOATS, out, at + 5 * WIDTH);
        FloatVector sum6 = FloatVector.fromArray(FLOATS, out, at + 6 * WIDTH);
        FloatVector sum7 = FloatVector.fromArray(FLOATS, out, at + 7 * WIDTH);
        for (int i = 0; i < count; i++) {
            int row = at + chosen[i] * width;
            FloatVector factor = FloatVector.broadcast(FLOATS, x[from + i]);
            sum0 = sum0.add(FloatVector.fromArray(FLOATS, table, row + 0 * WIDTH).mul(factor));
            sum1 = sum1.add(FloatVector.fromArray(FLOATS, table, row + 1 * WIDTH).mul(factor));
            sum2 = sum2.add(FloatVector.fromArray(FLOATS, table, row + 2 * WIDTH).mul(factor));
            sum3 = sum3.add(FloatVector.fromArray(FLOATS, table, row + 3 * WIDTH).mul(factor));
            sum4 = sum4.add(FloatVector.fromArray(FLOATS, table, row + 4 * WIDTH).mul(factor));
            sum5 = sum5.add(FloatVector.fromArray(FLOATS, table, row + 5 * WIDTH).mul(factor));
            sum6 = sum6.add(FloatVector.fromArray(FLOATS, table, row + 6 * WIDTH).mul(factor));
            sum7 = sum7.add(FloatVector.fromArray(FLOATS, table, row + 7 * WIDTH).mul(factor));
        }
        sum0.intoArray(out, at + 0 * WIDTH);
        sum1.intoArray(out, at + 1 * WIDTH);
        sum2.intoArray(out, at + 2 * WIDTH);
        sum3.intoArray(out, at + 3 * WIDTH);
        sum4.intoArray(out, at + 4 * WIDTH);
        sum5.intoArray(out, at + 5 * WIDTH);
        sum6.intoArray(out, at + 6 * WIDTH);
        sum7.intoArray(out, at + 7 * WIDTH);
    }

    private static void addFourChosen(
            float[] table,
            int width,
            int[] chosen,
            int count,
            float[] x,
            int from,
            float[] out,
            int at) {
        FloatVector sum0 = FloatVector.fromArray(FLOATS, out, at + 0 * WIDTH);
        FloatVector sum1 = FloatVector.fromArray(FLOATS, out, at + 1 * WIDTH);
        FloatVector sum2 = FloatVector.fromArray(FLOATS, out, at + 2 * WIDTH);
        FloatVector sum3 = FloatVector.fromArray(FLOATS, out, at + 3 * WIDTH);
        for (int i = 0; i < count; i++) {
            int row = at + chosen[i] * width;
            FloatVector factor = FloatVector.broadcast(FLOATS, x[from + i]);
            sum0 = sum0.add(FloatVector.fromArray(FLOATS, table, row + 0 * WIDTH).mul(factor));
            sum1 = sum1.add(FloatVector.fromArray(FLOATS, table, row + 1 * WIDTH).mul(factor));
            sum2 = sum2.add(FloatVector.fromArray(FLOATS, table, row + 2 * WIDTH).mul(factor));
            sum3 = sum3.add(FloatVector.fromArray(FLOATS, table, row + 3 * WIDTH).mul(factor));
        }
        sum0.intoArray(out, at + 0 * WIDTH);
        sum1.intoArray(out, at + 1 * WIDTH);
        sum2.intoArray(out, at + 2 * WIDTH);
        sum3.intoArray(out, at + 3 * WIDTH);
    }

    private static void addOneChosen(
            float[] table,
            int width,
            int[] chosen,
            int count,
            float[] x,
            int from,
            float[] out,
            int at) {
        FloatVector sum0 = FloatVector.fromArray(FLOATS, out, at + 0 * WIDTH);
        for (int i = 0; i < count; i++) {
            int row = at + chosen[i] * width;
            FloatVector factor = FloatVector.broadcast(FLOATS, x[from + i]);
            sum0 = sum0.add(FloatVector.fromArray(FLOATS, table, row + 0 * WIDTH).mul(factor));
        }
        sum0.intoArray(out, at + 0 * WIDTH);
    }

    @Override
    public float dot(float[] a, float[] b) {
        for (int lane = 0; lane < LANES; lane += WIDTH) {
            FloatVector sum = FloatVector.zero(FLOATS);
            for (int i = lane; i < a.length; i += LANES) {
                sum =
                        sum.add(
                                FloatVector.fromArray(FLOATS, a, i)
                                        .mul(FloatVector.fromArray(FLOATS, b, i)));
            }
            sum.intoArray(lanes, lane);
        }
        for (int half = LANES / 2; half > 0; half /= 2) {
            for (int lane = 0; lane < half; lane++) {
                lanes[lane] += lanes[half + lane];
            }
        }
        return lanes[0];
    }

    /** Floats become doubles and back outside: a second width of float vectors would mix types. */
    @Override
    public void normalise(Columns columns, float[] raw, float[] out) {
        float[] padded = columns.raw;
        float[] magnitudes = columns.magnitudes;
        double[] logarithms = columns.logarithms;
        System.arraycopy(raw, 0, padded, 0, columns.size);
        for (int i = 0; i < logarithms.length; i++) {
            logarithms[i] = Math.abs(padded[i]);
        }
        for (int i = 0; i < logarithms.length; i += DOUBLES.length()) {
            // See Log1p; of what is tiny the result is not used.
            DoubleVector x = DoubleVector.fromArray(DOUBLES, logarithms, i);
            DoubleVector y = x.add(1);
            LongVector bits = y.reinterpretAsLongs().sub(Log1p.SQRT_HALF_BITS);
            DoubleVector k =
                    bits.lanewise(VectorOperators.LSHR, Log1p.FRACTION_BITS)
                            .or(Log1p.TWO_52_BITS)
                            .reinterpretAsDoubles()
                            .sub(Log1p.TWO_52);
            DoubleVector m =
                    bits.and(Log1p.FRACTION_MASK).add(Log1p.SQRT_HALF_BITS).reinterpretAsDoubles();
            DoubleVector s = m.sub(1).div(m.add(1));
            DoubleVector z = s.mul(s);
            DoubleVector series =
                    z.mul(Log1p.C15)
                            .add(Log1p.C13)
                            .mul(z)
                            .add(Log1p.C11)
                            .mul(z)
                            .add(Log1p.C9)
                            .mul(z)
                            .add(Log1p.C7)
                            .mul(z)
                            .add(Log1p.C5)
                            .mul(z)
                            .add(Log1p.C3)
                            .mul(z)
                            .add(2);
            k.mul(Log1p.LN_2).add(s.mul(series)).intoArray(logarithms, i);
        }
        for (int i = 0; i < magnitudes.length; i++) {
            magnitudes[i] = (float) logarithms[i];
        }
        FloatVector zero = FloatVector.zero(FLOATS);
        FloatVector tiny = FloatVector.broadcast(FLOATS, Log1p.TINY);
        FloatVector limit = FloatVector.broadcast(FLOATS, Normalizer.LIMIT);
        for (int i = 0; i < padded.length; i += WIDTH) {
            FloatVector value = FloatVector.fromArray(FLOATS, padded, i);
            FloatVector size = value.abs();
            FloatVector magnitude =
                    size.blend(
                            FloatVector.fromArray(FLOATS, magnitudes, i),
                            size.compare(VectorOperators.GE, tiny));
            FloatVector logarithm =
                    magnitude.blend(magnitude.neg(), value.compare(VectorOperators.LT, zero));
            FloatVector transformed =
                    value.blend(
                            logarithm,
                            FloatVector.fromArray(FLOATS, columns.through, i)
                                    .compare(VectorOperators.GT, zero));
            FloatVector standardised =
                    transformed
                            .sub(FloatVector.fromArray(FLOATS, columns.mean, i))
                            .mul(FloatVector.fromArray(FLOATS, columns.scale, i));
            zero.blend(
                            standardised.min(limit).max(limit.neg()),
                            standardised.compare(VectorOperators.EQ, standardised))
                    .intoArray(out, i);
        }
    }

    @Override
    public void countPassed(float[] values, float[] cuts, int[] passed) {
        FloatVector one = FloatVector.broadcast(FLOATS, 1);
        for (int i = 0; i < values.length; i += WIDTH) {
            FloatVector value = FloatVector.fromArray(FLOATS, values, i);
            FloatVector count = FloatVector.zero(FLOATS);
            for (int at = i; at < cuts.length; at += values.length) {
                count =
                        count.blend(
                                count.add(one),
                                value.compare(
                                        VectorOperators.GE,
                                        FloatVector.fromArray(FLOATS, cuts, at)));
            }
            count.intoArray(counts, 0);
            for (int lane = 0; lane < WIDTH; lane++) {
                passed[i + lane] = (int) counts[lane];
            }
        }
    }

    @Override
    public void relu(float[] values) {
        for (int i = 0; i < values.length; i += WIDTH) {
            FloatVector.fromArray(FLOATS, values, i).max(0).intoArray(values, i);
        }
    }

    @Override
    public void squash(float[] values, int from, int to, float inner, float outer, float shift) {
        for (int i = from; i < to; i += WIDTH) {
            // See Activations.tanh.
            FloatVector x =
                    FloatVector.fromArray(FLOATS, values, i)
                            .mul(inner)
                            .min(Activations.CUT)
                            .max(-Activations.CUT);
            FloatVector y = x.mul(x);
            FloatVector p =
                    y.mul(Activations.P13)
                            .add(Activations.P11)
                            .mul(y)
                            .add(Activations.P9)
                            .mul(y)
                            .add(Activations.P7)
                            .mul(y)
                            .add(Activations.P5)
                            .mul(y)
                            .add(Activations.P3)
                            .mul(y)
                            .add(Activations.P1);
            FloatVector q =
                    y.mul(Activations.Q6)
                            .add(Activations.Q4)
                            .mul(y)
                            .add(Activations.Q2)
                            .mul(y)
                            .add(Activations.Q0);
            x.mul(p).div(q).mul(outer).add(shift).intoArray(values, i);
        }
    }

    @Override
    public void remember(float[] gates, float[] cell) {
        int units = cell.length;
        for (int j = 0; j < units; j += WIDTH) {
            FloatVector.fromArray(FLOATS, gates, units + j)
                    .mul(FloatVector.fromArray(FLOATS, cell, j))
                    .add(
                            FloatVector.fromArray(FLOATS, gates, 3 * units + j)
                                    .mul(FloatVector.fromArray(FLOATS, gates, j)))
                    .intoArray(cell, j);
        }
    }

    @Override
    public void multiply(float[] values, float[] by, int from) {
        for (int i = 0; i < values.length; i += WIDTH) {
            FloatVector.fromArray(FLOATS, values, i)
                    .mul(FloatVector.fromArray(FLOATS, by, from + i))
                    .intoArray(values, i);
        }
    }
}
