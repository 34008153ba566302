package io.fraudstream.model.compiled;

import io.fraudstream.model.Normalizer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The loops of the reference network, 128-64-1 over 70 features, each by itself: what a score's
 * time is made of. Inputs change from call to call, so that no branch can be learned by heart.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class KernelBenchmark {
    private static final int FEATURES = 70;
    private static final int EDGES = 12;
    private static final int ROWS = 290;
    private static final int CHOSEN = 60;
    private static final int FIRST = 128;
    private static final int SECOND = 64;
    private static final int EVENTS = 1024;

    /** By plain loops or, where the JVM has it, the Vector API. */
    @Param({"plain", "vector"})
    public String path;

    private Kernels kernels;
    private Kernels.Matrix first;
    private Kernels.Matrix second;
    private Columns columns;
    private Pieces pieces;
    private float[][] raw;
    private int[][] chosen;
    private float[] factors;
    private float[] hidden;
    private float[] normalised;
    private int[] states;
    private float[] begun;
    private float[] wide;
    private float[] narrow;
    private int event;

    @Setup
    public void prepare() {
        kernels = path.equals("plain") ? new PlainKernels() : KernelChoice.choose();
        SplittableRandom random = new SplittableRandom(1);
        first = kernels.matrix(numbers(ROWS, FIRST, random));
        second = kernels.matrix(numbers(FIRST, SECOND, random));
        boolean[] logarithmic = new boolean[FEATURES];
        float[][] edges = new float[FEATURES][EDGES];
        for (int i = 0; i < FEATURES; i++) {
            logarithmic[i] = true;
            for (int j = 0; j < EDGES; j++) {
                edges[i][j] = j + random.nextFloat();
            }
        }
        Normalizer normalizer =
                new Normalizer(
                        logarithmic,
                        numbers(1, FEATURES, random)[0],
                        numbers(1, FEATURES, random)[0],
                        edges,
                        new boolean[FEATURES]);
        columns = new Columns(normalizer);
        pieces = new Pieces(normalizer);
        raw = numbers(EVENTS, Kernels.padded(FEATURES), random);
        for (float[] values : raw) {
            for (int i = 0; i < values.length; i++) {
                values[i] = (EDGES + 1) * Math.abs(values[i]);
            }
        }
        chosen = new int[EVENTS][CHOSEN];
        for (int[] rows : chosen) {
            for (int i = 0; i < CHOSEN; i++) {
                rows[i] = random.nextInt(ROWS);
            }
        }
        factors = numbers(1, CHOSEN, random)[0];
        hidden = numbers(1, FIRST, random)[0];
        normalised = new float[Kernels.padded(FEATURES)];
        states = new int[normalised.length];
        begun = new float[normalised.length];
        wide = new float[FIRST];
        narrow = new float[SECOND];
    }

    private static float[][] numbers(int rows, int width, SplittableRandom random) {
        float[][] numbers = new float[rows][width];
        for (float[] row : numbers) {
            for (int i = 0; i < width; i++) {
                row[i] = 2 * random.nextFloat() - 1;
            }
        }
        return numbers;
    }

    private int next() {
        event = event + 1 & EVENTS - 1;
        return event;
    }

    /** Standardising the vector: 70 logarithms. */
    @Benchmark
    public float[] normalise() {
        kernels.normalise(columns, raw[next()], normalised);
        return normalised;
    }

    /** Between which edges each feature lies. */
    @Benchmark
    public float[] locate() {
        kernels.locate(pieces, raw[next()], states, begun);
        return begun;
    }

    /** The first layer: 60 rows of 290. */
    @Benchmark
    public float[] chosenRows() {
        first.addChosen(chosen[next()], CHOSEN, factors, wide);
        return wide;
    }

    /** The second layer: 128 by 64. */
    @Benchmark
    public float[] product() {
        second.addProduct(hidden, 0, narrow);
        return narrow;
    }

    /** The hyperbolic tangent of 128 numbers. */
    @Benchmark
    public float[] tanh() {
        Activations.tanh(kernels, hidden, 0, FIRST);
        return hidden;
    }
}
