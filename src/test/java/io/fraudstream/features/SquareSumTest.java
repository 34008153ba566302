package io.fraudstream.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SquareSumTest {
    private static final long HIGHEST_AMOUNT = 1_000_000_000_000L;

    @ParameterizedTest
    @ValueSource(longs = {100, 1_000_000_007L, HIGHEST_AMOUNT})
    void isTheSumThatBigIntegersGive(long highest) {
        SplittableRandom random = new SplittableRandom(highest);
        SquareSum squares = new SquareSum();
        BigInteger expected = BigInteger.ZERO;
        BigInteger sum = BigInteger.ZERO;
        long[] values = new long[3000];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextLong(-highest, highest + 1);
            squares.add(values[i]);
            expected = expected.add(BigInteger.valueOf(values[i]).pow(2));
            sum = sum.add(BigInteger.valueOf(values[i]));
            if (i % 3 == 2) {
                long taken = values[i - 1];
                squares.subtract(taken);
                expected = expected.subtract(BigInteger.valueOf(taken).pow(2));
                sum = sum.subtract(BigInteger.valueOf(taken));
            }
            assertThat(value(squares)).isEqualTo(expected);
        }
        long count = 2000;
        double deviation =
                new BigDecimal(expected.multiply(BigInteger.valueOf(count)).subtract(sum.pow(2)))
                        .sqrt(MathContext.DECIMAL64)
                        .divide(BigDecimal.valueOf(count), MathContext.DECIMAL64)
                        .doubleValue();
        assertThat(squares.deviation(count, sum.longValueExact()))
                .isCloseTo(deviation, within(1e-12 * deviation));
    }

    @Test
    void holdsTheLargestSumThatTheLimitsAllow() {
        SquareSum squares = new SquareSum();
        for (int doubling = 0; doubling < 20; doubling++) {
            if (doubling == 0) {
                squares.add(HIGHEST_AMOUNT);
            }
            squares.addSum(squares.high, squares.low, 1);
        }
        int count = 1 << 20;
        assertThat(value(squares))
                .isEqualTo(
                        BigInteger.valueOf(HIGHEST_AMOUNT)
                                .pow(2)
                                .multiply(BigInteger.valueOf(count)));
        assertThat(squares.deviation(count, HIGHEST_AMOUNT * count)).isZero();
        squares.subtract(HIGHEST_AMOUNT);
        squares.add(HIGHEST_AMOUNT - 1024);
        assertThat(squares.deviation(count, HIGHEST_AMOUNT * count - 1024))
                .isCloseTo(1, within(1e-6));
    }

    @Test
    void sumsOfSumsEnterAndLeave() {
        SquareSum part = new SquareSum();
        part.add(3);
        part.add(HIGHEST_AMOUNT);
        SquareSum whole = new SquareSum();
        whole.add(4);
        whole.addSum(part.high, part.low, 1);
        assertThat(value(whole)).isEqualTo(new BigInteger("1000000000000000000000025"));
        whole.addSum(part.high, part.low, -1);
        assertThat(value(whole)).isEqualTo(BigInteger.valueOf(16));
        whole.clear();
        assertThat(value(whole)).isZero();
    }

    @Test
    void hasNoDeviationWhereReversalsTookMoreThanStoodThere() {
        SquareSum squares = new SquareSum();
        squares.add(10);
        squares.subtract(20);
        assertThat(value(squares)).isEqualTo(BigInteger.valueOf(-300));
        assertThat(squares.deviation(2, -10)).isZero();
    }

    private static BigInteger value(SquareSum squares) {
        return BigInteger.valueOf(squares.high)
                .shiftLeft(64)
                .add(new BigInteger(Long.toUnsignedString(squares.low)));
    }
}
