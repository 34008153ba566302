package io.fraudstream.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MappingTest {
    private static final String VALID =
            """
            format: csv
            columns:
              transaction_id: ID
              event_time: WHEN
              card_id: CARD
              amount_minor: AMOUNT
            constants:
              currency: EUR
            timeFormat: iso-8601
            amountUnit: major
            labels:
              column: FRAUD
              fraud: [1, "yes"]
              labelDelay: 7d
              source: book
            """;

    @Test
    void readsTheMappingOfTheHandbook() {
        Mapping mapping = Mapping.load(Path.of("config/mappings/handbook.yaml"));

        assertThat(mapping.format()).isEqualTo(RecordingFormat.CSV);
        assertThat(mapping.columns())
                .isEqualTo(
                        Map.of(
                                WireField.TRANSACTION_ID, "TRANSACTION_ID",
                                WireField.EVENT_TIME, "TX_DATETIME",
                                WireField.CARD_ID, "CUSTOMER_ID",
                                WireField.TERMINAL_ID, "TERMINAL_ID",
                                WireField.AMOUNT_MINOR, "TX_AMOUNT"));
        assertThat(mapping.constants()).isEqualTo(Map.of(WireField.CURRENCY, "EUR"));
        assertThat(mapping.amountUnit()).isEqualTo(AmountUnit.MAJOR);
        assertThat(mapping.labels())
                .contains(
                        new LabelRule(
                                "TX_FRAUD", Set.of("1"), null, Duration.ofDays(7), "recording"));
    }

    @Test
    void wireMappingFeedsEveryFieldFromItsOwnName() {
        Mapping mapping = Mapping.load(Path.of("config/mappings/wire.yaml"));

        assertThat(mapping.columns()).hasSize(WireField.values().length);
        mapping.columns()
                .forEach((field, column) -> assertThat(column).isEqualTo(field.wireName()));
    }

    @Test
    void takesNumbersForFraudValuesAsText() {
        assertThat(Mapping.parse("m.yaml", VALID).labels().orElseThrow().fraudValues())
                .containsExactlyInAnyOrder("1", "yes");
    }

    @Test
    void labelDelayCanBeReplaced() {
        Mapping mapping = Mapping.parse("m.yaml", VALID).withLabelDelay(Duration.ofHours(12));

        assertThat(mapping.labels().orElseThrow().labelDelay()).isEqualTo(Duration.ofHours(12));
    }

    @Test
    void recordedTimesOfKnowledgeTakeNoDelay() {
        Mapping recorded =
                Mapping.parse("m.yaml", VALID.replace("labelDelay: 7d", "knownAt: KNOWN"));

        assertThat(recorded.withLabelDelay(Duration.ofDays(1))).isEqualTo(recorded);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    format: csv          | format: xml           | format is "xml", expected one of [csv, jsonl]
                    format: csv          | formt: csv            | the key formt (value "csv") is unknown
                    card_id: CARD        | card: CARD            | the key columns.card (value "CARD") is unknown
                    card_id: CARD        | mcc: CARD             | columns.card_id is missing
                    labelDelay: 7d       | labelDelay: soon      | labels.labelDelay is "soon", expected a duration
                    labelDelay: 7d       | labelDelai: 7d        | the key labels.labelDelai (value "7d") is unknown
                    labelDelay: 7d       | other: 1              | the key labels.other (value 1) is unknown
                    fraud: [1, "yes"]    | fraud: 1              | labels.fraud is 1, expected a list
                    timeFormat: iso-8601 | timeFormat: yyyy-MM-dd | timeFormat is "yyyy-MM-dd", expected epoch-millis
                    timeFormat: iso-8601 | timeFormat: qqqqqqqq  | timeFormat is "qqqqqqqq", expected epoch-millis
                    amountUnit: major    | amountUnit: cents     | amountUnit is "cents", expected one of [major, minor]
                    amountUnit: major    | format: csv           | Duplicate field
                    currency: EUR        | latitude: 1           | constants.latitude is "1", expected a column
                    card_id: CARD        | card_id: [A]          | columns.card_id is ["A"], expected a text
                    """)
    void namesFileKeyValueAndExpectation(String line, String instead, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Mapping.parse("m.yaml", VALID.replace(line, instead)))
                .withMessageStartingWith("m.yaml: ")
                .withMessageContaining(message);
    }

    @Test
    void refusesAFileThatIsNotThere() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Mapping.load(Path.of("no-such.yaml")))
                .withMessageContaining("no-such.yaml cannot be read");
    }
}
