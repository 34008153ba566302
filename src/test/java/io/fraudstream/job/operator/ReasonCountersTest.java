package io.fraudstream.job.operator;

import static io.fraudstream.job.operator.Events.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.fraudstream.job.LatePolicy;
import io.fraudstream.job.OrderMode;
import io.fraudstream.job.state.Admitted;
import io.fraudstream.job.state.Received;
import io.fraudstream.transaction.Coordinates;
import io.fraudstream.transaction.Rejection;
import io.fraudstream.transaction.RejectionReason;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.JobID;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.clusterframework.types.ResourceID;
import org.apache.flink.runtime.executiongraph.ExecutionAttemptID;
import org.apache.flink.runtime.metrics.groups.TaskManagerMetricGroup;
import org.apache.flink.runtime.metrics.groups.TaskMetricGroup;
import org.apache.flink.runtime.metrics.util.TestingMetricRegistry;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class ReasonCountersTest {
    private static final int MAX_PARALLELISM = 16;

    @Test
    void countsByReasonAreShownFromZeroAndSurviveAnotherParallelism() throws Exception {
        OperatorSubtaskState state;
        try (Admission first = new Admission(2, 0, null);
                Admission second = new Admission(2, 1, null)) {
            assertThat(first.reasons())
                    .hasSize(RejectionReason.values().length)
                    .allSatisfy((reason, count) -> assertThat(count).isZero());
            first.reject(RejectionReason.EMPTY);
            first.reject(RejectionReason.OVERSIZE);
            second.reject(RejectionReason.EMPTY);
            assertThat(first.reasons()).containsEntry("empty", 1L).containsEntry("oversize", 1L);
            state =
                    AbstractStreamOperatorTestHarness.repackageState(
                            first.harness.snapshot(1, 1), second.harness.snapshot(1, 1));
        }

        Map<String, Long> restored = new TreeMap<>();
        for (int subtask = 0; subtask < 3; subtask++) {
            OperatorSubtaskState part =
                    AbstractStreamOperatorTestHarness.repartitionOperatorState(
                            state, MAX_PARALLELISM, 2, 3, subtask);
            try (Admission admission = new Admission(3, subtask, part)) {
                admission
                        .reasons()
                        .forEach((name, count) -> restored.merge(name, count, Long::sum));
            }
        }
        assertThat(restored).containsEntry("empty", 2L).containsEntry("oversize", 1L);
        assertThat(restored.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(3);
    }

    /** An operator whose metrics are looked at as a reporter would. */
    private static final class Admission implements AutoCloseable {
        private final Map<String, Gauge<?>> shown = new TreeMap<>();
        private final OneInputStreamOperatorTestHarness<Received, Admitted> harness;

        Admission(int parallelism, int subtask, OperatorSubtaskState state) throws Exception {
            TaskMetricGroup metrics =
                    TaskManagerMetricGroup.createTaskManagerMetricGroup(
                                    TestingMetricRegistry.builder()
                                            .setRegisterConsumer(this::show)
                                            .build(),
                                    "localhost",
                                    new ResourceID("one"))
                            .addJob(new JobID(), "job")
                            .addTask(ExecutionAttemptID.randomId(), "task");
            MockEnvironment environment =
                    new MockEnvironmentBuilder()
                            .setMaxParallelism(MAX_PARALLELISM)
                            .setParallelism(parallelism)
                            .setSubtaskIndex(subtask)
                            .setMetricGroup(metrics)
                            .build();
            harness =
                    new OneInputStreamOperatorTestHarness<>(
                            new ProcessOperator<>(
                                    new AdmissionFunction(
                                            Events.settings(OrderMode.ARRIVAL, LatePolicy.SCORE))),
                            environment);
            if (state != null) {
                harness.initializeState(state);
            }
            harness.open();
        }

        private void show(Metric metric, String name, MetricGroup group) {
            String reason = group.getAllVariables().get("<reason>");
            if (reason != null && name.equals("total")) {
                shown.put(reason, (Gauge<?>) metric);
            }
        }

        void reject(RejectionReason reason) throws Exception {
            Coordinates at = new Coordinates("transactions", 0, 0, NOON);
            harness.processElement(
                    Received.alone(new Rejection(reason, null, "a test", "", 0, at), at, false),
                    NOON);
        }

        Map<String, Long> reasons() {
            Map<String, Long> counts = new TreeMap<>();
            shown.forEach((reason, gauge) -> counts.put(reason, (Long) gauge.getValue()));
            return counts;
        }

        @Override
        public void close() {
            Events.close(harness);
        }
    }
}
