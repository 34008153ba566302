package io.fraudstream.features;

/**
 * An exact sum of squares in 128 bits. With amounts of at most 10^12 and at most 2^20 of them, the
 * sum times the count stays below 2^120, so nothing here overflows; being integers, sums depend on
 * no order.
 */
final class SquareSum {
    long high;
    long low;

    void clear() {
        high = 0;
        low = 0;
    }

    void set(SquareSum other) {
        high = other.high;
        low = other.low;
    }

    void add(long value) {
        addSum(Math.multiplyHigh(value, value), value * value, 1);
    }

    void subtract(long value) {
        addSum(Math.multiplyHigh(value, value), value * value, -1);
    }

    /** Adds another sum (sign 1), or takes it out again (sign -1). */
    void addSum(long sumHigh, long sumLow, int sign) {
        if (sign > 0) {
            low += sumLow;
            high += sumHigh + (Long.compareUnsigned(low, sumLow) < 0 ? 1 : 0);
        } else {
            high -= sumHigh + (Long.compareUnsigned(low, sumLow) < 0 ? 1 : 0);
            low -= sumLow;
        }
    }

    /**
     * The population deviation of {@code count} values with this sum of squares: sqrt(n·Q − S²) /
     * n. Zero where reversals have taken more out of the squares than stood in them.
     */
    double deviation(long count, long sum) {
        long scaledLow = low * count;
        long scaledHigh = high * count + unsignedMultiplyHigh(low, count);
        long squareLow = sum * sum;
        long differenceLow = scaledLow - squareLow;
        long differenceHigh =
                scaledHigh
                        - Math.multiplyHigh(sum, sum)
                        - (Long.compareUnsigned(scaledLow, squareLow) < 0 ? 1 : 0);
        if (differenceHigh < 0) {
            return 0;
        }
        double unsignedLow = (differenceLow >>> 1) * 2.0 + (differenceLow & 1);
        return Math.sqrt(differenceHigh * 0x1.0p64 + unsignedLow) / count;
    }

    private static long unsignedMultiplyHigh(long a, long b) {
        return Math.multiplyHigh(a, b) + (a >> 63 & b) + (b >> 63 & a);
    }
}
