package io.fraudstream.model.compiled;

import io.fraudstream.model.Normalizer;
import java.util.Arrays;

/** A {@link Normalizer}'s columns, padded with features that are always 0. */
final class Columns {
    final int size;
    final boolean[] logarithmic;
    final float[] mean;
    final float[] scale;

    /** 1 for a feature that goes through the logarithm, 0 for another. */
    final float[] through;

    /** Room for a vector. */
    final float[] raw;

    Columns(Normalizer normalizer) {
        size = normalizer.size();
        int padded = Kernels.padded(size);
        logarithmic = normalizer.logarithmic();
        mean = Arrays.copyOf(normalizer.mean(), padded);
        scale = Arrays.copyOf(normalizer.scale(), padded);
        through = new float[padded];
        for (int i = 0; i < size; i++) {
            through[i] = logarithmic[i] ? 1 : 0;
        }
        raw = new float[padded];
    }
}
