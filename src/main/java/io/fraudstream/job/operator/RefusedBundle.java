package io.fraudstream.job.operator;

import io.fraudstream.job.state.Announced;

/** A pointer or its bundle that the job must not follow. */
final class RefusedBundle extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Announced.Refusal refusal;

    RefusedBundle(String field, String detail, boolean passing) {
        super(detail);
        this.refusal = new Announced.Refusal(field, detail, passing);
    }

    RefusedBundle(String field, String detail) {
        this(field, detail, false);
    }

    Announced.Refusal refusal() {
        return refusal;
    }
}
