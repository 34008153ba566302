package io.fraudstream.transaction;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * A key that is encrypted by another, by AES key wrap with padding (RFC 5649). The wrapping key can
 * be changed while the key within, and so every token that it ever gave, stays the same.
 *
 * <p>As text it is one line: {@code aes-kwp}, the {@link #fingerprint} of the wrapping key, and the
 * wrapped key in hexadecimal.
 *
 * @param wrappedBy fingerprint of the wrapping key
 * @param bytes the wrapped key
 */
public record WrappedKey(String wrappedBy, byte[] bytes) {
    private static final String SCHEME = "aes-kwp";
    private static final String CIPHER = "AES/KWP/NoPadding";
    private static final String CONTEXT = "fraudstream key fingerprint:";
    private static final List<Integer> WRAPPING_KEY_BYTES = List.of(16, 24, 32);
    private static final int FINGERPRINT_BYTES = 8;

    /** Whether the text is a wrapped key and not one in clear. */
    public static boolean isWrapped(String text) {
        return text.strip().startsWith(SCHEME + " ");
    }

    /**
     * Reads what {@link #toString} wrote.
     *
     * @throws IllegalArgumentException without showing the text, if it is nothing of the kind
     */
    public static WrappedKey parse(String text) {
        String[] parts = text.strip().split("\\s+", -1);
        if (parts.length != 3 || !parts[0].equals(SCHEME)) {
            throw new IllegalArgumentException(
                    "no wrapped key, expected: " + SCHEME + " FINGERPRINT HEXADECIMAL");
        }
        try {
            return new WrappedKey(parts[1], HexFormat.of().parseHex(parts[2]));
        } catch (IllegalArgumentException noHex) {
            throw new IllegalArgumentException("the wrapped key is not hexadecimal");
        }
    }

    /**
     * Wraps a key.
     *
     * @throws IllegalArgumentException if the wrapping key has not 16, 24 or 32 bytes
     */
    public static WrappedKey wrap(byte[] key, byte[] wrappingKey) {
        try {
            Cipher cipher = Cipher.getInstance(CIPHER);
            cipher.init(Cipher.WRAP_MODE, aes(wrappingKey));
            return new WrappedKey(
                    fingerprint(wrappingKey), cipher.wrap(new SecretKeySpec(key, "RAW")));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no " + CIPHER, e);
        }
    }

    /**
     * The key within.
     *
     * @param wrappingKeys of which one has wrapped it; several while one takes another's place
     * @throws IllegalArgumentException if none of them has, or the text was changed
     */
    public byte[] unwrap(List<byte[]> wrappingKeys) {
        for (byte[] wrappingKey : wrappingKeys) {
            if (fingerprint(wrappingKey).equals(wrappedBy)) {
                return unwrap(wrappingKey);
            }
        }
        throw new IllegalArgumentException(
                "the key is wrapped by "
                        + wrappedBy
                        + ", expected one of the wrapping keys "
                        + wrappingKeys.stream().map(WrappedKey::fingerprint).toList());
    }

    private byte[] unwrap(byte[] wrappingKey) {
        try {
            Cipher cipher = Cipher.getInstance(CIPHER);
            cipher.init(Cipher.UNWRAP_MODE, aes(wrappingKey));
            return cipher.unwrap(bytes, "RAW", Cipher.SECRET_KEY).getEncoded();
        } catch (GeneralSecurityException changed) {
            throw new IllegalArgumentException(
                    "the wrapped key is damaged: " + changed.getMessage(), changed);
        }
    }

    private static SecretKeySpec aes(byte[] wrappingKey) {
        if (!WRAPPING_KEY_BYTES.contains(wrappingKey.length)) {
            throw new IllegalArgumentException(
                    "the wrapping key has "
                            + wrappingKey.length
                            + " bytes, expected one of "
                            + WRAPPING_KEY_BYTES);
        }
        return new SecretKeySpec(wrappingKey, "AES");
    }

    /** Names a key without telling it: 64 bits of its hash. */
    public static String fingerprint(byte[] key) {
        try {
            MessageDigest hash = MessageDigest.getInstance("SHA-256");
            hash.update(CONTEXT.getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(hash.digest(key), 0, FINGERPRINT_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return SCHEME + " " + wrappedBy + " " + HexFormat.of().formatHex(bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WrappedKey key
                && wrappedBy.equals(key.wrappedBy)
                && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }
}
