package io.fraudstream.transaction;

import java.io.Serializable;
import java.util.Set;

/**
 * What happens to a {@code card_id} at the door: kept, replaced by a token, or refused.
 * Serializable, so that a job can ship it to its tasks.
 */
@FunctionalInterface
public interface CardTokenPolicy extends Serializable {
    /**
     * The token to use for this card, or {@code null} if the record is to be refused as carrying a
     * card number.
     */
    String tokenFor(String cardId);

    /**
     * Whether a field other than {@code card_id} may hold digits that look like a card number,
     * since they are known to be none. Where it may not, a record that does is refused.
     */
    default boolean trusts(String field) {
        return false;
    }

    /** The same policy for cards, trusting these other fields. */
    default CardTokenPolicy trusting(Set<String> fields) {
        return new TrustingPolicy(this, Set.copyOf(fields));
    }

    /** Refuses what looks like a card number; the default. */
    static CardTokenPolicy rejectCardNumbers() {
        return cardId -> CardNumbers.looksLikeCardNumber(cardId) ? null : cardId;
    }

    /**
     * Accepts everything: for issuers whose surrogate tokens are numeric and pass the Luhn check.
     */
    static CardTokenPolicy trustedTokens() {
        return cardId -> cardId;
    }
}
