package io.fraudstream.model.compiled;

/** Rows of weights, padded for {@link Kernels}. */
final class Rows {
    private Rows() {}

    /**
     * A matrix.
     *
     * @param flat its rows one behind the other, each of so many blocks of so many numbers; each
     *     block is padded
     */
    static Kernels.Matrix matrix(Kernels kernels, float[] flat, int blocks, int block) {
        float[][] rows = new float[flat.length / (blocks * block)][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = padded(flat, i * blocks * block, blocks, block);
        }
        return kernels.matrix(rows);
    }

    /**
     * The same matrix with rows and columns exchanged: what a gradient goes back through.
     *
     * @param first of its rows
     * @param count how many of them
     */
    static Kernels.Matrix turned(
            Kernels kernels, float[] flat, int first, int count, int blocks, int block) {
        int stride = Kernels.padded(block);
        float[][] turned = new float[blocks * stride][Kernels.padded(count)];
        for (int i = 0; i < count; i++) {
            float[] row = padded(flat, (first + i) * blocks * block, blocks, block);
            for (int j = 0; j < row.length; j++) {
                turned[j][i] = row[j];
            }
        }
        return kernels.matrix(turned);
    }

    /** One row of such a matrix. */
    static float[] padded(float[] flat, int from, int blocks, int block) {
        int stride = Kernels.padded(block);
        float[] row = new float[blocks * stride];
        for (int i = 0; i < blocks; i++) {
            System.arraycopy(flat, from + i * block, row, i * stride, block);
        }
        return row;
    }

    /** 1, or 0 for a factor of 0, without a branch. */
    static int count(float factor) {
        return count(Float.floatToRawIntBits(factor) << 1);
    }

    /** 1, or 0 for 0, without a branch. */
    static int count(int zero) {
        return (zero | -zero) >>> 31;
    }
}
