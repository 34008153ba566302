package io.fraudstream.features;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class UnitTest {
    @ParameterizedTest(name = "{0} {1} reads \"{2}\"")
    @CsvSource(
            delimiter = '|',
            value = {
                "MONEY | 123456 | 1,234.56 EUR",
                "MONEY | -5 | -0.05 EUR",
                "COUNT | 3 | 3",
                "COUNT | 12345 | 12,345",
                "COUNT | -123456 | -123,456",
                "COUNT | -1234567 | -1,234,567",
                "RATIO | 9.996 | 10.00 times",
                "RATIO | Infinity | Infinity times",
                "RATIO | 4 | 4 times",
                "RATIO | 4.256 | 4.26 times",
                "RATIO | 1234.56 | 1,234.6 times",
                "DEVIATIONS | -2.5 | -2.50 deviations",
                "SHARE | 0.125 | 12.5 %",
                "SHARE | 1 | 100 %",
                "FLAG | 1 | yes",
                "FLAG | 0 | no",
                "HOUR | 7 | 07:00 UTC",
                "SECONDS | 119 | 119 s",
                "SECONDS | 120 | 2 min",
                "SECONDS | 7200 | 2 h",
                "SECONDS | 172800 | 2 days",
                "DAYS | 3.5 | 3.50 days",
                "DAYS | 0.5 | 12 h",
                "KILOMETRES | 12.34 | 12.3 km",
                "KILOMETRES_PER_HOUR | 900 | 900 km/h"
            })
    void readsAsAnAnalystWouldSayIt(Unit unit, double value, String words) {
        assertThat(unit.words(value, "EUR", 2)).isEqualTo(words);
    }

    @Test
    void moneyHasTheDigitsOfItsCurrency() {
        assertThat(Unit.MONEY.words(1234, "JPY", 0)).isEqualTo("1,234 JPY");
        assertThat(Unit.MONEY.words(1234, "KWD", 3)).isEqualTo("1.234 KWD");
    }

    @ParameterizedTest
    @EnumSource
    void nothingMeasuredIsUnknown(Unit unit) {
        assertThat(unit.words(Double.NaN, "EUR", 2)).isEqualTo("unknown");
    }
}
