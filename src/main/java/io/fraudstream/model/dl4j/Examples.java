package io.fraudstream.model.dl4j;

/**
 * What a network learns from, read by position, so that no second copy of a training set is made.
 */
public interface Examples {
    int size();

    /** Raw feature vectors of one card, oldest first, the event's own last; not changed. */
    float[][] sequence(int index);

    boolean isFraud(int index);
}
