package io.fraudstream.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fraudstream.transaction.MessageType;
import io.fraudstream.transaction.Transaction;
import java.util.List;
import org.junit.jupiter.api.Test;

class DecisionPolicyTest {
    private final DecisionPolicy policy = new DecisionPolicy(0.5);

    @Test
    void fromTheThresholdOnAnAuthorizationAlerts() {
        Transaction authorization = transaction(MessageType.AUTHORIZATION);

        assertThat(policy.decide(authorization, Math.nextDown(0.5))).isEqualTo(Decision.PASS);
        assertThat(policy.decide(authorization, 0.5)).isEqualTo(Decision.ALERT);
        assertThat(policy.decide(authorization, 1)).isEqualTo(Decision.ALERT);
    }

    @Test
    void aReversalNeverAlerts() {
        assertThat(policy.decide(transaction(MessageType.REVERSAL), 1)).isEqualTo(Decision.PASS);
    }

    @Test
    void aThresholdIsAProbability() {
        for (double absurd : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThatThrownBy(() -> new DecisionPolicy(absurd))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(String.valueOf(absurd));
        }
    }

    @Test
    void anAlertsIdFollowsFromTheTransactionAlone() {
        assertThat(scored(0.7, "one bundle").alertId())
                .isEqualTo(scored(0.9, "another bundle").alertId())
                .contains("t1");
    }

    private static ScoredTransaction scored(double score, String bundleId) {
        return new ScoredTransaction(
                transaction(MessageType.AUTHORIZATION),
                new float[0],
                score,
                0.5,
                bundleId,
                Decision.ALERT,
                List.of(),
                false,
                false,
                (long) (score * 100));
    }

    private static Transaction transaction(MessageType type) {
        return new Transaction(
                "t1",
                0,
                "card",
                100,
                "EUR",
                100,
                null,
                null,
                null,
                null,
                null,
                Double.NaN,
                Double.NaN,
                null,
                null,
                type,
                null);
    }
}
