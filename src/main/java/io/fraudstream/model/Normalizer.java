package io.fraudstream.model;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.features.Transform;
import java.util.Arrays;

/**
 * Brings raw features to a common scale: the schema's transform, then (x − mean) / deviation, cut
 * at ±{@link #LIMIT} so that an absurd value moves a score by a bounded amount. A missing value
 * becomes 0, which is the mean.
 *
 * @param logarithmic whether feature i goes through sign(x)·ln(1+|x|) first
 * @param mean after the transform
 * @param scale one over the deviation after the transform; 0 for a feature that was constant
 */
public record Normalizer(boolean[] logarithmic, float[] mean, float[] scale) {
    public static final float LIMIT = 6;

    public Normalizer {
        if (logarithmic.length != mean.length || mean.length != scale.length) {
            throw new IllegalArgumentException("normalizer columns differ in length");
        }
    }

    public int size() {
        return mean.length;
    }

    /** Writes the normalised features to {@code out} from {@code offset} on. */
    public void apply(float[] raw, float[] out, int offset) {
        for (int i = 0; i < mean.length; i++) {
            float value = transformed(raw[i], logarithmic[i]);
            float standardised = (value - mean[i]) * scale[i];
            out[offset + i] =
                    Float.isNaN(standardised) ? 0 : Math.max(-LIMIT, Math.min(LIMIT, standardised));
        }
    }

    // StrictMath, so that the last bit does not depend on the machine.
    private static float transformed(float value, boolean logarithmic) {
        if (!logarithmic) {
            return value;
        }
        float magnitude = (float) StrictMath.log1p(Math.abs(value));
        return value < 0 ? -magnitude : magnitude;
    }

    /**
     * Collects means and deviations over a training set, in double precision, missing values left
     * out.
     */
    public static final class Fitter {
        private final boolean[] logarithmic;
        private final long[] count;
        private final double[] mean;
        private final double[] squares;

        public Fitter(FeatureSchema schema) {
            logarithmic = new boolean[schema.size()];
            for (int i = 0; i < logarithmic.length; i++) {
                logarithmic[i] = schema.specs().get(i).transform() == Transform.LOG;
            }
            count = new long[logarithmic.length];
            mean = new double[logarithmic.length];
            squares = new double[logarithmic.length];
        }

        /** Welford's update (1962). */
        public void add(float[] raw) {
            for (int i = 0; i < mean.length; i++) {
                double value = transformed(raw[i], logarithmic[i]);
                if (Double.isNaN(value)) {
                    continue;
                }
                double delta = value - mean[i];
                mean[i] += delta / ++count[i];
                squares[i] += delta * (value - mean[i]);
            }
        }

        public Normalizer fit() {
            float[] means = new float[mean.length];
            float[] scales = new float[mean.length];
            for (int i = 0; i < mean.length; i++) {
                double deviation = count[i] < 2 ? 0 : Math.sqrt(squares[i] / count[i]);
                means[i] = (float) mean[i];
                scales[i] = deviation > 1e-9 ? (float) (1 / deviation) : 0;
            }
            return new Normalizer(Arrays.copyOf(logarithmic, logarithmic.length), means, scales);
        }
    }
}
