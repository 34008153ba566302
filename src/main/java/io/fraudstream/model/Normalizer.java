package io.fraudstream.model;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.features.Transform;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Brings raw features to a common scale: the schema's transform, then (x − mean) / deviation, cut
 * at ±{@link #LIMIT} so that an absurd value moves a score by a bounded amount. A missing value
 * becomes 0, which is the mean.
 *
 * <p>An encoded vector holds these {@link #size()} numbers and behind them, for each feature that
 * has edges e₀ &lt; … &lt; eₖ, its k pieces: how far the raw value has come from eⱼ to eⱼ₊₁, from 0
 * to 1 (piecewise linear encoding, Gorishniy, Rubachev and Babenko 2022); then a 1 for each feature
 * that is missing, of those that sometimes are. All of them are bounded, whatever the value.
 *
 * @param logarithmic whether feature i goes through sign(x)·ln(1+|x|) first
 * @param mean after the transform
 * @param scale one over the deviation after the transform; 0 for a feature that was constant
 * @param edges between pieces, raw and rising; none for a feature without pieces
 * @param indicated whether feature i has a number of its own that says that it is missing
 */
public record Normalizer(
        boolean[] logarithmic, float[] mean, float[] scale, float[][] edges, boolean[] indicated) {
    public static final float LIMIT = 6;

    public Normalizer {
        int size = logarithmic.length;
        if (mean.length != size
                || scale.length != size
                || edges.length != size
                || indicated.length != size) {
            throw new IllegalArgumentException("normalizer columns differ in length");
        }
        for (float[] cuts : edges) {
            for (int i = 0; i < cuts.length; i++) {
                if (!Float.isFinite(cuts[i]) || (i > 0 && !(cuts[i] > cuts[i - 1]))) {
                    throw new IllegalArgumentException(
                            "normalizer edges are "
                                    + Arrays.toString(cuts)
                                    + ", expected rising finite numbers");
                }
            }
        }
    }

    /** Without pieces, and without telling what is missing. */
    public Normalizer(boolean[] logarithmic, float[] mean, float[] scale) {
        this(
                logarithmic,
                mean,
                scale,
                new float[logarithmic.length][0],
                new boolean[logarithmic.length]);
    }

    /** How many features there are, and numbers that {@link #apply} writes. */
    public int size() {
        return mean.length;
    }

    /** How many numbers {@link #encode} writes. */
    public int width() {
        int width = size();
        for (int i = 0; i < size(); i++) {
            width += pieces(i) + (indicated[i] ? 1 : 0);
        }
        return width;
    }

    /** Which feature each number of an encoded vector is made of. */
    public int[] features() {
        int[] features = new int[width()];
        int at = 0;
        for (int i = 0; i < size(); i++) {
            features[at++] = i;
        }
        for (int i = 0; i < size(); i++) {
            Arrays.fill(features, at, at + pieces(i), i);
            at += pieces(i);
        }
        for (int i = 0; i < size(); i++) {
            if (indicated[i]) {
                features[at++] = i;
            }
        }
        return features;
    }

    private int pieces(int feature) {
        return Math.max(0, edges[feature].length - 1);
    }

    /** Writes the normalised features to {@code out} from {@code offset} on. */
    public void apply(float[] raw, float[] out, int offset) {
        for (int i = 0; i < mean.length; i++) {
            out[offset + i] = standardised(transformed(raw[i], logarithmic[i]), mean[i], scale[i]);
        }
    }

    /** Writes the encoded vector to {@code out} from {@code offset} on. */
    public void encode(float[] raw, float[] out, int offset) {
        apply(raw, out, offset);
        int at = offset + mean.length;
        for (int i = 0; i < edges.length; i++) {
            float[] cuts = edges[i];
            for (int j = 1; j < cuts.length; j++) {
                out[at++] = piece(raw[i], cuts[j - 1], cuts[j]);
            }
        }
        for (int i = 0; i < indicated.length; i++) {
            if (indicated[i]) {
                out[at++] = Float.isNaN(raw[i]) ? 1 : 0;
            }
        }
    }

    /** A missing value has not come to any edge. */
    private static float piece(float value, float from, float to) {
        if (value >= to) {
            return 1;
        }
        // In double: the difference of two floats may be beyond them.
        return value > from ? (float) (((double) value - from) / ((double) to - from)) : 0;
    }

    /** A feature's normalised value behind its transform. */
    public static float standardised(float transformed, float mean, float scale) {
        float standardised = (transformed - mean) * scale;
        return Float.isNaN(standardised) ? 0 : Math.max(-LIMIT, Math.min(LIMIT, standardised));
    }

    /** sign(x)·ln(1+|x|), or x. */
    public static float transformed(float value, boolean logarithmic) {
        if (!logarithmic) {
            return value;
        }
        float magnitude = Log1p.of(Math.abs(value));
        return value < 0 ? -magnitude : magnitude;
    }

    /**
     * Collects means and deviations over a training set, in double precision, missing values left
     * out, and edges from the quantiles of both legitimate events and frauds: where either are
     * dense, a network can tell values apart.
     */
    public static final class Fitter {
        /** Legitimate events and frauds are each cut into so many parts of equal mass. */
        static final int PARTS = 6;

        /** A feature that is missing, or is there, less often than this is not told of. */
        private static final double RARE = 1e-3;

        private final boolean[] logarithmic;
        private final boolean[] cut;
        private final long[] count;
        private final double[] mean;
        private final double[] squares;
        private final List<float[]> vectors = new ArrayList<>();
        private final BitSet frauds = new BitSet();

        public Fitter(FeatureSchema schema) {
            logarithmic = new boolean[schema.size()];
            cut = new boolean[schema.size()];
            for (int i = 0; i < logarithmic.length; i++) {
                Transform transform = schema.specs().get(i).transform();
                logarithmic[i] = transform != Transform.NONE;
                cut[i] = transform == Transform.PIECES;
            }
            count = new long[logarithmic.length];
            mean = new double[logarithmic.length];
            squares = new double[logarithmic.length];
        }

        /**
         * Welford's update (1962).
         *
         * @param raw kept until {@link #fit}; not to be changed
         */
        public void add(float[] raw, boolean fraud) {
            frauds.set(vectors.size(), fraud);
            vectors.add(raw);
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
            int size = mean.length;
            float[] means = new float[size];
            float[] scales = new float[size];
            float[][] edges = new float[size][];
            boolean[] indicated = new boolean[size];
            for (int i = 0; i < size; i++) {
                double deviation = count[i] < 2 ? 0 : Math.sqrt(squares[i] / count[i]);
                means[i] = (float) mean[i];
                scales[i] = deviation > 1e-9 ? (float) (1 / deviation) : 0;
                edges[i] = cut[i] ? edges(i) : new float[0];
                double known = (double) count[i] / vectors.size();
                indicated[i] = known >= RARE && known <= 1 - RARE;
            }
            return new Normalizer(logarithmic.clone(), means, scales, edges, indicated);
        }

        private float[] edges(int feature) {
            float[] legitimate = sorted(feature, false);
            float[] fraudulent = sorted(feature, true);
            float[] candidates = new float[2 * PARTS];
            int found = 0;
            for (int part = 0; part <= PARTS && legitimate.length > 0; part++) {
                candidates[found++] = quantile(legitimate, part);
            }
            for (int part = 1; part < PARTS && fraudulent.length > 0; part++) {
                candidates[found++] = quantile(fraudulent, part);
            }
            Arrays.sort(candidates, 0, found);
            int kept = 0;
            for (int i = 0; i < found; i++) {
                // Adding 0 makes one of both zeros, which compare as equal and sort as different.
                float candidate = candidates[i] + 0f;
                if (Float.isFinite(candidate) && (kept == 0 || candidate > candidates[kept - 1])) {
                    candidates[kept++] = candidate;
                }
            }
            return kept < 2 ? new float[0] : Arrays.copyOf(candidates, kept);
        }

        private float[] sorted(int feature, boolean ofFrauds) {
            float[] values = new float[vectors.size()];
            int found = 0;
            for (int i = 0; i < values.length; i++) {
                float value = vectors.get(i)[feature];
                if (frauds.get(i) == ofFrauds && !Float.isNaN(value)) {
                    values[found++] = value;
                }
            }
            float[] sorted = Arrays.copyOf(values, found);
            Arrays.sort(sorted);
            return sorted;
        }

        private static float quantile(float[] sorted, int part) {
            return sorted[(int) ((sorted.length - 1L) * part / PARTS)];
        }
    }
}
