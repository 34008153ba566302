package io.fraudstream.job.operator;

import static io.fraudstream.job.operator.Events.DAY;
import static io.fraudstream.job.operator.Events.NOON;
import static io.fraudstream.job.operator.Events.SCHEMA;
import static io.fraudstream.job.operator.Events.admitted;
import static io.fraudstream.job.operator.Events.fraud;
import static io.fraudstream.job.operator.Events.transaction;
import static org.assertj.core.api.Assertions.assertThat;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.job.OrderMode;
import io.fraudstream.job.kafka.ReceivedWatermarks;
import io.fraudstream.job.state.Admitted;
import io.fraudstream.job.state.Measured;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.Transaction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.co.KeyedCoProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class TerminalFunctionTest {
    private static final long FORGOTTEN =
            NOON + FeatureSchema.TERMINAL_HORIZON + FeatureSchema.DISORDER_ALLOWANCE + 10 * DAY;

    @Test
    void eventsAreMeasuredInOrderOfTimeAndIdHoweverTheyArrive() throws Exception {
        List<Admitted> inOrder = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            inOrder.add(admitted("t" + (100 + i), NOON + i / 3));
        }
        List<Admitted> arriving = new ArrayList<>(inOrder);
        Collections.shuffle(arriving, new Random(3));
        try (Terminals terminals = new Terminals(OrderMode.EVENT_TIME, null)) {
            for (Admitted admitted : arriving) {
                terminals.harness.processElement1(admitted, admitted.orderTime());
            }
            terminals.watermark(NOON + 20);

            assertThat(terminals.harness.extractOutputValues())
                    .extracting(Measured::admitted)
                    .isEqualTo(inOrder);
            assertThat(terminals.values("terminal_count_1d"))
                    .containsExactlyElementsOf(
                            IntStream.rangeClosed(1, 60).mapToObj(i -> (float) i).toList());
        }
    }

    @Test
    void theWatermarkOfLabelsHoldsTransactionsBack() throws Exception {
        try (Terminals terminals = new Terminals(OrderMode.EVENT_TIME, null)) {
            terminals.harness.processElement1(admitted("a", NOON), NOON);
            terminals.harness.processWatermark1(new Watermark(NOON + 5));
            assertThat(terminals.harness.extractOutputValues()).isEmpty();

            terminals.harness.processWatermark2(new Watermark(NOON));
            assertThat(terminals.harness.extractOutputValues()).hasSize(1);
        }
    }

    @Test
    void aLabelCountsFromTheMomentItIsKnown() throws Exception {
        Transaction labelled = transaction("a", NOON);
        try (Terminals terminals = new Terminals(OrderMode.EVENT_TIME, null)) {
            terminals.label(fraud(labelled, NOON + DAY));
            terminals.harness.processElement1(admitted(0, 0, labelled), NOON);
            terminals.harness.processElement1(admitted("b", NOON + DAY - 1), NOON + DAY - 1);
            terminals.harness.processElement1(admitted("c", NOON + DAY), NOON + DAY);
            terminals.watermark(NOON + DAY);

            assertThat(terminals.values("terminal_known_frauds_7d_delay_0d"))
                    .containsExactly(0f, 0f, 1f);
        }
    }

    @Test
    void nothingIsLeftOfATerminalAfterTheHorizon() throws Exception {
        try (Terminals terminals = new Terminals(OrderMode.EVENT_TIME, null)) {
            terminals.harness.processElement1(admitted("a", NOON), NOON);
            terminals.label(fraud(transaction("a", NOON), NOON + DAY));
            terminals.watermark(NOON + FeatureSchema.TERMINAL_HORIZON);
            assertThat(terminals.harness.numKeyedStateEntries()).isPositive();

            terminals.watermark(FORGOTTEN);

            assertThat(terminals.harness.numKeyedStateEntries()).isZero();
            assertThat(terminals.harness.numEventTimeTimers()).isZero();
        }
    }

    @Test
    void historiesOutliveTheEndOfARunAndExpireInTheNext() throws Exception {
        OperatorSubtaskState state;
        try (Terminals terminals = new Terminals(OrderMode.EVENT_TIME, null)) {
            terminals.harness.processElement1(admitted("a", NOON), NOON);
            terminals.watermark(ReceivedWatermarks.END_OF_RUN);
            state = terminals.harness.snapshot(1, 1);
        }
        try (Terminals next = new Terminals(OrderMode.EVENT_TIME, state)) {
            next.harness.setProcessingTime(1);
            next.harness.processElement1(admitted("b", NOON + 1), NOON + 1);
            next.watermark(NOON + 1);
            assertThat(next.values("terminal_count_1d")).containsExactly(2f);

            next.watermark(FORGOTTEN);

            assertThat(next.harness.numKeyedStateEntries()).isZero();
            assertThat(next.harness.numEventTimeTimers()).isZero();
        }
    }

    @Test
    void eachLabelIsCountedByHowItMeetsItsTransaction() throws Exception {
        Transaction there = transaction("there", NOON);
        Transaction later = transaction("later", NOON + 1);
        OperatorSubtaskState state;
        try (Terminals terminals = new Terminals(OrderMode.ARRIVAL, null)) {
            terminals.harness.processElement1(admitted(0, 0, there), NOON);
            terminals.label(fraud(there, NOON + DAY));
            assertThat(terminals.labelCounts()).containsExactly(1L, 0L, 0L, 0L, 0L);

            terminals.label(fraud(there, NOON + DAY));
            terminals.label(fraud(there, NOON + 2 * DAY));
            terminals.label(cleared(there, NOON + 3 * DAY));
            assertThat(terminals.labelCounts()).containsExactly(1L, 0L, 2L, 1L, 0L);

            terminals.label(fraud(later, NOON + DAY));
            terminals.label(cleared(later, NOON));
            assertThat(terminals.labelCounts()).containsExactly(1L, 0L, 2L, 2L, 0L);
            terminals.harness.processElement1(admitted(0, 1, later), NOON);
            assertThat(terminals.labelCounts()).containsExactly(2L, 0L, 2L, 2L, 0L);

            terminals.label(new FraudLabel("x", "card", null, null, NOON, true, NOON, "analyst"));
            state = terminals.harness.snapshot(1, 1);
        }
        try (Terminals restored = new Terminals(OrderMode.ARRIVAL, state)) {
            assertThat(restored.labelCounts()).containsExactly(2L, 0L, 2L, 2L, 1L);
        }
    }

    @Test
    void aLabelIsUnmatchedOnceItIsForgottenWithoutItsTransaction() throws Exception {
        try (Terminals quiet = new Terminals(OrderMode.ARRIVAL, null)) {
            quiet.label(fraud(transaction("ghost", NOON), NOON + DAY));
            quiet.label(cleared(transaction("ghost", NOON), NOON + 2 * DAY));
            quiet.harness.processElement1(admitted("a", NOON), NOON);
            assertThat(quiet.labelCounts()).containsExactly(0L, 0L, 0L, 1L, 0L);

            quiet.watermark(FORGOTTEN);

            assertThat(quiet.labelCounts()).containsExactly(0L, 1L, 0L, 1L, 0L);
        }
        try (Terminals busy = new Terminals(OrderMode.ARRIVAL, null)) {
            Transaction known = transaction("known", NOON);
            busy.harness.processElement1(admitted(0, 0, known), NOON);
            busy.label(fraud(known, NOON + DAY));
            busy.label(fraud(transaction("ghost", NOON), NOON + DAY));

            busy.harness.processElement1(admitted("much later", FORGOTTEN), FORGOTTEN);

            assertThat(busy.labelCounts()).containsExactly(1L, 1L, 0L, 0L, 0L);
        }
    }

    private static FraudLabel cleared(Transaction t, long knownAt) {
        return new FraudLabel(
                t.id(),
                t.cardId(),
                t.terminalId(),
                t.merchantId(),
                t.eventTime(),
                false,
                knownAt,
                "analyst");
    }

    private static final class Terminals implements AutoCloseable {
        private final TerminalFunction function;
        private final KeyedTwoInputStreamOperatorTestHarness<String, Admitted, FraudLabel, Measured>
                harness;

        Terminals(OrderMode order, OperatorSubtaskState state) throws Exception {
            function = new TerminalFunction(Events.settings(order), Events.CODECS);
            harness =
                    new KeyedTwoInputStreamOperatorTestHarness<>(
                            new KeyedCoProcessOperator<>(function),
                            TerminalFunction.TERMINAL,
                            TerminalFunction.LABEL_TERMINAL,
                            Types.STRING);
            if (state != null) {
                harness.initializeState(state);
            }
            harness.open();
        }

        void label(FraudLabel label) throws Exception {
            harness.processElement2(label, label.knownAt());
        }

        /** Matched, unmatched, repeated, contradictory, without a terminal. */
        List<Long> labelCounts() {
            return List.of(
                    count(CheckpointedCounters.LABELS_MATCHED),
                    count(CheckpointedCounters.LABELS_UNMATCHED),
                    count(CheckpointedCounters.LABELS_REPEATED),
                    count(CheckpointedCounters.LABELS_CONTRADICTORY),
                    count(CheckpointedCounters.LABELS_WITHOUT_TERMINAL));
        }

        private long count(String name) {
            return (Long) function.getRuntimeContext().getAccumulator(name).getLocalValue();
        }

        void watermark(long time) throws Exception {
            harness.processBothWatermarks(new Watermark(time));
        }

        List<Float> values(String feature) {
            int index = SCHEMA.indexOf(feature) - SCHEMA.terminalOffset();
            return harness.extractOutputValues().stream()
                    .map(measured -> measured.terminal().values()[index])
                    .toList();
        }

        @Override
        public void close() {
            Events.close(harness);
        }
    }
}
