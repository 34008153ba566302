package io.fraudstream.model.dl4j;

/** What training makes small. */
public enum Loss {
    /** −ln of the probability that was given to what is the case. */
    CROSS_ENTROPY,
    /** (probability − what is the case)², the Brier score; it minds single wrong labels less. */
    SQUARED_ERROR
}
