package io.fraudstream.config;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import io.fraudstream.transaction.CardTokenPolicy;
import io.fraudstream.transaction.DecodingLimits;
import io.fraudstream.transaction.ExchangeRates;
import io.fraudstream.transaction.LabelCodec;
import io.fraudstream.transaction.TransactionCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;

/**
 * What the codecs are made of, out of {@link Settings.Transactions}. Each part can be shipped to a
 * cluster.
 */
public record CodecParts(DecodingLimits limits, ExchangeRates rates, CardTokenPolicy cardTokens)
        implements Serializable {
    /** Holds the card token key, wrapped or in hexadecimal, where no file does. */
    public static final String KEY_VARIABLE = "FRAUDSTREAM_CARD_TOKEN_KEY";

    /** Holds what the card token key is wrapped by, in hexadecimal, where no file does. */
    public static final String WRAPPING_KEY_VARIABLE = "FRAUDSTREAM_CARD_TOKEN_WRAPPING_KEY";

    private static final String BUILT_IN_RATES = "exchange-rates.yaml";

    /**
     * Reads the rate table and the key that the settings name.
     *
     * @param environment usually {@code System.getenv()}
     * @throws SettingsException for a table or key that is missing or can't be used
     */
    public static CodecParts of(Settings.Transactions settings, Map<String, String> environment)
            throws SettingsException {
        return new CodecParts(
                new DecodingLimits(
                        settings.maxRecordBytes(), settings.maxAmountMinor(), settings.maxFuture()),
                exchangeRates(settings.exchangeRates()),
                cardTokens(settings, environment).trusting(settings.numericFields()));
    }

    /** A codec for one thread. */
    public TransactionCodec transactionCodec(Clock clock) {
        return new TransactionCodec(limits, rates, cardTokens, clock);
    }

    /** A codec for one thread. */
    public LabelCodec labelCodec(Clock clock) {
        return new LabelCodec(limits, cardTokens, clock);
    }

    /**
     * Reads a rate table.
     *
     * @param file in YAML, or {@code null} for the built-in example table
     */
    static ExchangeRates exchangeRates(Path file) throws SettingsException {
        String name = file == null ? "the built-in " + BUILT_IN_RATES : file.toString();
        try (InputStream in =
                file == null
                        ? CodecParts.class.getResourceAsStream(BUILT_IN_RATES)
                        : Files.newInputStream(file)) {
            return SettingsYaml.MAPPER.readValue(in, RateTable.class).toRates();
        } catch (JsonMappingException misfit) {
            throw new SettingsException(
                    misfit.getCause() instanceof IllegalArgumentException invalid
                            ? name + ": " + invalid.getMessage()
                            : misfit.getCause() instanceof JsonParseException broken
                                    ? SettingsYaml.fault(name, broken).toString()
                                    : misfit(name, misfit));
        } catch (JsonProcessingException broken) {
            throw new SettingsException(SettingsYaml.fault(name, broken).toString());
        } catch (IllegalArgumentException invalid) {
            throw new SettingsException(name + ": " + invalid.getMessage());
        } catch (IOException unreadable) {
            throw new SettingsException(
                    "transactions.exchangeRates is "
                            + name
                            + ", expected a file that can be read: "
                            + unreadable);
        }
    }

    private static String misfit(String name, JsonMappingException misfit) {
        return SettingPlace.of(name, misfit.getLocation())
                + ": "
                + misfit.getOriginalMessage().lines().findFirst().orElse("broken")
                + ", expected version, baseCurrency and a number for each currency in rates";
    }

    static CardTokenPolicy cardTokens(
            Settings.Transactions settings, Map<String, String> environment)
            throws SettingsException {
        return switch (settings.cardNumbers()) {
            case REJECT -> CardTokenPolicy.rejectCardNumbers();
            case TRUSTED_TOKENS -> CardTokenPolicy.trustedTokens();
            case TOKENIZE ->
                    KeyedCardTokens.of(
                            settings.cardTokenKeyFile(),
                            settings.cardTokenWrappingKeyFile(),
                            environment);
        };
    }
}
