package io.fraudstream.training;

import static io.fraudstream.training.Samples.DAY;
import static io.fraudstream.training.Samples.HOUR;
import static io.fraudstream.training.Samples.SCHEMA;
import static io.fraudstream.training.Samples.START;
import static io.fraudstream.training.Samples.label;
import static io.fraudstream.training.Samples.transaction;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.MessageType;
import io.fraudstream.transaction.Transaction;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OfflineFeaturesTest {
    private final OfflineFeatures features = new OfflineFeatures(SCHEMA);

    @Test
    void yieldsTheVectorAndTheCardsSequenceWithSharedVectors() {
        FeatureRow first = features.step(transaction("1", START, "card", "here", 1000));
        FeatureRow other = features.step(transaction("2", START + HOUR, "other card", "here", 500));
        FeatureRow second =
                features.step(transaction("3", START + 2 * HOUR, "card", "there", 3000));

        assertThat(first.sequence()).hasDimensions(1, SCHEMA.size());
        assertThat(other.sequence()).hasDimensions(1, SCHEMA.size());
        assertThat(second.sequence()).hasDimensions(2, SCHEMA.size());
        assertThat(second.sequence()[0]).isSameAs(first.vector());
        assertThat(value(second, "card_count_24h")).isEqualTo(2);
        assertThat(value(second, "card_sum_24h")).isEqualTo(4000);
        assertThat(value(other, "terminal_count_1d")).isEqualTo(2);
    }

    @Test
    void aSequenceHoldsEightVectorsWithinTheHorizon() {
        features.step(transaction("0", START, "card", "here", 100));
        FeatureRow row = null;
        for (int i = 1; i <= 9; i++) {
            row =
                    features.step(
                            transaction(
                                    "" + i,
                                    START + FeatureSchema.CARD_HORIZON + i * HOUR,
                                    "card",
                                    "here",
                                    100));
            assertThat(row.sequence()).hasNumberOfRows(Math.min(i, FeatureSchema.SEQUENCE_LENGTH));
        }
    }

    @Test
    void ofTheSameIdWithinSevenDaysTheFirstCounts() {
        features.step(transaction("1", START, "card", "here", 1000));

        assertThat(features.step(transaction("1", START + 7 * DAY - 1, "card", "here", 9000)))
                .isNull();
        FeatureRow later = features.step(transaction("1", START + 7 * DAY, "card", "here", 2000));

        assertThat(features.duplicates()).isEqualTo(1);
        assertThat(value(later, "card_sum_30d")).isEqualTo(3000);
    }

    @Test
    void aLabelCountsFromTheMomentItIsKnownLabelsFirst() {
        Transaction fraud = transaction("1", START, "card", "here", 1000);
        long known = START + 3 * HOUR;
        List<FeatureRow> rows = new ArrayList<>();
        features.run(
                List.of(
                        fraud,
                        transaction("2", known - 1, "card", "here", 1000),
                        transaction("3", known, "card", "here", 1000)),
                List.of(label(fraud, true, known)),
                rows::add);

        assertThat(rows)
                .extracting(row -> value(row, "terminal_known_frauds_7d_delay_0d"))
                .containsExactly(0f, 0f, 1f);
    }

    @Test
    void aLabelBehindTheLastTransactionOrWithoutATerminalIsHarmless() {
        Transaction t = transaction("1", START, "card", "here", 1000);
        FraudLabel late = label(t, true, START + 90 * DAY);
        FraudLabel nowhere = new FraudLabel("1", "card", null, null, START, true, START, "test");
        List<FeatureRow> rows = new ArrayList<>();

        features.run(List.of(t), List.of(nowhere, late), rows::add);

        assertThat(rows).hasSize(1);
    }

    @Test
    void aReversalIsMarkedAndWithoutATerminalItsFeaturesAreMissing() {
        FeatureRow row =
                features.step(transaction("1", START, "card", null, 700, MessageType.REVERSAL));

        assertThat(row.reversal()).isTrue();
        assertThat(value(row, "terminal_count_1d")).isNaN();
    }

    @Test
    void eventsOutOfOrderAreRefused() {
        features.step(transaction("1", START, "card", "here", 1000));

        assertThatThrownBy(() -> features.step(transaction("2", START - 1, "card", "here", 1000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "event_time of transaction 2 is " + (START - 1) + ", expected " + START);
    }

    private static float value(FeatureRow row, String feature) {
        return row.vector()[SCHEMA.indexOf(feature)];
    }
}
