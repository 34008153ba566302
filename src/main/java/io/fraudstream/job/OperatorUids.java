package io.fraudstream.job;

/**
 * The uids by which state finds its operator again after an upgrade. Constants: never renamed,
 * never reused.
 */
public final class OperatorUids {
    public static final String TRANSACTION_SOURCE = "transaction-source";
    public static final String LABEL_SOURCE = "label-source";
    public static final String POINTER_SOURCE = "pointer-source";
    public static final String BUNDLE_FETCH = "bundle-fetch";
    public static final String BUNDLE_ACCEPTANCE = "bundle-acceptance";
    public static final String ADMISSION = "admission";
    public static final String LABEL_ADMISSION = "label-admission";
    public static final String DEDUPE = "dedupe";
    public static final String TERMINAL_FEATURES = "terminal-features";
    public static final String CARD_SCORING = "card-scoring";
    public static final String ALERTS_ONLY = "alerts-only";
    public static final String ALERT_SINK = "alert-sink";
    public static final String SCORED_SINK = "scored-sink";
    public static final String REJECTED_SINK = "rejected-sink";
    public static final String LATE_SINK = "late-sink";
    public static final String EVENT_STORE = "event-store";
    public static final String LABEL_STORE = "label-store";
    public static final String REPLAY_OUTPUT = "replay-output";

    private OperatorUids() {}
}
