package io.fraudstream.job.operator;

import io.fraudstream.job.state.Received;
import io.fraudstream.transaction.Coordinates;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.Rejection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Parts labels from records that are none; those go to {@link AdmissionFunction#REJECTED}. Counts
 * by buckets how long after its transaction a label was known, and how long after that it came.
 */
public final class LabelAdmissionFunction extends ProcessFunction<Received, FraudLabel>
        implements CheckpointedFunction {
    private static final long serialVersionUID = 1L;
    private static final LagBuckets LAG =
            new LagBuckets(
                    Duration.ofDays(1),
                    Duration.ofDays(3),
                    Duration.ofDays(7),
                    Duration.ofDays(14),
                    Duration.ofDays(30));
    private static final LagBuckets DELIVERY_LAG =
            new LagBuckets(Duration.ofHours(1), Duration.ofDays(1));
    private static final int LABEL = 0;
    private static final int REJECT = 1;
    private static final int FIRST_LAG = 2;

    private transient CheckpointedCounters counters;
    private transient int firstDeliveryLag;

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        List<String> names =
                new ArrayList<>(
                        List.of(CheckpointedCounters.LABELS, CheckpointedCounters.LABELS_REJECTED));
        names.addAll(LAG.names("labelLag"));
        firstDeliveryLag = names.size();
        names.addAll(DELIVERY_LAG.names("labelDeliveryLag"));
        counters = new CheckpointedCounters(names.toArray(String[]::new));
        counters.initialize(context, getRuntimeContext());
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        counters.snapshot();
    }

    @Override
    public void processElement(Received received, Context context, Collector<FraudLabel> out) {
        if (received.decoded() instanceof Rejection rejection) {
            counters.increment(REJECT);
            context.output(AdmissionFunction.REJECTED, rejection);
            return;
        }
        FraudLabel label = (FraudLabel) received.decoded();
        counters.increment(LABEL);
        counters.increment(FIRST_LAG + LAG.indexOf(label.knownAt() - label.eventTime()));
        long arrived = received.coordinates().timestamp();
        if (arrived != Coordinates.NO_TIMESTAMP) {
            counters.increment(firstDeliveryLag + DELIVERY_LAG.indexOf(arrived - label.knownAt()));
        }
        out.collect(label);
    }
}
