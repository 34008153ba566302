package io.fraudstream.job.state;

import io.fraudstream.transaction.Coordinates;

/**
 * A record of the models topic on its way to the operator that accepts or refuses it.
 *
 * @param record its bytes; not to be changed
 * @param bundle what it points to, fetched and verified by then; {@code null} where it is no
 *     pointer
 * @param labelCutOff of the fetched bundle, milliseconds since the epoch
 * @param refusal why it must not be used; {@code null} so far as nothing speaks against it
 */
public record Announced(
        Coordinates coordinates,
        byte[] record,
        ServedBundle bundle,
        long labelCutOff,
        Refusal refusal) {

    /**
     * What speaks against a pointer.
     *
     * @param field of the pointer or the bundle that is at fault, or {@code null} where the record
     *     as a whole is
     * @param detail the value and what was expected
     * @param passing whether trying again may help, since only the place of the bundle cannot be
     *     reached
     */
    public record Refusal(String field, String detail, boolean passing) {}

    /** The same with a bundle that has been fetched and found sound. */
    public Announced verified(byte[] serving, long cutOff) {
        return new Announced(
                coordinates, record, new ServedBundle(bundle.pointer(), serving), cutOff, null);
    }

    /** The same with what speaks against it. */
    public Announced refused(Refusal reason) {
        return new Announced(coordinates, record, bundle, labelCutOff, reason);
    }
}
