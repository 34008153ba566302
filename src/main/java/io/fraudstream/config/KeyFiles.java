package io.fraudstream.config;

import io.fraudstream.transaction.HmacCardTokens;
import io.fraudstream.transaction.WrappedKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Makes and changes the files of the card token key and of what wraps it. Keys are named by
 * fingerprints and never shown.
 */
public final class KeyFiles {
    private static final int KEY_BYTES = 32;
    private static final String FILE = "the file of keys";

    private KeyFiles() {}

    /**
     * Puts a new key at the end of a file, which is made if it is not there.
     *
     * @return its fingerprint
     */
    public static String add(Path file) throws SettingsException, IOException {
        byte[] key = draw();
        String before = Files.exists(file) ? SecretFile.read(FILE, file).stripTrailing() : "";
        if (WrappedKey.isWrapped(before)) {
            throw new SettingsException(
                    file + " holds a wrapped key, expected none, or keys to add another to");
        }
        SecretFile.write(
                file,
                (before.isEmpty() ? "" : before + "\n") + HexFormat.of().formatHex(key) + "\n",
                true);
        return WrappedKey.fingerprint(key);
    }

    /**
     * Writes a new key, wrapped by the last of the wrapping keys; it is never written in clear.
     *
     * @return what it is, by fingerprints
     */
    public static String createWrapped(Path file, Path wrappingKeys)
            throws SettingsException, IOException {
        byte[] key = draw();
        WrappedKey wrapped = wrap(key, KeyedCardTokens.wrappingKeys(wrappingKeys));
        SecretFile.write(file, wrapped + "\n", false);
        return named(key, wrapped);
    }

    /**
     * Wraps the key in a file by the last of the wrapping keys, whether it stood there in clear or
     * was wrapped by any of them.
     *
     * @return what it is then, by fingerprints
     */
    public static String wrap(Path file, Path wrappingKeys) throws SettingsException, IOException {
        List<byte[]> wrapping = KeyedCardTokens.wrappingKeys(wrappingKeys);
        String text = SecretFile.read(FILE, file);
        byte[] key;
        try {
            key =
                    WrappedKey.isWrapped(text)
                            ? WrappedKey.parse(text).unwrap(wrapping)
                            : KeyedCardTokens.hexadecimal(file.toString(), text);
        } catch (IllegalArgumentException unusable) {
            throw new SettingsException(file + ": " + unusable.getMessage());
        }
        if (key.length < HmacCardTokens.MIN_KEY_BYTES) {
            throw new SettingsException(
                    file
                            + " holds a key of "
                            + key.length
                            + " bytes, expected "
                            + HmacCardTokens.MIN_KEY_BYTES
                            + " or more");
        }
        WrappedKey wrapped = wrap(key, wrapping);
        SecretFile.write(file, wrapped + "\n", true);
        return named(key, wrapped);
    }

    /** The keys in a file by their fingerprints. */
    public static String describe(Path file) throws SettingsException {
        String text = SecretFile.read(FILE, file);
        try {
            return WrappedKey.isWrapped(text)
                    ? "a key wrapped by " + WrappedKey.parse(text).wrappedBy()
                    : KeyedCardTokens.wrappingKeys(file).stream()
                            .map(WrappedKey::fingerprint)
                            .collect(Collectors.joining(", "));
        } catch (IllegalArgumentException unusable) {
            throw new SettingsException(file + ": " + unusable.getMessage());
        }
    }

    private static WrappedKey wrap(byte[] key, List<byte[]> wrappingKeys) throws SettingsException {
        try {
            return WrappedKey.wrap(key, wrappingKeys.get(wrappingKeys.size() - 1));
        } catch (IllegalArgumentException unusable) {
            throw new SettingsException(unusable.getMessage());
        }
    }

    private static String named(byte[] key, WrappedKey wrapped) {
        return "the key "
                + WrappedKey.fingerprint(key)
                + ", wrapped by "
                + wrapped.wrappedBy()
                + ".";
    }

    private static byte[] draw() {
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        return key;
    }
}
