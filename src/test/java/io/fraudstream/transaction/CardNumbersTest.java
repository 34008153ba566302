package io.fraudstream.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CardNumbersTest {
    /** The card schemes' published test numbers. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "4111111111111111",
                "4012888888881881",
                "4222222222222",
                "5555555555554444",
                "5105105105105100",
                "2223000048400011",
                "2200000000000004",
                "378282246310005",
                "371449635398431",
                "6011111111111117",
                "6011000990139424",
                "30569309025904",
                "38520000023237",
                "3530111333300000",
                "3566002020360505",
                "6200000000000005",
                "5018000000000009",
                "6304000000000000",
                "3782-822463-10005",
                "4111 1111 1111 1111",
                " 4111111111111111 "
            })
    void testNumbersOfTheSchemesAreRecognised(String number) {
        assertThat(CardNumbers.looksLikeCardNumber(number)).isTrue();
        String masked = CardNumbers.mask("pan=" + number + ";");
        assertThat(masked).contains("*").doesNotContain(number).startsWith("pan=").endsWith(";");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "4111111111111112",
                "411111111111",
                "41111111111111111111",
                "1234567812345670",
                "c4111111111111111",
                "1525132800000",
                "0000000000000000",
                "t:4111111111111111"
            })
    void otherTextsAreNot(String text) {
        assertThat(CardNumbers.looksLikeCardNumber(text)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "4111111111111111",
                "dev-4111111111111111",
                "4111111111111111=2512101",
                "7 4111-1111-1111-1111",
                "a4111 1111 1111 1111b",
                "2026-378282246310005",
                "٤١١١١١١١١١١١١١١١"
            })
    void aCardNumberIsFoundWithinAnIdentifier(String identifier) {
        assertThat(CardNumbers.holdsCardNumber(identifier)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "term-0000420",
                "2026-11-24-123456-789",
                "4111111111111112",
                "41111111111111110000",
                "1794916563062",
                "4f1d5ab2-4111-1111-8111-1111deadbeef",
                "411111-c-1111111111"
            })
    void otherIdentifiersHoldNone(String identifier) {
        assertThat(CardNumbers.holdsCardNumber(identifier)).isFalse();
    }

    @Test
    void theFirstSixAndLastFourDigitsStay() {
        assertThat(CardNumbers.mask("4111111111111111")).isEqualTo("411111******1111");
        assertThat(CardNumbers.mask("4111-1111 1111-1111")).isEqualTo("4111-11** ****-1111");
    }

    @Test
    void everyNumberOfAnEntireRunIsMasked() {
        assertThat(CardNumbers.mask("4111111111111111 5555555555554444"))
                .isEqualTo("411111******1111 555555******4444");
        assertThat(CardNumbers.mask("0014111111111111111")).doesNotContain("4111111111");
    }

    @Test
    void textWithoutOneIsLeftAlone() {
        String text = "{\"event_time\":1525132800000,\"id\":\"123456789012\",\"n\":\"\\u00e9\"}";
        assertThat(CardNumbers.mask(text)).isEqualTo(text);
        assertThat(CardNumbers.mask("\\u00")).isEqualTo("\\u00");
        assertThat(CardNumbers.mask("\\uzzzz\\u")).isEqualTo("\\uzzzz\\u");
    }
}
