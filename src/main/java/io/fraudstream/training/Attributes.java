package io.fraudstream.training;

import io.fraudstream.transaction.EntryMode;
import io.fraudstream.transaction.Transaction;

/**
 * What an event is counted under when a model is judged by segment, and what it costs to miss it.
 *
 * @param amountMinor magnitude in minor units of the base currency
 * @param mcc merchant category code; {@code null} if unknown
 * @param country ISO 3166-1 alpha-2 of the terminal; {@code null} if unknown
 * @param entryMode {@code null} if unknown
 */
public record Attributes(long amountMinor, String mcc, String country, EntryMode entryMode) {
    /** Of an event of which nothing is known. */
    public static final Attributes UNKNOWN = new Attributes(0, null, null, null);

    static Attributes of(Transaction t) {
        return new Attributes(t.baseAmountMinor(), t.mcc(), t.country(), t.entryMode());
    }
}
