package io.fraudstream.recording;

import java.util.Locale;

/** The fields of a transaction on the wire, in the order in which they are written. */
public enum WireField {
    TRANSACTION_ID(true),
    EVENT_TIME(true),
    CARD_ID(true),
    AMOUNT_MINOR(true),
    CURRENCY(true),
    TERMINAL_ID(false),
    MERCHANT_ID(false),
    MCC(false),
    COUNTRY(false),
    ENTRY_MODE(false),
    LATITUDE(false),
    LONGITUDE(false),
    DEVICE_ID(false),
    RESPONSE_CODE(false),
    MESSAGE_TYPE(false),
    ORIGINAL_TRANSACTION_ID(false);

    private final boolean required;
    private final String wireName = name().toLowerCase(Locale.ROOT);

    WireField(boolean required) {
        this.required = required;
    }

    /** The name on the wire and in mapping files. */
    public String wireName() {
        return wireName;
    }

    boolean isRequired() {
        return required;
    }

    /** Whether the same value for all rows makes sense. */
    boolean mayBeConstant() {
        return switch (this) {
            case CURRENCY,
                    MERCHANT_ID,
                    TERMINAL_ID,
                    MCC,
                    COUNTRY,
                    ENTRY_MODE,
                    RESPONSE_CODE,
                    MESSAGE_TYPE ->
                    true;
            default -> false;
        };
    }
}
