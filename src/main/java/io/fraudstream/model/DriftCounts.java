package io.fraudstream.model;

import java.util.Arrays;

/**
 * Counts feature vectors and scores into the bins of a {@link DriftReference} and tells how far
 * they have drifted from it, as {@link PopulationStability} measures it. Not safe for several
 * threads.
 */
public final class DriftCounts {
    private final DriftReference reference;
    private final ReferenceBins[] bins;
    private final long[][] features;
    private final long[] score;
    private long events;

    public DriftCounts(DriftReference reference) {
        this.reference = reference;
        this.bins = reference.features().toArray(ReferenceBins[]::new);
        this.features = new long[bins.length][];
        Arrays.setAll(features, i -> new long[bins[i].size()]);
        this.score = new long[reference.score().size()];
    }

    /**
     * @param vector raw
     * @param calibrated of the model that the reference belongs to
     */
    public void add(float[] vector, double calibrated) {
        for (int i = 0; i < vector.length; i++) {
            features[i][bins[i].binOf(vector[i])]++;
        }
        score[reference.score().binOf(calibrated)]++;
        events++;
    }

    /** Takes in all that others of the same reference have counted. */
    public void add(DriftCounts other) {
        if (!other.reference.equals(reference)) {
            throw new IllegalArgumentException("counts of another reference can't be combined");
        }
        for (int i = 0; i < features.length; i++) {
            add(features[i], other.features[i]);
        }
        add(score, other.score);
        events += other.events;
    }

    private static void add(long[] into, long[] from) {
        for (int i = 0; i < into.length; i++) {
            into[i] += from[i];
        }
    }

    /** How many events were counted. */
    public long events() {
        return events;
    }

    /** NaN without events. */
    public double featureIndex(int feature) {
        return PopulationStability.index(bins[feature].counts(), features[feature]);
    }

    /** NaN without events. */
    public double scoreIndex() {
        return PopulationStability.index(reference.score().counts(), score);
    }
}
