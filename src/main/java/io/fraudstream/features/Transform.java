package io.fraudstream.features;

/** What a feature goes through before it is standardised. */
public enum Transform {
    /** As it is. */
    NONE,
    /** sign(x) · ln(1 + |x|), for what has a heavy tail. */
    LOG,
    /**
     * As LOG; besides the value is cut into pieces, for risks that rise or fall at a point within
     * the tail.
     */
    PIECES
}
