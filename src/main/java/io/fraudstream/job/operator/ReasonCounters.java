package io.fraudstream.job.operator;

import io.fraudstream.job.JobMetrics;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.FunctionInitializationContext;

/**
 * Counts by reason, in checkpointed state, each shown as {@code NAME_reason_total} with the label
 * {@code reason}, from 0 on. They add up to the counter of that name, but for what it counted
 * before reasons were.
 */
final class ReasonCounters {
    private final String name;
    private final List<String> reasons;
    private final long[] counts;
    private ListState<Tuple2<String, Long>> state;

    /**
     * @param reasons all that there are
     */
    ReasonCounters(String name, List<String> reasons) {
        this.name = name;
        this.reasons = reasons;
        this.counts = new long[reasons.size()];
    }

    void initialize(FunctionInitializationContext context, RuntimeContext runtime)
            throws Exception {
        state =
                context.getOperatorStateStore()
                        .getListState(
                                new ListStateDescriptor<>(
                                        "count-" + name + "-by-reason",
                                        Types.TUPLE(Types.STRING, Types.LONG)));
        for (Tuple2<String, Long> restored : state.get()) {
            int reason = reasons.indexOf(restored.f0);
            if (reason >= 0) {
                counts[reason] += restored.f1;
            }
        }
        MetricGroup metrics = JobMetrics.of(runtime.getMetricGroup()).addGroup(name);
        for (int i = 0; i < counts.length; i++) {
            int reason = i;
            metrics.addGroup("reason", reasons.get(i))
                    .gauge("total", (Gauge<Long>) () -> counts[reason]);
        }
    }

    void increment(int reason) {
        counts[reason]++;
    }

    void snapshot() throws Exception {
        List<Tuple2<String, Long>> all = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            all.add(Tuple2.of(reasons.get(i), counts[i]));
        }
        state.update(all);
    }
}
