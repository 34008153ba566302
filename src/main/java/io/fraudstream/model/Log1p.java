package io.fraudstream.model;

/**
 * ln(1 + x) of floats from 0 on, in float arithmetic without branches, so that it is the same bits
 * on every machine and in every loop: at most one and a half units in the last place off, which a
 * test shows.
 *
 * <p>The algorithm is FreeBSD's logf: y = 1 + x = 2^k · m with m from √½ to √2; with f = m − 1 and
 * s = f / (2 + f), ln m = f − (f²/2 − s · (f²/2 + R(s²))), where R is a polynomial of least maximal
 * error. What y lost of x by rounding counts as lost / y.
 */
public final class Log1p {
    /** The bits of the float next to √½. */
    public static final int SQRT_HALF_BITS = 0x3f3504f3;

    public static final int FRACTION_BITS = 23;
    public static final int FRACTION_MASK = (1 << FRACTION_BITS) - 1;

    /** The bits of 2^23, whose lowest bits are then a whole number's. */
    public static final int TWO_23_BITS = 0x4b000000;

    public static final float TWO_23 = 0x1p23f;

    /** ln 2 in two parts, of which the first times any k is exact. */
    public static final float LN_2_HIGH = 0x1.62e3p-1f;

    public static final float LN_2_LOW = 0x1.2fefa2p-17f;

    // R's coefficients of s², s⁴, s⁶ and s⁸.
    public static final float R2 = 0xaaaaaa.0p-24f;
    public static final float R4 = 0xccce13.0p-25f;
    public static final float R6 = 0x91e9ee.0p-25f;
    public static final float R8 = 0xf89e26.0p-26f;

    private Log1p() {}

    /**
     * @param value 0 or greater, infinity counting as the greatest finite float; or NaN, which
     *     stays
     */
    public static float of(float value) {
        float x = Math.min(value, Float.MAX_VALUE);
        float y = 1 + x;
        // Of the two the one that is exact, as x or 1 is the smaller.
        float lost = x < 1 ? x - (y - 1) : 1 - (y - x);
        int bits = Float.floatToRawIntBits(y) - SQRT_HALF_BITS;
        // y is at least 1, so the difference of bits is never negative and has k in front.
        float k = Float.intBitsToFloat((bits >>> FRACTION_BITS) | TWO_23_BITS) - TWO_23;
        float f = Float.intBitsToFloat((bits & FRACTION_MASK) + SQRT_HALF_BITS) - 1;
        float s = f / (2 + f);
        float z = s * s;
        float series = z * (R2 + z * (R4 + z * (R6 + z * R8)));
        float half = 0.5f * f * f;
        return k * LN_2_HIGH + (f + (s * (half + series) + (k * LN_2_LOW + lost / y) - half));
    }
}
