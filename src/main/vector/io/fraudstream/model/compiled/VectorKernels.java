package io.fraudstream.model.compiled;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.fraudstream.model.Log1p;
import io.fraudstream.model.Normalizer;
import java.lang.management.ManagementFactory;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Loops over vectors of the Vector API, which keep sums in registers over all rows. */
public final class VectorKernels implements Kernels {
    private static final VectorSpecies<Float> FLOATS =
            FloatVector.SPECIES_PREFERRED.length() > LANES
                    ? FloatVector.SPECIES_512
                    : FloatVector.SPECIES_PREFERRED;
    private static final int WIDTH = FLOATS.length();

    /** Added to a small whole number, it brings that into the fraction's bits. */
    private static final float TWO_23 = 1 << 23;

    private static final int FRACTION = (1 << 23) - 1;

    /** From an array's beginning, with its header, to the next line of the cache, in floats. */
    private static final int TO_LINE = 12;

    private static final int STEADY = steadyFloats();

    private final float[] lanes = new float[LANES];

    /** Those of all matrices so far, up to where they are taken. */
    private float[] weights = {};

    private int taken;

    @Override
    public String description() {
        return "the Vector API, " + FLOATS.vectorBitSize() + " bits";
    }

    @Override
    public Matrix matrix(float[][] rows) {
        int width = rows[0].length;
        int first = roomFor(rows.length * width);
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, weights, first + i * width, width);
        }
        return new VectorMatrix(weights, first, width, rows.length);
    }

    /** Where among the weights so many more begin, in front of a line of the cache. */
    private int roomFor(int more) {
        if (taken + more > weights.length) {
            weights = new float[TO_LINE + Math.max(more, STEADY)];
            taken = TO_LINE;
        }
        int first = taken;
        taken += more;
        return first;
    }

    /**
     * How many floats G1 gives regions of their own, at whose beginning they stay: there lines of
     * the cache are where they are expected. With other collectors they may lie anywhere.
     */
    private static int steadyFloats() {
        try {
            HotSpotDiagnosticMXBean jvm =
                    ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
            long region = Long.parseLong(jvm.getVMOption("G1HeapRegionSize").getValue());
            return (int) (region / 2 / Float.BYTES);
        } catch (RuntimeException | LinkageError anotherJvm) {
            return 0;
        }
    }

    /** Rows one behind the other; sums over all rows stay in registers, four or eight at a time. */
    private record VectorMatrix(float[] table, int first, int width, int height) implements Matrix {
        @Override
        public void addProduct(float[] x, int from, float[] out) {
            int j = 0;
            for (; j + 4 * WIDTH <= width; j += 4 * WIDTH) {
                addFour(table, first + j, width, height, x, from, out, j);
            }
            for (; j + 1 * WIDTH <= width; j += 1 * WIDTH) {
                addOne(table, first + j, width, height, x, from, out, j);
            }
        }

        @Override
        public void addProducts(float[] x, int from, float[] out, int fromOther, float[] outOther) {
            int j = 0;
            for (; j + 4 * WIDTH <= width; j += 4 * WIDTH) {
                addFourTwice(table, first + j, width, height, x, from, out, fromOther, outOther, j);
            }
            for (; j < width; j += WIDTH) {
                addOne(table, first + j, width, height, x, from, out, j);
                addOne(table, first + j, width, height, x, fromOther, outOther, j);
            }
        }

        @Override
        public void addChosen(int[] chosen, int count, float[] x, float[] out) {
            int j = 0;
            for (; j + 8 * WIDTH <= width; j += 8 * WIDTH) {
                addEightChosen(table, first + j, width, chosen, count, x, out, j);
            }
            for (; j + 4 * WIDTH <= width; j += 4 * WIDTH) {
                addFourChosen(table, first + j, width, chosen, count, x, out, j);
            }
            for (; j + 1 * WIDTH <= width; j += 1 * WIDTH) {
                addOneChosen(table, first + j, width, chosen, count, x, out, j);
            }
        }
    }

    private static void addFour(
            float[] table,
            int first,
            int width,
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
            int row = first + i * width;
            FloatVector factor = FloatVector.broadcast(FLOATS, x[from + i]);
            sum0 = FloatVector.fromArray(FLOATS, table, row + 0 * WIDTH).fma(factor, sum0);
            sum1 = FloatVector.fromArray(FLOATS, table, row + 1 * WIDTH).fma(factor, sum1);
            sum2 = FloatVector.fromArray(FLOATS, table, row + 2 * WIDTH).fma(factor, sum2);
            sum3 = FloatVector.fromArray(FLOATS, table, row + 3 * WIDTH).fma(factor, sum3);
        }
        sum0.intoArray(out, at + 0 * WIDTH);
        sum1.intoArray(out, at + 1 * WIDTH);
        sum2.intoArray(out, at + 2 * WIDTH);
        sum3.intoArray(out, at + 3 * WIDTH);
    }

    private static void addFourTwice(
            float[] table,
            int first,
            int width,
            int count,
            float[] x,
            int from,
            float[] out,
            int fromOther,
            float[] outOther,
            int at) {
        FloatVector sum0 = FloatVector.fromArray(FLOATS, out, at + 0 * WIDTH);
        FloatVector sum1 = FloatVector.fromArray(FLOATS, out, at + 1 * WIDTH);
        FloatVector sum2 = FloatVector.fromArray(FLOATS, out, at + 2 * WIDTH);
        FloatVector sum3 = FloatVector.fromArray(FLOATS, out, at + 3 * WIDTH);
        FloatVector other0 = FloatVector.fromArray(FLOATS, outOther, at + 0 * WIDTH);
        FloatVector other1 = FloatVector.fromArray(FLOATS, outOther, at + 1 * WIDTH);
        FloatVector other2 = FloatVector.fromArray(FLOATS, outOther, at + 2 * WIDTH);
        FloatVector other3 = FloatVector.fromArray(FLOATS, outOther, at + 3 * WIDTH);
        for (int i = 0; i < count; i++) {
            int row = first + i * width;
            FloatVector factor = FloatVector.broadcast(FLOATS, x[from + i]);
            FloatVector factorOther = FloatVector.broadcast(FLOATS, x[fromOther + i]);
            FloatVector row0 = FloatVector.fromArray(FLOATS, table, row + 0 * WIDTH);
            sum0 = row0.fma(factor, sum0);
            other0 = row0.fma(factorOther, other0);
            FloatVector row1 = FloatVector.fromArray(FLOATS, table, row + 1 * WIDTH);
            sum1 = row1.fma(factor, sum1);
            other1 = row1.fma(factorOther, other1);
            FloatVector row2 = FloatVector.fromArray(FLOATS, table, row + 2 * WIDTH);
            sum2 = row2.fma(factor, sum2);
            other2 = row2.fma(factorOther, other2);
            FloatVector row3 = FloatVector.fromArray(FLOATS, table, row + 3 * WIDTH);
            sum3 = row3.fma(factor, sum3);
            other3 = row3.fma(factorOther, other3);
        }
        sum0.intoArray(out, at + 0 * WIDTH);
        other0.intoArray(outOther, at + 0 * WIDTH);
        sum1.intoArray(out, at + 1 * WIDTH);
        other1.intoArray(outOther, at + 1 * WIDTH);
        sum2.intoArray(out, at + 2 * WIDTH);
        other2.intoArray(outOther, at + 2 * WIDTH);
        sum3.intoArray(out, at + 3 * WIDTH);
        other3.intoArray(outOther, at + 3 * WIDTH);
    }

    private static void addOne(
            float[] table,
            int first,
            int width,
            int count,
            float[] x,
            int from,
            float[] out,
            int at) {
        FloatVector sum0 = FloatVector.fromArray(FLOATS, out, at + 0 * WIDTH);
        for (int i = 0; i < count; i++) {
            int row = first + i * width;
            FloatVector factor = FloatVector.broadcast(FLOATS, x[from + i]);
            sum0 = FloatVector.fromArray(FLOATS, table, row + 0 * WIDTH).fma(factor, sum0);
        }
        sum0.intoArray(out, at + 0 * WIDTH);
    }

    private static void addFourChosen(
            float[] table,
            int first,
            int width,
            int[] chosen,
            int count,
            float[] x,
            float[] out,
            int at) {
        FloatVector sum0 = FloatVector.fromArray(FLOATS, out, at + 0 * WIDTH);
        FloatVector sum1 = FloatVector.fromArray(FLOATS, out, at + 1 * WIDTH);
        FloatVector sum2 = FloatVector.fromArray(FLOATS, out, at + 2 * WIDTH);
        FloatVector sum3 = FloatVector.fromArray(FLOATS, out, at + 3 * WIDTH);
        for (int i = 0; i < count; i++) {
            int row = first + chosen[i] * width;
            FloatVector factor = FloatVector.broadcast(FLOATS, x[i]);
            sum0 = FloatVector.fromArray(FLOATS, table, row + 0 * WIDTH).fma(factor, sum0);
            sum1 = FloatVector.fromArray(FLOATS, table, row + 1 * WIDTH).fma(factor, sum1);
            sum2 = FloatVector.fromArray(FLOATS, table, row + 2 * WIDTH).fma(factor, sum2);
            sum3 = FloatVector.fromArray(FLOATS, table, row + 3 * WIDTH).fma(factor, sum3);
        }
        sum0.intoArray(out, at + 0 * WIDTH);
        sum1.intoArray(out, at + 1 * WIDTH);
        sum2.intoArray(out, at + 2 * WIDTH);
        sum3.intoArray(out, at + 3 * WIDTH);
    }

    private static void addEightChosen(
            float[] table,
            int first,
            int width,
            int[] chosen,
            int count,
            float[] x,
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
            int row = first + chosen[i] * width;
            FloatVector factor = FloatVector.broadcast(FLOATS, x[i]);
            sum0 = FloatVector.fromArray(FLOATS, table, row + 0 * WIDTH).fma(factor, sum0);
            sum1 = FloatVector.fromArray(FLOATS, table, row + 1 * WIDTH).fma(factor, sum1);
            sum2 = FloatVector.fromArray(FLOATS, table, row + 2 * WIDTH).fma(factor, sum2);
            sum3 = FloatVector.fromArray(FLOATS, table, row + 3 * WIDTH).fma(factor, sum3);
            sum4 = FloatVector.fromArray(FLOATS, table, row + 4 * WIDTH).fma(factor, sum4);
            sum5 = FloatVector.fromArray(FLOATS, table, row + 5 * WIDTH).fma(factor, sum5);
            sum6 = FloatVector.fromArray(FLOATS, table, row + 6 * WIDTH).fma(factor, sum6);
            sum7 = FloatVector.fromArray(FLOATS, table, row + 7 * WIDTH).fma(factor, sum7);
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

    private static void addOneChosen(
            float[] table,
            int first,
            int width,
            int[] chosen,
            int count,
            float[] x,
            float[] out,
            int at) {
        FloatVector sum0 = FloatVector.fromArray(FLOATS, out, at + 0 * WIDTH);
        for (int i = 0; i < count; i++) {
            int row = first + chosen[i] * width;
            FloatVector factor = FloatVector.broadcast(FLOATS, x[i]);
            sum0 = FloatVector.fromArray(FLOATS, table, row + 0 * WIDTH).fma(factor, sum0);
        }
        sum0.intoArray(out, at + 0 * WIDTH);
    }

    @Override
    public float dot(float[] a, float[] b) {
        for (int lane = 0; lane < LANES; lane += WIDTH) {
            FloatVector sum = FloatVector.zero(FLOATS);
            for (int i = lane; i < a.length; i += LANES) {
                sum =
                        FloatVector.fromArray(FLOATS, a, i)
                                .fma(FloatVector.fromArray(FLOATS, b, i), sum);
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

    @Override
    public void normalise(Columns columns, float[] raw, float[] out) {
        float[] padded = columns.raw;
        System.arraycopy(raw, 0, padded, 0, columns.size);
        FloatVector zero = FloatVector.zero(FLOATS);
        FloatVector one = FloatVector.broadcast(FLOATS, 1);
        FloatVector limit = FloatVector.broadcast(FLOATS, Normalizer.LIMIT);
        for (int i = 0; i < padded.length; i += WIDTH) {
            // See Log1p.
            FloatVector value = FloatVector.fromArray(FLOATS, padded, i);
            FloatVector x = value.abs().min(Float.MAX_VALUE);
            FloatVector y = x.add(one);
            FloatVector lost =
                    one.sub(y.sub(x)).blend(x.sub(y.sub(one)), x.compare(VectorOperators.LT, one));
            IntVector bits = y.reinterpretAsInts().sub(Log1p.SQRT_HALF_BITS);
            FloatVector k =
                    bits.lanewise(VectorOperators.LSHR, Log1p.FRACTION_BITS)
                            .or(Log1p.TWO_23_BITS)
                            .reinterpretAsFloats()
                            .sub(Log1p.TWO_23);
            FloatVector f =
                    bits.and(Log1p.FRACTION_MASK)
                            .add(Log1p.SQRT_HALF_BITS)
                            .reinterpretAsFloats()
                            .sub(one);
            FloatVector s = f.div(f.add(2));
            FloatVector z = s.mul(s);
            FloatVector series =
                    z.mul(Log1p.R8).add(Log1p.R6).mul(z).add(Log1p.R4).mul(z).add(Log1p.R2).mul(z);
            FloatVector half = f.mul(0.5f).mul(f);
            FloatVector rest =
                    s.mul(half.add(series)).add(k.mul(Log1p.LN_2_LOW).add(lost.div(y))).sub(half);
            FloatVector magnitude = k.mul(Log1p.LN_2_HIGH).add(f.add(rest));
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

    /**
     * Two ranks at a time. The method is thereby so long (above 325 bytes of code) that the JVM
     * compiles it by itself: within its caller it boxed vectors in one run of three.
     */
    @Override
    public void locate(Pieces pieces, float[] raw, int[] states, float[] begun) {
        float[][] edges = pieces.edges;
        float[][] rates = pieces.rates;
        FloatVector zero = FloatVector.zero(FLOATS);
        FloatVector belowAll = FloatVector.broadcast(FLOATS, TWO_23 + Pieces.BELOW_ALL);
        for (int i = 0; i < states.length; i += WIDTH) {
            FloatVector value = FloatVector.fromArray(FLOATS, raw, i);
            FloatVector state =
                    belowAll.blend(
                            FloatVector.fromArray(FLOATS, pieces.missing, i).add(TWO_23),
                            value.compare(VectorOperators.NE, value));
            FloatVector part = zero;
            int ranks = pieces.ranks[i / LANES];
            for (int rank = 0; rank < ranks; rank += 2) {
                FloatVector edge = FloatVector.fromArray(FLOATS, edges[rank], i);
                FloatVector rate = FloatVector.fromArray(FLOATS, rates[rank], i);
                VectorMask<Float> reached = value.compare(VectorOperators.GE, edge);
                state = state.blend(state.add(1), reached);
                part = part.blend(value.sub(edge).mul(rate), reached);
                FloatVector nextEdge = FloatVector.fromArray(FLOATS, edges[rank + 1], i);
                FloatVector nextRate = FloatVector.fromArray(FLOATS, rates[rank + 1], i);
                VectorMask<Float> nextReached = value.compare(VectorOperators.GE, nextEdge);
                state = state.blend(state.add(1), nextReached);
                part = part.blend(value.sub(nextEdge).mul(nextRate), nextReached);
            }
            zero.blend(part.min(1), part.compare(VectorOperators.GT, zero)).intoArray(begun, i);
            state.reinterpretAsInts().and(FRACTION).intoArray(states, i);
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
