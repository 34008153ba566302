package io.fraudstream.transaction;

/** What happens to a {@code card_id} at the door: kept, replaced by a token, or refused. */
@FunctionalInterface
public interface CardTokenPolicy {
    /** The token to use for this card, or {@code null} if the record is to be refused as carrying a card number. */
    String tokenFor(String cardId);

    /** Refuses what looks like a card number; the default. */
    static CardTokenPolicy rejectCardNumbers() {
        return cardId -> CardNumbers.looksLikeCardNumber(cardId) ? null : cardId;
    }

    /** Accepts everything: for issuers whose surrogate tokens are numeric and pass the Luhn check. */
    static CardTokenPolicy trustedTokens() {
        return cardId -> cardId;
    }
}
