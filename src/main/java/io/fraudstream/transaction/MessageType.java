package io.fraudstream.transaction;

/**
 * The kind of message (ISO 8583 message type indicator), reduced to what changes the meaning of the
 * amount.
 */
public enum MessageType {
    /** 0100: an authorisation request; what a record without a message type is. */
    AUTHORIZATION,
    /** 0200: a financial request that authorises and clears at once. */
    FINANCIAL,
    /**
     * 0120, 0220: an advice of something that was already decided elsewhere; counted like the two
     * above.
     */
    ADVICE,
    /**
     * 0400, 0420: undoes the transaction that it names; takes its amount out of the sums and never
     * alerts.
     */
    REVERSAL;

    private final String wireName = name().toLowerCase(java.util.Locale.ROOT);

    /** The name on the wire, as {@code schemas/} lists it. */
    public String wireName() {
        return wireName;
    }
}
