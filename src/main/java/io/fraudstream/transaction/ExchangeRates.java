package io.fraudstream.transaction;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Currency;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A versioned table that turns amounts into one base currency. It is part of the feature
 * fingerprint, since other rates give other features.
 */
public final class ExchangeRates implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final Set<String> ISO_4217 =
            Currency.getAvailableCurrencies().stream()
                    .map(Currency::getCurrencyCode)
                    .collect(Collectors.toSet());

    private final String version;
    private final String baseCurrency;
    private final TreeMap<String, BigDecimal> rates;
    private final HashMap<String, BigDecimal> minorFactors = new HashMap<>();

    /**
     * @param version names this table, such as the day it was taken
     * @param baseCurrency ISO 4217 letters
     * @param rates units of the base currency for one unit of each other currency
     * @throws IllegalArgumentException for a currency that ISO 4217 does not know or a rate that is
     *     not positive
     */
    public ExchangeRates(String version, String baseCurrency, Map<String, BigDecimal> rates) {
        this.version = version;
        this.baseCurrency = baseCurrency;
        this.rates = new TreeMap<>(rates);
        this.rates.put(baseCurrency, BigDecimal.ONE);
        this.rates.keySet().stream()
                .filter(code -> !isIso4217(code))
                .findFirst()
                .ifPresent(
                        code -> {
                            throw new IllegalArgumentException(
                                    "rates."
                                            + code
                                            + " is an unknown currency, expected an ISO 4217 code");
                        });
        int baseDigits = minorDigits(baseCurrency);
        this.rates.forEach(
                (code, rate) -> {
                    if (rate.signum() <= 0) {
                        throw new IllegalArgumentException(
                                "rates." + code + " is " + rate + ", expected a positive number");
                    }
                    minorFactors.put(code, rate.scaleByPowerOfTen(baseDigits - minorDigits(code)));
                });
    }

    /** A table that knows the base currency only. */
    public static ExchangeRates only(String currency) {
        return new ExchangeRates("only-" + currency.toLowerCase(Locale.ROOT), currency, Map.of());
    }

    public String version() {
        return version;
    }

    public String baseCurrency() {
        return baseCurrency;
    }

    /** Text that is equal for tables that give equal amounts; goes into the feature fingerprint. */
    public String canonicalText() {
        StringBuilder text = new StringBuilder(baseCurrency);
        rates.forEach(
                (code, rate) ->
                        text.append(' ')
                                .append(code)
                                .append('=')
                                .append(rate.stripTrailingZeros().toPlainString()));
        return text.toString();
    }

    public boolean knows(String currency) {
        return minorFactors.containsKey(currency);
    }

    /**
     * Minor units of the base currency, half to even.
     *
     * @throws ArithmeticException if the result does not fit a {@code long}
     * @throws IllegalArgumentException for a currency without a rate
     */
    public long toBaseMinor(long amountMinor, String currency) {
        if (currency.equals(baseCurrency)) {
            return amountMinor;
        }
        BigDecimal factor = minorFactors.get(currency);
        if (factor == null) {
            throw new IllegalArgumentException("no exchange rate for " + currency);
        }
        return BigDecimal.valueOf(amountMinor)
                .multiply(factor)
                .setScale(0, RoundingMode.HALF_EVEN)
                .longValueExact();
    }

    /** How many decimal digits the currency's minor unit has: 2 for EUR, 0 for JPY, 3 for KWD. */
    public static int minorDigits(String currency) {
        return Math.max(0, Currency.getInstance(currency).getDefaultFractionDigits());
    }

    static boolean isIso4217(String currency) {
        return ISO_4217.contains(currency);
    }
}
