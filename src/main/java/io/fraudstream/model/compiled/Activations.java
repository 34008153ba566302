package io.fraudstream.model.compiled;

import io.fraudstream.model.Activation;

/**
 * Activation functions over arrays, in float arithmetic that is the same on every machine and that
 * C2 turns into vector instructions: no branches, no calls.
 */
final class Activations {
    /** Beyond this tanh is ±1 in float. */
    static final float CUT = 7.90531110763549805f;

    static final float P13 = -2.76076847742355e-16f;
    static final float P11 = 2.00018790482477e-13f;
    static final float P9 = -8.60467152213735e-11f;
    static final float P7 = 5.12229709037114e-08f;
    static final float P5 = 1.48572235717979e-05f;
    static final float P3 = 6.37261928875436e-04f;
    static final float P1 = 4.89352455891786e-03f;
    static final float Q6 = 1.19825839466702e-06f;
    static final float Q4 = 1.18534705686654e-04f;
    static final float Q2 = 2.26843463243900e-03f;
    static final float Q0 = 4.89352518554385e-03f;

    private Activations() {}

    /**
     * tanh as a ratio of an odd polynomial of degree 13 and an even one of degree 6, minimax over
     * [-7.9, 7.9] (the coefficients that Eigen and XLA use for float tanh); at most 5e-7 off, which
     * a test shows.
     */
    static float tanh(float value) {
        float x = Math.max(-CUT, Math.min(CUT, value));
        float y = x * x;
        float p = P13;
        p = p * y + P11;
        p = p * y + P9;
        p = p * y + P7;
        p = p * y + P5;
        p = p * y + P3;
        p = p * y + P1;
        float q = Q6;
        q = q * y + Q4;
        q = q * y + Q2;
        q = q * y + Q0;
        return x * p / q;
    }

    /** σ(x) = (1 + tanh(x / 2)) / 2. */
    static float sigmoid(float value) {
        return 0.5f * tanh(0.5f * value) + 0.5f;
    }

    static void apply(Kernels kernels, Activation activation, float[] values) {
        switch (activation) {
            case RELU -> kernels.relu(values);
            case TANH -> tanh(kernels, values, 0, values.length);
            case SIGMOID -> sigmoid(kernels, values, 0, values.length);
        }
    }

    static void tanh(Kernels kernels, float[] values, int from, int to) {
        kernels.squash(values, from, to, 1, 1, 0);
    }

    /** See {@link #sigmoid(float)}. */
    static void sigmoid(Kernels kernels, float[] values, int from, int to) {
        kernels.squash(values, from, to, 0.5f, 0.5f, 0.5f);
    }
}
