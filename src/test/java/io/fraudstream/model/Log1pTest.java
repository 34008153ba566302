package io.fraudstream.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class Log1pTest {
    /** Every 1009th float from 0 to the greatest. */
    @Test
    void staysWithinItsBound() {
        double worst = 0;
        for (int bits = 0; bits < Float.floatToRawIntBits(Float.POSITIVE_INFINITY); bits += 1009) {
            float x = Float.intBitsToFloat(bits);
            double exact = StrictMath.log1p(x);
            worst = Math.max(worst, Math.abs(Log1p.of(x) - exact) / Math.ulp((float) exact));
        }
        assertThat(worst).isLessThan(1.5);
    }

    @Test
    void theEndsOfTheRange() {
        assertThat(Log1p.of(0)).isZero();
        assertThat(Log1p.of(Float.NaN)).isNaN();
        assertThat(Log1p.of(Float.MIN_VALUE)).isEqualTo(Float.MIN_VALUE);
        assertThat(Log1p.of(Float.POSITIVE_INFINITY)).isEqualTo(Log1p.of(Float.MAX_VALUE));
    }
}
