package io.fraudstream.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackedVectorTest {
    private static final float OTHER_NAN = Float.intBitsToFloat(0x7fc00001);
    private static final float[] PECULIAR = {
        Float.NaN,
        OTHER_NAN,
        0,
        -0f,
        1,
        -1,
        2,
        255,
        256,
        65_535,
        65_536,
        (1 << 24) - 1,
        1 << 24,
        Float.MAX_VALUE,
        Float.MIN_VALUE,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        1 / 3f
    };

    private static int[] bits(float[] vector) {
        int[] bits = new int[vector.length];
        Arrays.setAll(bits, i -> Float.floatToRawIntBits(vector[i]));
        return bits;
    }

    private static byte[] pack(float... vector) {
        byte[] scratch = new byte[PackedVector.mostBytes(vector.length)];
        Arrays.fill(scratch, (byte) 0xa5);
        return PackedVector.pack(vector, scratch);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 7, 70})
    void everyBitComesBack(int size) {
        Random random = new Random(size);
        for (int round = 0; round < 3_000; round++) {
            float[] vector = new float[size];
            for (int i = 0; i < size; i++) {
                vector[i] =
                        switch (random.nextInt(6)) {
                            case 0 -> PECULIAR[random.nextInt(PECULIAR.length)];
                            case 1 -> Float.intBitsToFloat(random.nextInt());
                            case 2 -> random.nextInt(1 << random.nextInt(26));
                            case 3 -> i < 4 ? 0 : vector[i - 1 - random.nextInt(4)];
                            case 4 -> i < 2 ? 0 : vector[i - 1] / vector[i - 2];
                            default -> random.nextFloat();
                        };
            }
            byte[] packed = pack(vector);

            assertThat(packed).hasSizeLessThanOrEqualTo(PackedVector.mostBytes(size));
            assertThat(bits(PackedVector.unpack(packed, size))).isEqualTo(bits(vector));
        }
    }

    @Test
    void whatFollowsFromOtherValuesTakesHalfAByte() {
        assertThat(pack(Float.NaN, 0, 1, 0)).hasSize(2);
        assertThat(pack(3, 1000, 1000 / 3f, 3, 1000, 1000 / 3f)).hasSize(3 + 1 + 2);
        assertThat(pack(0.1f, 0.1f, 0, 0, 0.1f)).hasSize(3 + 4);
    }

    /** State of an earlier run must be read as it was written. */
    @Test
    void theBytesAreThese() {
        assertThat(pack(Float.NaN, 0, 1, 1, 200, 0x1234, 0x123456, -2, 0x123456))
                .containsExactly(
                        0x10, 0x22, 0x87, 0xa9, 0x09, // codes
                        200, 0x12, 0x34, 0x12, 0x34, 0x56, 0xc0, 0, 0, 0, 0x12, 0x34, 0x56);
    }

    @Test
    void unknownCodesAreRefused() {
        assertThatThrownBy(() -> PackedVector.unpack(new byte[] {0x0f}, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a packed vector has an unknown code: the state is damaged");
    }
}
