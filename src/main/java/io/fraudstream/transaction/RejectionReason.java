package io.fraudstream.transaction;

/**
 * Why a record was refused. The names are a contract: dashboards and dead-letter consumers match on
 * them.
 */
public enum RejectionReason {
    EMPTY,
    OVERSIZE,
    INVALID_UTF8,
    MALFORMED_JSON,
    MISSING_FIELD,
    WRONG_TYPE,
    INVALID_VALUE,
    DUPLICATE_FIELD,
    NEGATIVE_AMOUNT,
    AMOUNT_TOO_LARGE,
    UNKNOWN_CURRENCY,
    NO_EXCHANGE_RATE,
    FUTURE_EVENT_TIME,
    ANCIENT_EVENT_TIME,
    CARD_NUMBER,
    /** A model pointer that the job does not follow; what it scores with goes on. */
    MODEL_REFUSED;

    private final String wireName = name().toLowerCase(java.util.Locale.ROOT);

    /** The name on the wire and in metrics. */
    public String wireName() {
        return wireName;
    }
}
