package io.fraudstream.config;

import io.fraudstream.transaction.ExchangeRates;
import java.math.BigDecimal;
import java.util.Map;

/** The shape of {@code config/exchange-rates.yaml}. */
record RateTable(String version, String baseCurrency, Map<String, BigDecimal> rates) {
    RateTable {
        InvalidSetting.unless(
                version != null && !version.isBlank(), "version", version, "a name for the table");
        InvalidSetting.unless(
                baseCurrency != null && baseCurrency.matches("[A-Z]{3}"),
                "baseCurrency",
                baseCurrency,
                "an ISO 4217 code");
        InvalidSetting.unless(
                rates != null, "rates", null, "units of the base currency by ISO 4217 code");
    }

    ExchangeRates toRates() {
        return new ExchangeRates(version, baseCurrency, rates);
    }
}
