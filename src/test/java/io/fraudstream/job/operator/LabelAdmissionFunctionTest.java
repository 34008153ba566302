package io.fraudstream.job.operator;

import static io.fraudstream.job.operator.Events.DAY;
import static io.fraudstream.job.operator.Events.NOON;
import static io.fraudstream.job.operator.Events.fraud;
import static io.fraudstream.job.operator.Events.transaction;
import static org.assertj.core.api.Assertions.assertThat;

import io.fraudstream.job.state.Received;
import io.fraudstream.transaction.Coordinates;
import io.fraudstream.transaction.FraudLabel;
import java.time.Duration;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class LabelAdmissionFunctionTest {
    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final List<String> LAG =
            List.of(
                    "labelLagUpTo1d",
                    "labelLagUpTo3d",
                    "labelLagUpTo7d",
                    "labelLagUpTo14d",
                    "labelLagUpTo30d",
                    "labelLagOver30d");
    private static final List<String> DELIVERY_LAG =
            List.of("labelDeliveryLagUpTo1h", "labelDeliveryLagUpTo1d", "labelDeliveryLagOver1d");

    @Test
    void eachLabelIsInOneBucketOfEachLag() throws Exception {
        OperatorSubtaskState state;
        try (Labels labels = new Labels(null)) {
            labels.take(-DAY, 0);
            labels.take(DAY, -DAY);
            labels.take(DAY + 1, HOUR);
            labels.take(7 * DAY, HOUR + 1);
            labels.take(14 * DAY, DAY);
            labels.take(30 * DAY, DAY + 1);
            labels.take(30 * DAY + 1, 400 * DAY);
            labels.harness.processElement(Events.rejected(), NOON);

            assertThat(labels.counts(LAG)).containsExactly(2L, 1L, 1L, 1L, 1L, 1L);
            assertThat(labels.counts(DELIVERY_LAG)).containsExactly(3L, 2L, 2L);
            assertThat(labels.counts(List.of("labels", "labelsRejected"))).containsExactly(7L, 1L);
            assertThat(labels.harness.extractOutputValues()).hasSize(7);
            state = labels.harness.snapshot(1, 1);
        }
        try (Labels restored = new Labels(state)) {
            assertThat(restored.counts(LAG)).containsExactly(2L, 1L, 1L, 1L, 1L, 1L);
            assertThat(restored.counts(DELIVERY_LAG)).containsExactly(3L, 2L, 2L);
        }
    }

    @Test
    void withoutATimestampNothingIsSaidOfTheDelivery() throws Exception {
        try (Labels labels = new Labels(null)) {
            labels.take(NOON + DAY, Coordinates.NO_TIMESTAMP, NOON);

            assertThat(labels.counts(LAG).get(0)).isEqualTo(1);
            assertThat(labels.counts(DELIVERY_LAG)).containsOnly(0L);
        }
    }

    private static final class Labels implements AutoCloseable {
        private final LabelAdmissionFunction function = new LabelAdmissionFunction();
        private final OneInputStreamOperatorTestHarness<Received, FraudLabel> harness =
                new OneInputStreamOperatorTestHarness<>(new ProcessOperator<>(function));

        Labels(OperatorSubtaskState state) throws Exception {
            if (state != null) {
                harness.initializeState(state);
            }
            harness.open();
        }

        /** A label on an event at noon that was known and came so much later. */
        void take(long lag, long deliveryLag) throws Exception {
            take(NOON + lag, NOON + lag + deliveryLag, NOON);
        }

        void take(long knownAt, long timestamp, long eventTime) throws Exception {
            harness.processElement(
                    Received.alone(
                            fraud(transaction("a", eventTime), knownAt),
                            new Coordinates("labels", 0, 0, timestamp),
                            false),
                    NOON);
        }

        List<Long> counts(List<String> names) {
            return names.stream()
                    .map(
                            name ->
                                    (Long)
                                            function.getRuntimeContext()
                                                    .getAccumulator(name)
                                                    .getLocalValue())
                    .toList();
        }

        @Override
        public void close() {
            Events.close(harness);
        }
    }
}
