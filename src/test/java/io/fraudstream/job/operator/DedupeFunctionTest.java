package io.fraudstream.job.operator;

import static io.fraudstream.job.operator.Events.DAY;
import static io.fraudstream.job.operator.Events.NOON;
import static io.fraudstream.job.operator.Events.admitted;
import static io.fraudstream.job.operator.Events.transaction;
import static org.assertj.core.api.Assertions.assertThat;

import io.fraudstream.job.OrderMode;
import io.fraudstream.job.kafka.ReceivedWatermarks;
import io.fraudstream.job.state.Admitted;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.SavepointType;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class DedupeFunctionTest {
    @Test
    void theFirstReceivedPassesInOrderOfArrival() throws Exception {
        try (Dedupe dedupe = new Dedupe(OrderMode.ARRIVAL, null)) {
            Admitted first = admitted(0, 7, transaction("a", NOON + 5));
            dedupe.take(first);
            dedupe.take(admitted(0, 8, transaction("a", NOON)));

            assertThat(dedupe.harness.extractOutputValues()).containsExactly(first);
            assertThat(dedupe.duplicates()).isEqualTo(1);
        }
    }

    @Test
    void theFirstByTimeThenPartitionThenOffsetPassesInEventTime() throws Exception {
        try (Dedupe dedupe = new Dedupe(OrderMode.EVENT_TIME, null)) {
            Admitted first = admitted(1, 6, transaction("a", NOON));
            dedupe.take(admitted(0, 0, transaction("a", NOON + 1)));
            dedupe.take(admitted(2, 0, transaction("a", NOON)));
            dedupe.take(admitted(1, 7, transaction("a", NOON)));
            dedupe.take(first);
            assertThat(dedupe.harness.extractOutputValues()).isEmpty();

            dedupe.harness.processWatermark(NOON + 1);

            assertThat(dedupe.harness.extractOutputValues()).containsExactly(first);
            assertThat(dedupe.duplicates()).isEqualTo(3);
        }
    }

    @Test
    void anIdIsFreeAgainExactlyWhenTheHorizonHasPassed() throws Exception {
        try (Dedupe dedupe = new Dedupe(OrderMode.ARRIVAL, null)) {
            dedupe.take(admitted("a", NOON));
            dedupe.take(admitted("a", NOON + 7 * DAY - 1));
            dedupe.take(admitted("a", NOON + 7 * DAY));
            dedupe.take(admitted("a", NOON + 7 * DAY + 1));

            assertThat(dedupe.harness.extractOutputValues())
                    .extracting(Admitted::orderTime)
                    .containsExactly(NOON, NOON + 7 * DAY);
        }
    }

    @Test
    void nothingIsLeftOfAnIdHalfAHorizonAfterItsEnd() throws Exception {
        try (Dedupe dedupe = new Dedupe(OrderMode.EVENT_TIME, null)) {
            dedupe.take(admitted("a", NOON));
            dedupe.harness.processWatermark(NOON + 7 * DAY - 1);
            assertThat(dedupe.harness.numKeyedStateEntries()).isPositive();

            dedupe.harness.processWatermark(NOON + 11 * DAY);

            assertThat(dedupe.harness.numKeyedStateEntries()).isZero();
            assertThat(dedupe.harness.numEventTimeTimers()).isZero();
        }
    }

    /** Its reminder is set though the bucket has a later one. */
    @Test
    void anIdOutOfOrderIsForgottenInTimeToo() throws Exception {
        try (Dedupe dedupe = new Dedupe(OrderMode.ARRIVAL, null)) {
            dedupe.take(admitted("Aa", NOON + 8 * DAY));
            dedupe.take(admitted("BB", NOON)); // Has the same hash.
            dedupe.take(admitted("Aa", NOON + 8 * DAY + 1));
            dedupe.harness.processWatermark(NOON + 7 * DAY + 7 * DAY / 2);
            dedupe.take(admitted("BB", NOON + 1));
            dedupe.take(admitted("Aa", NOON + 8 * DAY + 2));

            assertThat(dedupe.harness.extractOutputValues())
                    .extracting(Admitted::orderTime)
                    .containsExactly(NOON + 8 * DAY, NOON, NOON + 1);
        }
    }

    @Test
    void bucketsOfTheSameAgeAreNotLookedThroughAtOnce() throws Exception {
        try (Dedupe dedupe = new Dedupe(OrderMode.EVENT_TIME, null)) {
            int ids = 200;
            for (int i = 0; i < ids; i++) {
                dedupe.take(admitted("transaction-" + i * 31, NOON));
            }
            dedupe.harness.processWatermark(NOON + 7 * DAY + 7 * DAY / 4);

            assertThat(dedupe.harness.numKeyedStateEntries()).isBetween(ids / 4, 3 * ids / 4);
        }
    }

    @Test
    void idsOutliveTheEndOfARunAndExpireInTheNext() throws Exception {
        OperatorSubtaskState state;
        try (Dedupe dedupe = new Dedupe(OrderMode.EVENT_TIME, null)) {
            dedupe.take(admitted("a", NOON));
            dedupe.harness.processWatermark(ReceivedWatermarks.END_OF_RUN);
            state = dedupe.harness.snapshot(1, 1);
        }
        try (Dedupe next = new Dedupe(OrderMode.EVENT_TIME, state)) {
            next.harness.setProcessingTime(1);
            next.take(admitted("a", NOON + DAY));
            next.harness.processWatermark(NOON + DAY);
            assertThat(next.harness.extractOutputValues()).isEmpty();
            assertThat(next.duplicates()).isEqualTo(1);

            next.harness.processWatermark(NOON + 11 * DAY);

            assertThat(next.harness.numKeyedStateEntries()).isZero();
            assertThat(next.harness.numEventTimeTimers()).isZero();
            assertThat(next.harness.numProcessingTimeTimers()).isZero();
        }
    }

    @Test
    void whatWaitsKeepsItsTraceOverASavepoint() throws Exception {
        Admitted traced = Events.traced(admitted("a", NOON));
        OperatorSubtaskState state;
        try (Dedupe dedupe = new Dedupe(OrderMode.EVENT_TIME, null)) {
            dedupe.take(traced);
            dedupe.take(admitted("b", NOON));
            state = dedupe.harness.snapshot(1, 1);
        }
        try (Dedupe next = new Dedupe(OrderMode.EVENT_TIME, state)) {
            next.harness.processWatermark(NOON);

            assertThat(next.harness.extractOutputValues())
                    .containsExactlyInAnyOrder(traced, admitted("b", NOON));
        }
    }

    @Test
    void idsMoveBetweenTheBackendsByASavepoint() throws Exception {
        OperatorSubtaskState state;
        try (Dedupe heap = new Dedupe(OrderMode.ARRIVAL, null)) {
            heap.take(admitted("a", NOON));
            heap.take(admitted("ä", NOON));
            state = heap.savepoint();
        }
        try (Dedupe rocksDb =
                new Dedupe(OrderMode.ARRIVAL, state, new EmbeddedRocksDBStateBackend())) {
            rocksDb.take(admitted("a", NOON + 1));
            rocksDb.take(admitted("b", NOON + 1));
            rocksDb.take(admitted("b", NOON + 2));
            assertThat(rocksDb.duplicates()).isEqualTo(2);
            state = rocksDb.savepoint();
        }
        try (Dedupe heap = new Dedupe(OrderMode.ARRIVAL, state)) {
            heap.take(admitted("a", NOON + 3));
            heap.take(admitted("ä", NOON + 3));
            heap.take(admitted("b", NOON + 7 * DAY));
            heap.take(admitted("c", NOON + 3));
            assertThat(heap.duplicates()).isEqualTo(2 + 3);
            assertThat(heap.harness.extractOutputValues()).hasSize(1);

            heap.harness.processWatermark(NOON + 12 * DAY);

            assertThat(heap.harness.numKeyedStateEntries()).isZero();
            assertThat(heap.harness.numEventTimeTimers()).isZero();
        }
    }

    @Test
    void inRocksDbTooAnIdIsForgottenAfterItsEndAndNotBefore() throws Exception {
        try (Dedupe dedupe =
                new Dedupe(OrderMode.ARRIVAL, null, new EmbeddedRocksDBStateBackend())) {
            dedupe.take(admitted("a", NOON));
            dedupe.take(admitted("a", NOON + 7 * DAY - 1));
            dedupe.harness.processWatermark(NOON + 11 * DAY);
            dedupe.take(admitted("a", NOON + 7 * DAY - 1));

            assertThat(dedupe.harness.extractOutputValues())
                    .extracting(Admitted::orderTime)
                    .containsExactly(NOON, NOON + 7 * DAY - 1);
        }
    }

    private static final class Dedupe implements AutoCloseable {
        private final DedupeFunction function;
        private final KeyedOneInputStreamOperatorTestHarness<Integer, Admitted, Admitted> harness;

        Dedupe(OrderMode order, OperatorSubtaskState state) throws Exception {
            this(order, state, new HashMapStateBackend());
        }

        Dedupe(OrderMode order, OperatorSubtaskState state, StateBackend backend) throws Exception {
            function = new DedupeFunction(Events.settings(order));
            harness =
                    new KeyedOneInputStreamOperatorTestHarness<>(
                            new KeyedProcessOperator<>(function), DedupeFunction.BUCKET, Types.INT);
            harness.setStateBackend(backend);
            if (state != null) {
                harness.initializeState(state);
            }
            harness.open();
        }

        void take(Admitted admitted) throws Exception {
            harness.processElement(admitted, admitted.orderTime());
        }

        /** In the form that every backend reads. */
        OperatorSubtaskState savepoint() throws Exception {
            return harness.snapshotWithLocalState(
                            1, 1, SavepointType.savepoint(SavepointFormatType.CANONICAL))
                    .getJobManagerOwnedState();
        }

        long duplicates() {
            return (Long)
                    function.getRuntimeContext()
                            .getAccumulator(CheckpointedCounters.DUPLICATE)
                            .getLocalValue();
        }

        @Override
        public void close() {
            Events.close(harness);
        }
    }
}
