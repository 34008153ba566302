package io.fraudstream.job.operator;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.runtime.state.FunctionInitializationContext;

/**
 * Counts that survive a restart: each is kept in checkpointed state, shown as a metric, and handed
 * to whoever started the job as an accumulator. Over the whole job and once it has drained, read =
 * scored + rejected + late + duplicate.
 */
public final class CheckpointedCounters {
    public static final String READ = "read";
    public static final String SCORED = "scored";
    public static final String REJECTED = "rejected";
    public static final String LATE = "late";
    public static final String SCORED_LATE = "scoredLate";
    public static final String DUPLICATE = "duplicate";
    public static final String ALERTS = "alerts";
    public static final String APPROXIMATE = "approximate";
    public static final String LABELS = "labels";
    public static final String LABELS_REJECTED = "labelsRejected";
    public static final String BUNDLES_REFUSED = "bundlesRefused";

    private final String[] names;
    private final long[] values;
    private final List<ListState<Long>> states = new ArrayList<>();
    private final List<LongCounter> accumulators = new ArrayList<>();

    CheckpointedCounters(String... names) {
        this.names = names;
        this.values = new long[names.length];
    }

    void initialize(FunctionInitializationContext context, RuntimeContext runtime)
            throws Exception {
        OperatorStateStore store = context.getOperatorStateStore();
        for (int i = 0; i < names.length; i++) {
            ListState<Long> state =
                    store.getListState(new ListStateDescriptor<>("count-" + names[i], Types.LONG));
            for (Long restored : state.get()) {
                values[i] += restored;
            }
            states.add(state);
            LongCounter accumulator = new LongCounter(values[i]);
            runtime.addAccumulator(names[i], accumulator);
            accumulators.add(accumulator);
            int index = i;
            runtime.getMetricGroup().gauge(names[i], (Gauge<Long>) () -> values[index]);
        }
    }

    void increment(int index) {
        values[index]++;
        accumulators.get(index).add(1L);
    }

    void snapshot() throws Exception {
        for (int i = 0; i < names.length; i++) {
            states.get(i).update(List.of(values[i]));
        }
    }
}
