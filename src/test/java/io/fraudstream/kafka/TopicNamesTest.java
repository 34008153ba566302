package io.fraudstream.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class TopicNamesTest {
    @Test
    void theNamesAreAContract() {
        assertThat(new TopicNames("").all())
                .containsExactly(
                        "transactions", "labels", "alerts", "scored", "rejected", "late", "models");
    }

    @Test
    void thePrefixStandsInFront() {
        assertThat(new TopicNames("trial-").alerts()).isEqualTo("trial-alerts");
    }

    @Test
    void refusesWhatKafkaWouldRefuse() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TopicNames("a b"))
                .withMessageContaining("\"a b\"");
    }
}
