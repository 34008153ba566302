package io.fraudstream.job.operator;

import io.fraudstream.job.state.Received;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.Rejection;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/** Parts labels from records that are none; those go to {@link AdmissionFunction#REJECTED}. */
public final class LabelAdmissionFunction extends ProcessFunction<Received, FraudLabel>
        implements CheckpointedFunction {
    private static final long serialVersionUID = 1L;
    private static final int LABEL = 0;
    private static final int REJECT = 1;

    private transient CheckpointedCounters counters;

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        counters =
                new CheckpointedCounters(
                        CheckpointedCounters.LABELS, CheckpointedCounters.LABELS_REJECTED);
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
        } else {
            counters.increment(LABEL);
            out.collect((FraudLabel) received.decoded());
        }
    }
}
