package io.fraudstream.simulation;

/**
 * Repeatable randomness: SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
 * generators", 2014) with its own draws above it, since those of the library may differ between
 * versions of Java.
 */
final class Randomness {
    /** About a million years, so that times never overflow. */
    private static final double LONGEST_GAP = 0x1p55;

    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    /** The sum of eight uniforms over 16 bits has this mean and standard deviation. */
    private static final double SUM_MEAN = 8 * 65_535 / 2.0;

    private static final double SUM_DEVIATION = StrictMath.sqrt(8 * (65_536.0 * 65_536.0 - 1) / 12);

    private long state;

    Randomness(long seed) {
        this.state = seed;
    }

    /** A generator of its own for one part of the world, whatever others draw. */
    static Randomness of(long seed, long part) {
        return new Randomness(mix(mix(seed) ^ (part + 1) * GOLDEN));
    }

    long next() {
        state += GOLDEN;
        return mix(state);
    }

    private static long mix(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** Uniform from 0 to {@code bound - 1}. */
    int below(int bound) {
        return (int) ((next() >>> 32) * bound >>> 32);
    }

    /** Uniform from {@code from} to {@code to}, both included. */
    int between(int from, int to) {
        return from + below(to - from + 1);
    }

    /** Uniform from 0 to below {@code bound}, for times. */
    long millis(long bound) {
        return (long) (uniform() * bound);
    }

    /** Uniform in [0, 1). */
    double uniform() {
        return (next() >>> 11) * 0x1.0p-53;
    }

    boolean chance(double probability) {
        return uniform() < probability;
    }

    /** Nearly normal, with mean 0 and deviation 1, within ±4.9. */
    double normal() {
        long a = next();
        long b = next();
        long sum = 0;
        for (int shift = 0; shift < 64; shift += 16) {
            sum += (a >>> shift & 0xFFFF) + (b >>> shift & 0xFFFF);
        }
        return (sum - SUM_MEAN) / SUM_DEVIATION;
    }

    /** Log-normal around a median. */
    double around(double median, double spread) {
        return median * StrictMath.exp(spread * normal());
    }

    /** The time to the next of events that come at random with this mean distance; at least 1. */
    long gap(double meanMillis) {
        double gap = -StrictMath.log(1 - uniform()) * meanMillis;
        return 1 + (long) Math.min(gap, LONGEST_GAP);
    }
}
