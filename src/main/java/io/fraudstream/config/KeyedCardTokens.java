package io.fraudstream.config;

import io.fraudstream.transaction.CardTokenPolicy;
import io.fraudstream.transaction.HmacCardTokens;
import io.fraudstream.transaction.WrappedKey;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Tokens of card numbers by a key that is read where they are made. What travels to a task says
 * only where the key lies: a file on every machine, or a variable of the environment.
 */
final class KeyedCardTokens implements CardTokenPolicy {
    static final String KEY_FILE = "transactions.cardTokenKeyFile";
    static final String WRAPPING_KEY_FILE = "transactions.cardTokenWrappingKeyFile";

    private static final long serialVersionUID = 1L;

    private final String keyFile;
    private final String wrappingKeyFile;
    private transient HmacCardTokens tokens;

    private KeyedCardTokens(String keyFile, String wrappingKeyFile, HmacCardTokens tokens) {
        this.keyFile = keyFile;
        this.wrappingKeyFile = wrappingKeyFile;
        this.tokens = tokens;
    }

    /**
     * Reads the key here already, so that what is wrong with it is told before a job starts.
     *
     * @param keyFile {@code null} for {@link CodecParts#KEY_VARIABLE}
     * @param wrappingKeyFile {@code null} for {@link CodecParts#WRAPPING_KEY_VARIABLE}, which only
     *     a wrapped key needs
     */
    static KeyedCardTokens of(Path keyFile, Path wrappingKeyFile, Map<String, String> environment)
            throws SettingsException {
        return new KeyedCardTokens(
                keyFile == null ? null : keyFile.toAbsolutePath().toString(),
                wrappingKeyFile == null ? null : wrappingKeyFile.toAbsolutePath().toString(),
                new HmacCardTokens(key(keyFile, wrappingKeyFile, environment)));
    }

    @Override
    public String tokenFor(String cardId) {
        if (tokens == null) {
            try {
                tokens =
                        new HmacCardTokens(
                                key(path(keyFile), path(wrappingKeyFile), System.getenv()));
            } catch (SettingsException unusable) {
                throw new IllegalStateException(unusable.getMessage(), unusable);
            }
        }
        return tokens.tokenFor(cardId);
    }

    private static Path path(String file) {
        return file == null ? null : Path.of(file);
    }

    private static byte[] key(Path file, Path wrapping, Map<String, String> environment)
            throws SettingsException {
        String variable = environment.get(CodecParts.KEY_VARIABLE);
        if (file == null && variable == null) {
            throw new SettingsException(
                    "transactions.cardNumbers is tokenize, expected a key in "
                            + KEY_FILE
                            + " or in "
                            + CodecParts.KEY_VARIABLE);
        }
        String origin = file == null ? CodecParts.KEY_VARIABLE : KEY_FILE + " (" + file + ")";
        String text = file == null ? variable : SecretFile.read(KEY_FILE, file);
        byte[] key;
        if (WrappedKey.isWrapped(text)) {
            List<byte[]> wrappingKeys = wrappingKeys(wrapping, environment);
            try {
                key = WrappedKey.parse(text).unwrap(wrappingKeys);
            } catch (IllegalArgumentException unusable) {
                throw new SettingsException(origin + ": " + unusable.getMessage());
            }
        } else {
            key = hexadecimal(origin, text);
        }
        if (key.length < HmacCardTokens.MIN_KEY_BYTES) {
            throw noKey(origin);
        }
        return key;
    }

    private static List<byte[]> wrappingKeys(Path file, Map<String, String> environment)
            throws SettingsException {
        String variable = environment.get(CodecParts.WRAPPING_KEY_VARIABLE);
        if (file == null && variable == null) {
            throw new SettingsException(
                    "the card token key is wrapped, expected its wrapping key in "
                            + WRAPPING_KEY_FILE
                            + " or in "
                            + CodecParts.WRAPPING_KEY_VARIABLE);
        }
        return file == null
                ? hexadecimals(CodecParts.WRAPPING_KEY_VARIABLE, variable)
                : wrappingKeys(file);
    }

    /** The wrapping keys in a file, one a line, the one to wrap by last. */
    static List<byte[]> wrappingKeys(Path file) throws SettingsException {
        return hexadecimals(
                WRAPPING_KEY_FILE + " (" + file + ")", SecretFile.read(WRAPPING_KEY_FILE, file));
    }

    private static List<byte[]> hexadecimals(String origin, String text) throws SettingsException {
        List<String> words =
                Arrays.stream(text.split("[\\s,]+")).filter(word -> !word.isEmpty()).toList();
        if (words.isEmpty()) {
            throw noKey(origin);
        }
        byte[][] keys = new byte[words.size()][];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = hexadecimal(origin, words.get(i));
        }
        return List.of(keys);
    }

    static byte[] hexadecimal(String origin, String text) throws SettingsException {
        try {
            return HexFormat.of().parseHex(text.strip());
        } catch (IllegalArgumentException invalid) {
            // Its message would show the key.
            throw noKey(origin);
        }
    }

    private static SettingsException noKey(String origin) {
        return new SettingsException(
                origin + " is no usable key, expected 32 or more hexadecimal digits (16 bytes)");
    }
}
