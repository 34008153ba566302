package io.fraudstream.model;

/** A model that is ready to score. Not safe for several threads: each takes its own. */
public interface FraudModel {
    /** Names the content of the bundle behind it. */
    String bundleId();

    /**
     * The calibrated probability that the newest event of a sequence is fraud.
     *
     * @param sequence raw feature vectors of one card, oldest first, the event's own last; 1 to
     *     {@link io.fraudstream.features.FeatureSchema#SEQUENCE_LENGTH} of them; models without
     *     memory look at the last only
     */
    double score(float[][] sequence);
}
