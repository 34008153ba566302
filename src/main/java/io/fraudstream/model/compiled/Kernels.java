package io.fraudstream.model.compiled;

/**
 * The inner loops of networks. Every implementation gives the same bits: each output is summed in
 * the same order, always with fused multiply-add, and vector lanes lie along outputs. All arrays
 * that are written to, and the rows, are as long as a multiple of {@link #LANES}, so that no loop
 * has a rest.
 */
interface Kernels {
    /** The lanes of the widest vectors that there are, in floats. */
    int LANES = 16;

    /** The next multiple of {@link #LANES}. */
    static int padded(int length) {
        return (length + LANES - 1) / LANES * LANES;
    }

    /** What a log says of them. */
    String description();

    /** A matrix of these rows, which are equally long. */
    Matrix matrix(float[][] rows);

    /** Rows of weights in the layout that suits the loops. */
    interface Matrix {
        /** out += x[i] · row chosen[i] for each i below count, in order. */
        void addChosen(int[] chosen, int count, float[] x, float[] out);

        /** out += x[from + i] · row i for each row, in order. */
        void addProduct(float[] x, int from, float[] out);

        /** The same for two vectors at once, for which rows need be loaded only once. */
        default void addProducts(
                float[] x, int from, float[] out, int fromOther, float[] outOther) {
            addProduct(x, from, out);
            addProduct(x, fromOther, outOther);
        }
    }

    /**
     * a · b over their whole length: lane l sums up every {@link #LANES}-th product from l on, and
     * the lanes are added in pairs, halves upon halves.
     */
    float dot(float[] a, float[] b);

    /** What the columns make of a raw vector, which may be shorter than they. */
    void normalise(Columns columns, float[] raw, float[] out);

    /**
     * By slot, all padded: the state of a raw feature and how much of the piece it is in, 0 where
     * it is in none.
     */
    void locate(Pieces pieces, float[] raw, int[] states, float[] begun);

    void relu(float[] values);

    /** Each value v from one index to another becomes outer · tanh(inner · v) + shift. */
    void squash(float[] values, int from, int to, float inner, float outer, float shift);

    /** cell = forget · cell + input · new content, of four gates one behind the other. */
    void remember(float[] gates, float[] cell);

    /** values[i] ·= by[from + i]. */
    void multiply(float[] values, float[] by, int from);
}
