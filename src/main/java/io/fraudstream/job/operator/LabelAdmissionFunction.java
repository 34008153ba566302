package io.fraudstream.job.operator;

import io.fraudstream.job.JobMetrics;
import io.fraudstream.job.state.Received;
import io.fraudstream.transaction.Coordinates;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.Rejection;
import java.time.Duration;
import java.util.List;
import org.apache.flink.metrics.MetricGroup;
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
    private static final TimeBuckets LAG =
            new TimeBuckets(
                    Duration.ofDays(1),
                    Duration.ofDays(3),
                    Duration.ofDays(7),
                    Duration.ofDays(14),
                    Duration.ofDays(30));
    private static final List<String> LAG_COUNTS =
            List.of(
                    "labelLagUpTo1d",
                    "labelLagUpTo3d",
                    "labelLagUpTo7d",
                    "labelLagUpTo14d",
                    "labelLagUpTo30d",
                    "labelLagOver30d");
    private static final TimeBuckets DELIVERY_LAG =
            new TimeBuckets(Duration.ofHours(1), Duration.ofDays(1));
    private static final List<String> DELIVERY_LAG_COUNTS =
            List.of("labelDeliveryLagUpTo1h", "labelDeliveryLagUpTo1d", "labelDeliveryLagOver1d");
    private static final int LABEL = 0;
    private static final int REJECT = 1;

    private transient CheckpointedCounters counters;
    private transient ReasonCounters rejections;
    private transient CheckpointedCounters lags;
    private transient CheckpointedCounters deliveryLags;

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        counters =
                new CheckpointedCounters(
                        CheckpointedCounters.LABELS, CheckpointedCounters.LABELS_REJECTED);
        counters.initialize(context, getRuntimeContext());
        rejections = AdmissionFunction.rejections("labels_rejected");
        rejections.initialize(context, getRuntimeContext());
        lags = new CheckpointedCounters(LAG_COUNTS.toArray(String[]::new));
        lags.restore(context, getRuntimeContext());
        deliveryLags = new CheckpointedCounters(DELIVERY_LAG_COUNTS.toArray(String[]::new));
        deliveryLags.restore(context, getRuntimeContext());
        MetricGroup metrics = JobMetrics.of(getRuntimeContext().getMetricGroup());
        LAG.show(metrics.addGroup("label_lag_seconds"), lags::value);
        DELIVERY_LAG.show(metrics.addGroup("label_delivery_lag_seconds"), deliveryLags::value);
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        counters.snapshot();
        rejections.snapshot();
        lags.snapshot();
        deliveryLags.snapshot();
    }

    @Override
    public void processElement(Received received, Context context, Collector<FraudLabel> out) {
        if (received.decoded() instanceof Rejection rejection) {
            counters.increment(REJECT);
            rejections.increment(rejection.reason().ordinal());
            context.output(AdmissionFunction.REJECTED, rejection);
            return;
        }
        FraudLabel label = (FraudLabel) received.decoded();
        counters.increment(LABEL);
        lags.increment(LAG.indexOf(label.knownAt() - label.eventTime()));
        long arrived = received.coordinates().timestamp();
        if (arrived != Coordinates.NO_TIMESTAMP) {
            deliveryLags.increment(DELIVERY_LAG.indexOf(arrived - label.knownAt()));
        }
        out.collect(label);
    }
}
