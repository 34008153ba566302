package io.fraudstream.alert;

import java.util.Locale;

/** What was decided on a transaction. */
public enum Decision {
    /** The score reached the threshold. */
    ALERT,
    /** It did not. */
    PASS,
    /** There is no model in service: features are kept, nothing is scored. */
    OBSERVE;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    public String wireName() {
        return wireName;
    }
}
