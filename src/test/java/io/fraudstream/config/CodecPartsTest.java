package io.fraudstream.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.fraudstream.transaction.CardTokenPolicy;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
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
        Path file = Files.writeString(directory.resolve("card.key"), KEY + "\n");
        CardTokenPolicy fromFile = tokenize(file, Map.of());

        String token = fromEnvironment.tokenFor(VISA_TEST_CARD);
        assertThat(token).startsWith("t:").doesNotContain("4111");
        assertThat(fromFile.tokenFor("4111-1111 1111-1111")).isEqualTo(token);
    }

    @Test
    void partsTravelToATask() throws Exception {
        CodecParts parts =
                new CodecParts(
                        CodecParts.of(Settings.DEFAULT.transactions(), Map.of()).limits(),
                        CodecParts.exchangeRates(null),
                        tokenize(null, Map.of(CodecParts.KEY_VARIABLE, KEY)));
        String token = parts.cardTokens().tokenFor(VISA_TEST_CARD);

        CodecParts arrived = throughJavaSerialization(parts);

        assertThat(arrived.cardTokens().tokenFor(VISA_TEST_CARD)).isEqualTo(token);
        assertThat(arrived.limits()).isEqualTo(parts.limits());
        assertThat(arrived.rates().toBaseMinor(100_00, "USD"))
                .isEqualTo(parts.rates().toBaseMinor(100_00, "USD"));
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

    private static CardTokenPolicy tokenize(Path keyFile, Map<String, String> environment)
            throws SettingsException {
        Settings.Transactions defaults = Settings.DEFAULT.transactions();
        return CodecParts.of(
                        new Settings.Transactions(
                                defaults.maxRecordBytes(),
                                defaults.maxAmountMinor(),
                                defaults.maxFuture(),
                                null,
                                Settings.CardNumberRule.TOKENIZE,
                                keyFile),
                        environment)
                .cardTokens();
    }

    private static CodecParts throughJavaSerialization(CodecParts parts)
            throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(parts);
        }
        try (ObjectInputStream in =
                new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (CodecParts) in.readObject();
        }
    }
}
