package io.fraudstream.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class ExchangeRatesTest {
    private final ExchangeRates rates = Records.RATES;

    @Test
    void minorUnitsOfEachCurrencyAreHonoured() {
        assertThat(rates.toBaseMinor(1234, "EUR")).isEqualTo(1234);
        assertThat(rates.toBaseMinor(1000, "USD")).isEqualTo(500);
        // 500 yen at 0.01 are 5 euros; 1.000 dinars at 3 are 3 euros.
        assertThat(rates.toBaseMinor(500, "JPY")).isEqualTo(500);
        assertThat(rates.toBaseMinor(1000, "KWD")).isEqualTo(300);
    }

    @Test
    void halvesGoToTheEvenNeighbour() {
        assertThat(rates.toBaseMinor(1, "USD")).isZero();
        assertThat(rates.toBaseMinor(3, "USD")).isEqualTo(2);
        assertThat(rates.toBaseMinor(5, "USD")).isEqualTo(2);
    }

    @Test
    void whatDoesNotFitIsAnError() {
        Assertions.assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(
                        () ->
                                new ExchangeRates("v", "EUR", Map.of("USD", BigDecimal.TEN))
                                        .toBaseMinor(Long.MAX_VALUE, "USD"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rates.toBaseMinor(1, "SEK"))
                .withMessageContaining("SEK");
    }

    @Test
    void badTablesAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ExchangeRates("v", "EUR", Map.of("USD", BigDecimal.ZERO)))
                .withMessageContaining("rates.USD is 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ExchangeRates("v", "EUR", Map.of("XQQ", BigDecimal.ONE)))
                .withMessageContaining("rates.XQQ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ExchangeRates("v", "EURO", Map.of()))
                .withMessageContaining("EURO");
    }

    @Test
    void tablesThatGiveEqualAmountsHaveEqualText() {
        ExchangeRates same =
                new ExchangeRates(
                        "another version",
                        "EUR",
                        Map.of(
                                "KWD", new BigDecimal("3.00"),
                                "JPY", new BigDecimal("1E-2"),
                                "USD", new BigDecimal("0.50")));

        assertThat(same.canonicalText()).isEqualTo(rates.canonicalText());
        assertThat(ExchangeRates.only("EUR").canonicalText()).isNotEqualTo(rates.canonicalText());
    }
}
