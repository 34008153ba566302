package io.fraudstream.features;

import io.fraudstream.transaction.ExchangeRates;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * The names, order, units and transforms of the features, and the constants that define them. Two
 * schemas with the same {@link #fingerprint()} give the same vector for the same events; a model
 * serves only the schema that it was trained on.
 *
 * <p>A vector holds the transaction's own features, then the card's, then the terminal's. {@code
 * NaN} means that there is nothing to measure: no history yet, or an optional field that is absent.
 */
public final class FeatureSchema {
    /** Raised with every change of what a feature means. */
    public static final int VERSION = 1;

    /** How many of a card's events a sequence model sees at most, the current one included. */
    public static final int SEQUENCE_LENGTH = 8;

    /** No feature of a card looks further back. */
    public static final long CARD_HORIZON = Duration.ofDays(30).toMillis();

    /**
     * From this age on an event without a fraud label counts as legitimate in the terminal's
     * features.
     */
    public static final long LABEL_DELAY = Duration.ofDays(7).toMillis();

    /** No feature of a terminal looks further back: 30 days behind the label delay. */
    public static final long TERMINAL_HORIZON = CARD_HORIZON + LABEL_DELAY;

    /**
     * How much longer histories keep events, so that events out of order are still placed among
     * their neighbours.
     */
    public static final long DISORDER_ALLOWANCE = Duration.ofDays(1).toMillis();

    /**
     * An amount so many times the card's robust mean is called high, and left out of that mean from
     * then on.
     */
    static final double HIGH_RATIO = 3;

    static final String[] CARD_WINDOW_NAMES = {"10m", "1h", "24h", "7d", "14d", "30d"};
    static final long[] CARD_WINDOWS = {
        Duration.ofMinutes(10).toMillis(),
        Duration.ofHours(1).toMillis(),
        Duration.ofHours(24).toMillis(),
        Duration.ofDays(7).toMillis(),
        Duration.ofDays(14).toMillis(),
        CARD_HORIZON
    };

    private final List<FeatureSpec> specs;
    private final Map<String, Integer> indexes = new HashMap<>();
    private final int terminalOffset;
    private final ExchangeRates rates;
    private final String fingerprint;

    /** The schema of this release over amounts in the base currency of these rates. */
    public FeatureSchema(ExchangeRates rates) {
        this.rates = rates;
        List<FeatureSpec> all = new ArrayList<>();
        TransactionFeatures.addSpecs(all);
        CardHistory.addSpecs(all);
        terminalOffset = all.size();
        TerminalHistory.addSpecs(all);
        specs = List.copyOf(all);
        for (int i = 0; i < specs.size(); i++) {
            if (indexes.put(specs.get(i).name(), i) != null) {
                throw new IllegalStateException("two features are called " + specs.get(i).name());
            }
        }
        fingerprint = fingerprintOf(specs, rates);
    }

    public List<FeatureSpec> specs() {
        return specs;
    }

    /** How many features a vector holds. */
    public int size() {
        return specs.size();
    }

    /** Where the terminal's features begin; they reach to the end. */
    public int terminalOffset() {
        return terminalOffset;
    }

    public int terminalSize() {
        return specs.size() - terminalOffset;
    }

    /**
     * Where a feature stands in the vector.
     *
     * @throws IllegalArgumentException for a name that the schema does not hold
     */
    public int indexOf(String name) {
        Integer index = indexes.get(name);
        if (index == null) {
            throw new IllegalArgumentException(
                    "feature is " + name + ", expected one of " + indexes.keySet());
        }
        return index;
    }

    /** The value of a feature in words, with amounts in the base currency. */
    public String words(int index, double value) {
        String currency = rates.baseCurrency();
        return specs.get(index).unit().words(value, currency, ExchangeRates.minorDigits(currency));
    }

    /** The rates behind every amount. */
    public ExchangeRates rates() {
        return rates;
    }

    /** 16 hexadecimal digits over everything that a vector's meaning depends on. */
    public String fingerprint() {
        return fingerprint;
    }

    private static String fingerprintOf(List<FeatureSpec> specs, ExchangeRates rates) {
        StringBuilder text = new StringBuilder("fraudstream features ").append(VERSION);
        text.append('\n').append(rates.canonicalText());
        text.append('\n').append(SEQUENCE_LENGTH).append(' ').append(LABEL_DELAY);
        specs.forEach(
                spec ->
                        text.append('\n')
                                .append(spec.name())
                                .append(' ')
                                .append(spec.unit())
                                .append(' ')
                                .append(spec.transform()));
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
