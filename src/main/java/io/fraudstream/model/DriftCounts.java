package io.fraudstream.model;

import java.util.Arrays;
import java.util.List;

/**
 * Counts feature vectors and scores into the bins of a {@link DriftReference} and tells how far
 * they have drifted from it, as {@link PopulationStability} measures it. Not safe for several
 * threads.
 */
public final class DriftCounts {
    private final DriftReference reference;

    /**
     * By rank and feature, the edge as a {@link #key}; beyond all of them where there is no more.
     * So one loop over all features compares whole numbers without a branch, and the compiler makes
     * it compare many at once.
     */
    private final int[][] edges;

    private final int[] keys;
    private final int[] below;

    /** By feature and bin; where each feature's begin. */
    private final long[] features;

    private final int[] firstBin;
    private final long[] score;
    private long events;

    public DriftCounts(DriftReference reference) {
        this.reference = reference;
        List<ReferenceBins> bins = reference.features();
        this.firstBin = new int[bins.size() + 1];
        int most = 0;
        for (int i = 0; i < bins.size(); i++) {
            firstBin[i + 1] = firstBin[i] + bins.get(i).size();
            most = Math.max(most, bins.get(i).edges().length);
        }
        this.edges = new int[most][bins.size()];
        for (int rank = 0; rank < most; rank++) {
            for (int i = 0; i < bins.size(); i++) {
                float[] own = bins.get(i).edges();
                edges[rank][i] = rank < own.length ? key(own[rank]) : Integer.MAX_VALUE;
            }
        }
        this.keys = new int[bins.size()];
        this.below = new int[bins.size()];
        this.features = new long[firstBin[bins.size()]];
        this.score = new long[reference.score().size()];
    }

    /** Numbers whose order is that of the floats, 0 and -0 being one; NaN lies beyond them. */
    private static int key(float value) {
        int bits = Float.floatToRawIntBits(value + 0f);
        return bits ^ (bits >> 31) >>> 1;
    }

    /**
     * @param vector raw
     * @param calibrated of the model that the reference belongs to
     */
    public void add(float[] vector, double calibrated) {
        for (int i = 0; i < keys.length; i++) {
            keys[i] = key(vector[i]);
            below[i] = 0;
        }
        for (int[] edge : edges) {
            countBelow(edge, keys, below);
        }
        // As ReferenceBins.binOf has it.
        for (int i = 0; i < keys.length; i++) {
            features[firstBin[i] + (Float.isNaN(vector[i]) ? 0 : 1 + below[i])]++;
        }
        score[reference.score().binOf(calibrated)]++;
        events++;
    }

    /**
     * Adds 1 where the edge is less than the key: the sign of their difference, overflow undone.
     */
    private static void countBelow(int[] edge, int[] key, int[] below) {
        for (int i = 0; i < below.length; i++) {
            int difference = edge[i] - key[i];
            below[i] += (difference ^ (edge[i] ^ key[i]) & (difference ^ edge[i])) >>> 31;
        }
    }

    /** Takes in all that others of the same reference have counted. */
    public void add(DriftCounts other) {
        if (!other.reference.equals(reference)) {
            throw new IllegalArgumentException("counts of another reference can't be combined");
        }
        add(features, other.features);
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
        return PopulationStability.index(
                reference.features().get(feature).counts(),
                Arrays.copyOfRange(features, firstBin[feature], firstBin[feature + 1]));
    }

    /** NaN without events. */
    public double scoreIndex() {
        return PopulationStability.index(reference.score().counts(), score);
    }
}
