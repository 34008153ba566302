package io.fraudstream.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GreatCircleTest {
    private static final double HALF_CIRCUMFERENCE = StrictMath.PI * 6371.0088;

    @Test
    void functionsStayWithinTheirBounds() {
        Random random = new Random(7);
        double ofSine = 0;
        double ofArcsine = 0;
        for (int i = 0; i < 1_000_000; i++) {
            double x = random.nextDouble() * Math.pow(10, -random.nextInt(9));
            double angle = x * StrictMath.PI / 2;
            ofSine = Math.max(ofSine, relative(GreatCircle.sine(angle), StrictMath.sin(angle)));
            ofArcsine = Math.max(ofArcsine, relative(GreatCircle.arcsine(x), StrictMath.asin(x)));
            assertThat(GreatCircle.sine(-angle)).isEqualTo(-GreatCircle.sine(angle));
        }
        assertThat(ofSine).isLessThan(2e-15);
        assertThat(ofArcsine).isLessThan(2e-15);
        assertThat(GreatCircle.sine(0)).isZero();
        assertThat(GreatCircle.arcsine(0)).isZero();
        assertThat(GreatCircle.arcsine(1)).isEqualTo(StrictMath.PI / 2);
    }

    private static double relative(double measured, double expected) {
        return expected == 0 ? Math.abs(measured) : Math.abs(measured / expected - 1);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0, 0, 0",
        "52.52, 13.405, 52.52, 13.405, 0",
        "90, 0, -90, 0, 1",
        "90, 17, 90, -140, 0",
        "0, 0, 0, 180, 1",
        "0, -180, 0, 180, 0",
        "0, 179, 0, -179, 0.011111111111111112",
        "0, 0, 0, 90, 0.5",
        "45, 10, -45, -170, 1"
    })
    void placesWithKnownDistances(
            double latitude1, double longitude1, double latitude2, double longitude2, double of) {
        assertThat(GreatCircle.kilometres(latitude1, longitude1, latitude2, longitude2))
                .isCloseTo(of * HALF_CIRCUMFERENCE, within(1e-9 * HALF_CIRCUMFERENCE));
    }
}
