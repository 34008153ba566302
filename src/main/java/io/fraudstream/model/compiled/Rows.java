package io.fraudstream.model.compiled;

/** A matrix as one array a row, and its product with a vector, four rows a pass. */
final class Rows {
    private final float[][] rows;
    private final int width;

    /**
     * @param flat height × width, row by row
     */
    Rows(float[] flat, int height, int width) {
        this.rows = new float[height][width];
        this.width = width;
        for (int i = 0; i < height; i++) {
            System.arraycopy(flat, i * width, rows[i], 0, width);
        }
    }

    /**
     * out += x · this, the rows added in order, so that the sum is the same bits whatever the
     * loop's form.
     */
    void addProduct(float[] x, int offset, float[] out) {
        int height = rows.length;
        int i = 0;
        for (; i + 4 <= height; i += 4) {
            addFour(
                    out,
                    x[offset + i],
                    rows[i],
                    x[offset + i + 1],
                    rows[i + 1],
                    x[offset + i + 2],
                    rows[i + 2],
                    x[offset + i + 3],
                    rows[i + 3]);
        }
        for (; i < height; i++) {
            addOne(out, x[offset + i], rows[i]);
        }
    }

    private void addFour(
            float[] out,
            float x0,
            float[] w0,
            float x1,
            float[] w1,
            float x2,
            float[] w2,
            float x3,
            float[] w3) {
        for (int j = 0; j < width; j++) {
            out[j] = out[j] + x0 * w0[j] + x1 * w1[j] + x2 * w2[j] + x3 * w3[j];
        }
    }

    private void addOne(float[] out, float x, float[] w) {
        for (int j = 0; j < width; j++) {
            out[j] += x * w[j];
        }
    }
}
