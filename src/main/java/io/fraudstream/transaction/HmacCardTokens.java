package io.fraudstream.transaction;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Replaces a card number by the first 128 bits of its HMAC-SHA-256, so that a card keeps one
 * history and its number never travels on. Anything that does not look like a card number is taken
 * for a token already. Not safe for use by several threads at once.
 */
public final class HmacCardTokens implements CardTokenPolicy {
    /** Shorter keys are refused. */
    public static final int MIN_KEY_BYTES = 16;

    private static final long serialVersionUID = 1L;
    private static final String ALGORITHM = "HmacSHA256";
    private static final int TOKEN_BYTES = 16;

    private final transient byte[] key;
    private transient Mac mac;

    /**
     * @param key at least 16 bytes
     * @throws IllegalArgumentException for a shorter key
     */
    public HmacCardTokens(byte[] key) {
        if (key.length < MIN_KEY_BYTES) {
            throw new IllegalArgumentException(
                    "the card token key has "
                            + key.length
                            + " bytes, expected "
                            + MIN_KEY_BYTES
                            + " or more");
        }
        this.key = key.clone();
    }

    @Override
    public String tokenFor(String cardId) {
        if (!CardNumbers.looksLikeCardNumber(cardId)) {
            return cardId;
        }
        byte[] digest =
                mac().doFinal(CardNumbers.digitsOf(cardId).getBytes(StandardCharsets.US_ASCII));
        return "t:" + HexFormat.of().formatHex(digest, 0, TOKEN_BYTES);
    }

    /** The key is a secret, and what a job ships to its tasks can be read by many. */
    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException("a card token key never travels");
    }

    private Mac mac() {
        if (mac == null) {
            try {
                mac = Mac.getInstance(ALGORITHM);
                mac.init(new SecretKeySpec(key, ALGORITHM));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("this JVM has no " + ALGORITHM, e);
            }
        }
        return mac;
    }
}
