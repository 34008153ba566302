package io.fraudstream.model;

import io.fraudstream.features.FeatureSchema;

/** A model that is ready to score. Not safe for several threads: each takes its own. */
public interface FraudModel {
    /** Names the content of the bundle behind it. */
    String bundleId();

    /**
     * The calibrated probability that the newest event of a sequence is fraud.
     *
     * @param sequence raw feature vectors of one card, oldest first, the event's own last; 1 to
     *     {@link FeatureSchema#SEQUENCE_LENGTH} of them; models without memory look at the last
     *     only
     */
    double score(float[][] sequence);

    /** How many of a sequence's newest vectors a score depends on. */
    default int steps() {
        return FeatureSchema.SEQUENCE_LENGTH;
    }

    /**
     * What each feature of a sequence's newest event adds to the score.
     *
     * @param usual raw values that the event's own are compared with; NaN where unknown
     * @return per feature, in log-odds of the calibrated probability; they add up to the difference
     *     between this event and the same event with the usual values, to about a hundredth
     */
    double[] contributions(float[][] sequence, float[] usual);
}
