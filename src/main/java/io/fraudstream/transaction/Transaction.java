package io.fraudstream.transaction;

import java.util.Objects;

/**
 * One card transaction that passed every check of {@link TransactionCodec}. Optional fields are
 * {@code null}, a missing place is {@code NaN}.
 *
 * @param id unique for this transaction, at least over the dedupe horizon
 * @param eventTime when it happened at the terminal, milliseconds since the epoch, UTC
 * @param cardId a token that stands for the card, never its number
 * @param amountMinor in minor units of {@code currency}; negative only for a reversal
 * @param currency ISO 4217 letters
 * @param baseAmountMinor the amount's magnitude in minor units of the base currency of the rate
 *     table; never negative
 * @param mcc merchant category code (ISO 18245), 4 digits
 * @param country ISO 3166-1 alpha-2 of the terminal
 * @param latitude of the terminal in degrees
 * @param longitude of the terminal in degrees
 * @param responseCode ISO 8583 data element 39; {@code null} while undecided or unknown
 * @param originalTransactionId what a reversal undoes
 */
public record Transaction(
        String id,
        long eventTime,
        String cardId,
        long amountMinor,
        String currency,
        long baseAmountMinor,
        String terminalId,
        String merchantId,
        String mcc,
        String country,
        EntryMode entryMode,
        double latitude,
        double longitude,
        String deviceId,
        String responseCode,
        MessageType messageType,
        String originalTransactionId)
        implements Decoded {

    public Transaction {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(cardId, "cardId");
        Objects.requireNonNull(currency, "currency");
        Objects.requireNonNull(messageType, "messageType");
    }

    /**
     * The key of the terminal features, or {@code null} where neither terminal nor merchant is
     * known.
     */
    public String terminalKey() {
        return terminalKey(terminalId, merchantId);
    }

    /** Whether there is a {@link #terminalKey}. */
    public boolean hasTerminalKey() {
        return terminalId != null || merchantId != null;
    }

    static String terminalKey(String terminalId, String merchantId) {
        if (terminalId != null) {
            return terminalId;
        }
        return merchantId == null ? null : "m:" + merchantId;
    }

    public boolean isReversal() {
        return messageType == MessageType.REVERSAL;
    }

    /** Whether an issuer has refused it: such events count in velocities and not in sums. */
    public boolean isDeclined() {
        if (responseCode == null) {
            return false;
        }
        // ISO 8583 data element 39: approved, approved with identification, partially, VIP, no
        // reason to decline.
        return switch (responseCode) {
            case "00", "08", "10", "11", "85" -> false;
            default -> true;
        };
    }

    public boolean hasPlace() {
        return !Double.isNaN(latitude) && !Double.isNaN(longitude);
    }
}
