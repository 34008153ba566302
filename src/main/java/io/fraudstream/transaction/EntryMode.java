package io.fraudstream.transaction;

/**
 * How the card's data entered the terminal (ISO 8583 data element 22), reduced to what fraud models
 * use.
 */
public enum EntryMode {
    CHIP,
    CONTACTLESS,
    MAGSTRIPE,
    MANUAL,
    ECOMMERCE,
    CREDENTIAL_ON_FILE,
    OTHER;

    private final String wireName = name().toLowerCase(java.util.Locale.ROOT);

    /** The name on the wire, as {@code schemas/} lists it. */
    public String wireName() {
        return wireName;
    }
}
