package io.fraudstream.transaction;

/**
 * Carries the reason out of the codec's depths; never leaves this package, so it needs no stack
 * trace.
 */
final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    final RejectionReason reason;
    final String field;

    Refused(RejectionReason reason, String field, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
        this.field = field;
    }
}
