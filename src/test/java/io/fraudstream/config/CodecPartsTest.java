package io.fraudstream.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fraudstream.transaction.CardTokenPolicy;
import io.fraudstream.transaction.HmacCardTokens;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CodecPartsTest {
    private static final String VISA_TEST_CARD = "4111111111111111";
    private static final String KEY = "000102030405060708090a0b0c0d0e0f";

    @TempDir private Path directory;

    @Test
    void theDefaultsRejectCardNumbersAndKnowManyCurrencies() throws Exception {
        CodecParts parts = CodecParts.of(Settings.DEFAULT.transactions(), Map.of());

        assertThat(parts.cardTokens().tokenFor(VISA_TEST_CARD)).isNull();
        assertThat(parts.limits().maxRecordBytes()).isEqualTo(65_536);
        assertThat(parts.rates().baseCurrency()).isEqualTo("EUR");
        assertThat(parts.rates().knows("JPY")).isTrue();
        assertThat(parts.rates().canonicalText())
                .isEqualTo(
                        CodecParts.exchangeRates(Path.of("config", "exchange-rates.yaml"))
                                .canonicalText());
    }

    @Test
    void tokenizeTakesItsKeyFromTheEnvironmentOrAFile() throws Exception {
        CardTokenPolicy fromEnvironment = tokenize(null, Map.of(CodecParts.KEY_VARIABLE, KEY));
        Path file = secret("card.key", KEY);
        CardTokenPolicy fromFile = tokenize(file, Map.of());

        String token = fromEnvironment.tokenFor(VISA_TEST_CARD);
        assertThat(token).startsWith("t:").doesNotContain("4111");
        assertThat(fromFile.tokenFor("4111-1111 1111-1111")).isEqualTo(token);
    }

    @Test
    void partsTravelToATaskAndTheKeyDoesNot() throws Exception {
        Path file = secret("card.key", KEY);
        CodecParts parts =
                new CodecParts(
                        CodecParts.of(Settings.DEFAULT.transactions(), Map.of()).limits(),
                        CodecParts.exchangeRates(null),
                        tokenize(file, Map.of()));
        String token = parts.cardTokens().tokenFor(VISA_TEST_CARD);

        byte[] travelling = serialized(parts);
        CodecParts arrived = arrived(travelling);

        assertThat(arrived.cardTokens().tokenFor(VISA_TEST_CARD)).isEqualTo(token);
        assertThat(arrived.limits()).isEqualTo(parts.limits());
        assertThat(arrived.rates().toBaseMinor(100_00, "USD"))
                .isEqualTo(parts.rates().toBaseMinor(100_00, "USD"));
        assertThat(new String(travelling, StandardCharsets.ISO_8859_1))
                .contains("card.key")
                .doesNotContain(KEY)
                .doesNotContain(
                        new String(HexFormat.of().parseHex(KEY), StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> serialized(new HmacCardTokens(new byte[16])))
                .isInstanceOf(NotSerializableException.class);
    }

    @Test
    void aWrappedKeyGivesTheSameTokensWhateverWrapsIt() throws Exception {
        Path key = secret("card.key", KEY);
        Path wrapping = directory.resolve("wrapping.key");
        String token = tokenize(key, Map.of()).tokenFor(VISA_TEST_CARD);

        String first = KeyFiles.add(wrapping);
        assertThat(KeyFiles.wrap(key, wrapping)).endsWith("wrapped by " + first + ".");
        assertThat(Files.readString(key)).doesNotContain(KEY);
        assertThat(tokenize(key, wrapping, Map.of()).tokenFor(VISA_TEST_CARD)).isEqualTo(token);

        String wrappedByFirst = Files.readString(key);
        String second = KeyFiles.add(wrapping);
        KeyFiles.wrap(key, wrapping);
        assertThat(KeyFiles.describe(key)).isEqualTo("a key wrapped by " + second);
        assertThat(tokenize(key, wrapping, Map.of()).tokenFor(VISA_TEST_CARD)).isEqualTo(token);

        String[] wrappingKeys = Files.readString(wrapping).split("\n", -1);
        secret("wrapping.key", wrappingKeys[1]);
        assertThat(tokenize(key, wrapping, Map.of()).tokenFor(VISA_TEST_CARD)).isEqualTo(token);
        assertThat(
                        tokenize(
                                        null,
                                        Map.of(
                                                CodecParts.KEY_VARIABLE,
                                                Files.readString(key),
                                                CodecParts.WRAPPING_KEY_VARIABLE,
                                                wrappingKeys[1]))
                                .tokenFor(VISA_TEST_CARD))
                .isEqualTo(token);
        secret("card.key", wrappedByFirst);
        assertThatExceptionOfType(SettingsException.class)
                .isThrownBy(() -> tokenize(key, wrapping, Map.of()))
                .withMessageContainingAll("card.key", "is wrapped by " + first, second)
                .withMessageNotContaining(wrappingKeys[1]);
    }

    @Test
    void aKeyThatWasDrawnWrappedIsNeverInClear() throws Exception {
        Path wrapping = directory.resolve("wrapping.key");
        KeyFiles.add(wrapping);
        Path key = directory.resolve("card.key");

        KeyFiles.createWrapped(key, wrapping);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
        assertThat(Files.getPosixFilePermissions(wrapping))
                .isEqualTo(Files.getPosixFilePermissions(key));
        assertThat(tokenize(key, wrapping, Map.of()).tokenFor(VISA_TEST_CARD)).startsWith("t:");
        assertThatExceptionOfType(SettingsException.class)
                .isThrownBy(() -> tokenize(key, null, Map.of()))
                .withMessageContaining(CodecParts.WRAPPING_KEY_VARIABLE);
        assertThatThrownBy(() -> KeyFiles.createWrapped(key, wrapping))
                .isInstanceOf(FileAlreadyExistsException.class);
        String wrapped = Files.readString(key).strip();
        char last = wrapped.charAt(wrapped.length() - 1);
        secret("card.key", wrapped.substring(0, wrapped.length() - 1) + (last == '0' ? '1' : '0'));
        assertThatExceptionOfType(SettingsException.class)
                .isThrownBy(() -> tokenize(key, wrapping, Map.of()))
                .withMessageContaining("the wrapped key is damaged");
    }

    @Test
    void aKeyThatOthersMayReadIsRefused() throws Exception {
        Path file = Files.writeString(directory.resolve("open.key"), KEY);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw----r--"));

        assertThatExceptionOfType(SettingsException.class)
                .isThrownBy(() -> tokenize(file, Map.of()))
                .withMessageContainingAll(
                        "transactions.cardTokenKeyFile (" + file + ")",
                        "rw----r--",
                        "chmod 600 " + file);
    }

    @Test
    void aMissingOrBadKeyIsToldWithoutShowingIt() {
        assertThatExceptionOfType(SettingsException.class)
                .isThrownBy(() -> tokenize(null, Map.of()))
                .withMessageContaining(CodecParts.KEY_VARIABLE);
        assertThatExceptionOfType(SettingsException.class)
                .isThrownBy(() -> tokenize(null, Map.of(CodecParts.KEY_VARIABLE, "swordfish")))
                .withMessageContaining("expected 32 or more hexadecimal digits")
                .withMessageNotContaining("swordfish");
        assertThatExceptionOfType(SettingsException.class)
                .isThrownBy(() -> tokenize(null, Map.of(CodecParts.KEY_VARIABLE, "0001")))
                .withMessageContaining("16 bytes");
        assertThatExceptionOfType(SettingsException.class)
                .isThrownBy(() -> tokenize(directory.resolve("none"), Map.of()))
                .withMessageContaining("none");
    }

    @Test
    void badRateTablesAreNamed() throws Exception {
        assertBadTable("version: v\nbaseCurrency: EUR\nrates: {USD: -1}", "rates.USD is -1");
        assertBadTable("version: v\nbaseCurrency: EUR\nrates: {XQQ: 1}", "rates.XQQ");
        assertBadTable("version: v\nbaseCurrency: euro\nrates: {}", "baseCurrency is euro");
        assertBadTable("baseCurrency: EUR\nrates: {}", "version is null");
        assertBadTable("version: v\nbaseCurrency: EUR", "rates is null");
        assertBadTable("version: v\nbaseCurrency: EUR\nrates: {USD: cheap}", "cheap");
        assertBadTable("version: v\nbaseCurrency: EUR\nrates: {}\nrate: 1", "rate");
        assertBadTable("rates: [1]", "a number for each currency");
        assertBadTable("version: \"v", "expected valid YAML");
    }

    private void assertBadTable(String yaml, String fault) throws IOException {
        Path file = Files.writeString(directory.resolve("rates.yaml"), yaml);
        assertThatExceptionOfType(SettingsException.class)
                .isThrownBy(() -> CodecParts.exchangeRates(file))
                .withMessageStartingWith(file.toString())
                .withMessageContaining(fault);
    }

    private Path secret(String name, String text) throws IOException {
        Path file = directory.resolve(name);
        SecretFile.write(file, text + "\n", true);
        return file;
    }

    private static CardTokenPolicy tokenize(Path keyFile, Map<String, String> environment)
            throws SettingsException {
        return tokenize(keyFile, null, environment);
    }

    private static CardTokenPolicy tokenize(
            Path keyFile, Path wrappingKeyFile, Map<String, String> environment)
            throws SettingsException {
        Settings.Transactions defaults = Settings.DEFAULT.transactions();
        return CodecParts.of(
                        new Settings.Transactions(
                                defaults.maxRecordBytes(),
                                defaults.maxAmountMinor(),
                                defaults.maxFuture(),
                                null,
                                Settings.CardNumberRule.TOKENIZE,
                                "",
                                keyFile,
                                wrappingKeyFile),
                        environment)
                .cardTokens();
    }

    private static byte[] serialized(Object parts) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(parts);
        }
        return bytes.toByteArray();
    }

    private static CodecParts arrived(byte[] bytes) throws IOException, ClassNotFoundException {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            return (CodecParts) in.readObject();
        }
    }
}
