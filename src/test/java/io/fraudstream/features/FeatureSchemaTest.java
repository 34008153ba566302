package io.fraudstream.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fraudstream.transaction.ExchangeRates;
import java.math.BigDecimal;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FeatureSchemaTest {
    private final FeatureSchema schema = new FeatureSchema(ExchangeRates.only("EUR"));

    @Test
    void namesAreUniqueAndInSnakeCase() {
        assertThat(schema.specs())
                .extracting(FeatureSpec::name)
                .doesNotHaveDuplicates()
                .allMatch(name -> name.matches("[a-z][a-z0-9]*(_[a-z0-9]+)*"));
        assertThat(schema.specs()).extracting(FeatureSpec::words).doesNotHaveDuplicates();
    }

    @Test
    void aNameLeadsToItsPlace() {
        for (int i = 0; i < schema.size(); i++) {
            assertThat(schema.indexOf(schema.specs().get(i).name())).isEqualTo(i);
        }
        assertThatThrownBy(() -> schema.indexOf("card_count_5m"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("feature is card_count_5m, expected one of")
                .hasMessageContaining("card_count_10m");
    }

    @Test
    void theTerminalsFeaturesComeLast() {
        assertThat(schema.terminalOffset() + schema.terminalSize()).isEqualTo(schema.size());
        for (int i = 0; i < schema.size(); i++) {
            assertThat(schema.specs().get(i).name().startsWith("terminal_"))
                    .isEqualTo(i >= schema.terminalOffset());
        }
    }

    @Test
    void theFingerprintFollowsTheRates() {
        assertThat(schema.fingerprint())
                .matches("[0-9a-f]{16}")
                .isEqualTo(new FeatureSchema(ExchangeRates.only("EUR")).fingerprint());
        assertThat(fingerprint("a", "1.10"))
                .isNotEqualTo(schema.fingerprint())
                .isNotEqualTo(fingerprint("a", "1.11"))
                .isEqualTo(fingerprint("b", "1.1"));
        assertThat(new FeatureSchema(ExchangeRates.only("USD")).fingerprint())
                .isNotEqualTo(schema.fingerprint());
    }

    private static String fingerprint(String version, String dollar) {
        Map<String, BigDecimal> rates = Map.of("USD", new BigDecimal(dollar));
        return new FeatureSchema(new ExchangeRates(version, "EUR", rates)).fingerprint();
    }

    @Test
    void wordsUseTheBaseCurrency() {
        assertThat(schema.words(schema.indexOf("amount"), 1999)).isEqualTo("19.99 EUR");
        FeatureSchema yen = new FeatureSchema(ExchangeRates.only("JPY"));
        assertThat(yen.words(yen.indexOf("amount"), 1999)).isEqualTo("1,999 JPY");
    }
}
