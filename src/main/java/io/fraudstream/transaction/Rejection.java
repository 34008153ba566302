package io.fraudstream.transaction;

/**
 * A record that could not be accepted, for the dead-letter topic.
 *
 * @param field the field at fault, or {@code null} where the record as a whole is
 * @param detail the value and what was expected, without a card number
 * @param payload the record's text with card numbers masked, cut at {@link #MAX_PAYLOAD_CHARS}
 * @param payloadBytes the length of the whole record
 */
public record Rejection(
        RejectionReason reason,
        String field,
        String detail,
        String payload,
        int payloadBytes,
        Coordinates coordinates)
        implements Decoded {
    public static final int MAX_PAYLOAD_CHARS = 4096;
}
