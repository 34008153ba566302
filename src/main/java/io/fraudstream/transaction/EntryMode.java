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

    /** Whether the card need not be there. */
    public boolean isRemote() {
        return switch (this) {
            case ECOMMERCE, CREDENTIAL_ON_FILE, MANUAL -> true;
            case CHIP, CONTACTLESS, MAGSTRIPE, OTHER -> false;
        };
    }
}
