package io.fraudstream.job;

/**
 * What happens to an event that is older than its partition's newest one by more than the bound on
 * disorder.
 */
public enum LatePolicy {
    /** It is scored among its neighbours in time and flagged as {@code scored_late}. */
    SCORE,
    /** It is not scored; it goes to the dead-letter topic and counts as late. */
    DIVERT
}
