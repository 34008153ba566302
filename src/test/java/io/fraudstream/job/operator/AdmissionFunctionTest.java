package io.fraudstream.job.operator;

import static io.fraudstream.job.operator.Events.NOON;
import static io.fraudstream.job.operator.Events.SECOND;
import static io.fraudstream.job.operator.Events.received;
import static io.fraudstream.job.operator.Events.transaction;
import static org.assertj.core.api.Assertions.assertThat;

import io.fraudstream.job.LatePolicy;
import io.fraudstream.job.OrderMode;
import io.fraudstream.job.state.Admitted;
import io.fraudstream.job.state.Received;
import io.fraudstream.transaction.Rejection;
import io.fraudstream.transaction.RejectionReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class AdmissionFunctionTest {
    private static final int MAX_PARALLELISM = 16;

    @Test
    void rejectionsGoToTheDeadLetters() throws Exception {
        try (Admission admission = new Admission(LatePolicy.SCORE)) {
            admission.take(Events.rejected());
            admission.take(received(transaction("a", NOON)));

            assertThat(admission.rejections())
                    .extracting(Rejection::reason)
                    .containsExactly(RejectionReason.EMPTY);
            assertThat(admission.admitted())
                    .extracting(a -> a.transaction().id())
                    .containsExactly("a");
            assertThat(admission.count(CheckpointedCounters.READ)).isEqualTo(2);
            assertThat(admission.count(CheckpointedCounters.REJECTED)).isEqualTo(1);
        }
    }

    @Test
    void aTransactionIsLateByItsOwnPartitionsNewestAlone() throws Exception {
        try (Admission admission = new Admission(LatePolicy.SCORE)) {
            admission.take(received(transaction("newest", NOON)));
            admission.take(received(transaction("at the bound", NOON - 10 * SECOND)).after(NOON));
            admission.take(received(transaction("late", NOON - 11 * SECOND)).after(NOON));
            admission.take(received(transaction("elsewhere", NOON - 11 * SECOND)));

            assertThat(admission.admitted())
                    .extracting(Admitted::late)
                    .containsExactly(false, false, true, false);
            assertThat(admission.admitted())
                    .extracting(Admitted::orderTime)
                    .containsExactly(
                            NOON, NOON - 10 * SECOND, NOON - 10 * SECOND, NOON - 11 * SECOND);
            assertThat(admission.count(CheckpointedCounters.LATE)).isZero();
        }
    }

    @Test
    void lateTransactionsCanBeDiverted() throws Exception {
        try (Admission admission = new Admission(LatePolicy.DIVERT)) {
            admission.take(received(transaction("newest", NOON)));
            admission.take(received(transaction("late", NOON - 11 * SECOND)).after(NOON));

            assertThat(admission.admitted()).hasSize(1);
            assertThat(admission.rejections()).isEmpty();
            assertThat(admission.diverted())
                    .extracting(late -> late.transaction().id())
                    .containsExactly("late");
            assertThat(admission.diverted().get(0).orderTime()).isEqualTo(NOON - 10 * SECOND);
            assertThat(admission.count(CheckpointedCounters.LATE)).isEqualTo(1);
            assertThat(admission.count(CheckpointedCounters.REJECTED)).isZero();
        }
    }

    @Test
    void aTraceGoesWithWhatIsAdmittedOrDiverted() throws Exception {
        try (Admission admission = new Admission(LatePolicy.DIVERT)) {
            admission.take(traced(received(transaction("newest", NOON))));
            admission.take(traced(received(transaction("late", NOON - 11 * SECOND))).after(NOON));
            admission.take(received(transaction("without", NOON)));

            assertThat(admission.admitted())
                    .extracting(Admitted::trace)
                    .containsExactly(Events.TRACE, null);
            assertThat(admission.diverted())
                    .extracting(Admitted::trace)
                    .containsExactly(Events.TRACE);
        }
    }

    private static Received traced(Received received) {
        return new Received(
                received.decoded(),
                received.coordinates().in(Events.TRACE),
                received.lastOfRun(),
                received.newest());
    }

    @Test
    void countsSurviveAnotherParallelism() throws Exception {
        OperatorSubtaskState state;
        try (Admission first = new Admission(2, 0);
                Admission second = new Admission(2, 1)) {
            first.take(received(transaction("a", NOON)));
            first.take(Events.rejected());
            second.take(received(transaction("b", NOON)));
            state =
                    AbstractStreamOperatorTestHarness.repackageState(
                            first.snapshot(), second.snapshot());
        }

        long read = 0;
        long rejected = 0;
        for (int subtask = 0; subtask < 3; subtask++) {
            OperatorSubtaskState part =
                    AbstractStreamOperatorTestHarness.repartitionOperatorState(
                            state, MAX_PARALLELISM, 2, 3, subtask);
            try (Admission restored = new Admission(3, subtask, part)) {
                read += restored.count(CheckpointedCounters.READ);
                rejected += restored.count(CheckpointedCounters.REJECTED);
            }
        }
        assertThat(read).isEqualTo(3);
        assertThat(rejected).isEqualTo(1);
    }

    private static final class Admission implements AutoCloseable {
        private final AdmissionFunction function;
        private final OneInputStreamOperatorTestHarness<Received, Admitted> harness;

        Admission(LatePolicy policy) throws Exception {
            this(policy, 1, 0, null);
        }

        Admission(int parallelism, int subtask) throws Exception {
            this(LatePolicy.SCORE, parallelism, subtask, null);
        }

        Admission(int parallelism, int subtask, OperatorSubtaskState state) throws Exception {
            this(LatePolicy.SCORE, parallelism, subtask, state);
        }

        private Admission(
                LatePolicy policy, int parallelism, int subtask, OperatorSubtaskState state)
                throws Exception {
            function = new AdmissionFunction(Events.settings(OrderMode.EVENT_TIME, policy));
            harness =
                    new OneInputStreamOperatorTestHarness<>(
                            new ProcessOperator<>(function), MAX_PARALLELISM, parallelism, subtask);
            if (state != null) {
                harness.initializeState(state);
            }
            harness.open();
        }

        void take(Received received) throws Exception {
            harness.processElement(received, NOON);
        }

        List<Admitted> admitted() {
            return harness.extractOutputValues();
        }

        List<Admitted> diverted() {
            List<Admitted> diverted = new ArrayList<>();
            Queue<StreamRecord<Admitted>> records =
                    harness.getSideOutput(AdmissionFunction.DIVERTED);
            if (records != null) {
                records.forEach(record -> diverted.add(record.getValue()));
            }
            return diverted;
        }

        List<Rejection> rejections() {
            List<Rejection> rejections = new ArrayList<>();
            Queue<StreamRecord<Rejection>> records =
                    harness.getSideOutput(AdmissionFunction.REJECTED);
            if (records != null) {
                records.forEach(record -> rejections.add(record.getValue()));
            }
            return rejections;
        }

        long count(String name) {
            return (Long) function.getRuntimeContext().getAccumulator(name).getLocalValue();
        }

        OperatorSubtaskState snapshot() throws Exception {
            return harness.snapshot(1, 1);
        }

        @Override
        public void close() {
            Events.close(harness);
        }
    }
}
