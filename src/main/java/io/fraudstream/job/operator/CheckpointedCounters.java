package io.fraudstream.job.operator;

import io.fraudstream.job.JobMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.FunctionInitializationContext;

/**
 * Counts that survive a restart: each is kept in checkpointed state, shown as a metric ({@code
 * scoredLate} as {@code scored_late_total}), and handed to whoever started the job as an
 * accumulator. Over the whole job and once it has drained, read = scored + rejected + late +
 * duplicate.
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

    public static final String LABELS_MATCHED = "labelsMatched";
    public static final String LABELS_UNMATCHED = "labelsUnmatched";
    public static final String LABELS_REPEATED = "labelsRepeated";
    public static final String LABELS_CONTRADICTORY = "labelsContradictory";
    public static final String LABELS_WITHOUT_TERMINAL = "labelsWithoutTerminal";

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
        restore(context, runtime);
        MetricGroup metrics = JobMetrics.of(runtime.getMetricGroup());
        for (int i = 0; i < names.length; i++) {
            int index = i;
            metrics.gauge(metric(names[i]), (Gauge<Long>) () -> values[index]);
        }
    }

    private static String metric(String name) {
        return name.replaceAll("[A-Z]", "_$0").toLowerCase(Locale.ROOT) + "_total";
    }

    /** The same without metrics, for whoever shows them in another way. */
    void restore(FunctionInitializationContext context, RuntimeContext runtime) throws Exception {
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
        }
    }

    long value(int index) {
        return values[index];
    }

    void increment(int index) {
        add(index, 1);
    }

    void add(int index, long count) {
        values[index] += count;
        accumulators.get(index).add(count);
    }

    void snapshot() throws Exception {
        for (int i = 0; i < names.length; i++) {
            states.get(i).update(List.of(values[i]));
        }
    }
}
