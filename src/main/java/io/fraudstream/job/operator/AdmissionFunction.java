package io.fraudstream.job.operator;

import io.fraudstream.job.JobSettings;
import io.fraudstream.job.LatePolicy;
import io.fraudstream.job.state.Admitted;
import io.fraudstream.job.state.JobTypes;
import io.fraudstream.job.state.Received;
import io.fraudstream.transaction.Coordinates;
import io.fraudstream.transaction.Rejection;
import io.fraudstream.transaction.RejectionReason;
import io.fraudstream.transaction.Transaction;
import java.util.stream.Stream;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Stands directly behind the source: parts rejections from transactions and decides, by the
 * partition's own newest event time, which transactions are late. So lateness depends on the
 * recording alone, not on how subtasks raced.
 */
public final class AdmissionFunction extends ProcessFunction<Received, Admitted>
        implements CheckpointedFunction {
    /** Rejected records, for the dead-letter topic. */
    public static final OutputTag<Rejection> REJECTED =
            new OutputTag<>("rejected", JobTypes.REJECTION);

    /** Transactions that came too late and are not scored; their turn is the bound they missed. */
    public static final OutputTag<Admitted> DIVERTED =
            new OutputTag<>("diverted", JobTypes.ADMITTED);

    private static final long serialVersionUID = 1L;
    private static final int READ = 0;
    private static final int REJECT = 1;
    private static final int LATE = 2;

    private final JobSettings settings;

    private transient CheckpointedCounters counters;
    private transient ReasonCounters rejections;

    private transient long outOfOrderness;

    public AdmissionFunction(JobSettings settings) {
        this.settings = settings;
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        counters =
                new CheckpointedCounters(
                        CheckpointedCounters.READ,
                        CheckpointedCounters.REJECTED,
                        CheckpointedCounters.LATE);
        counters.initialize(context, getRuntimeContext());
        rejections = rejections(CheckpointedCounters.REJECTED);
        rejections.initialize(context, getRuntimeContext());
        outOfOrderness = settings.outOfOrderness().toMillis();
    }

    /** Counts the reasons for which records of a topic are refused. */
    static ReasonCounters rejections(String name) {
        return new ReasonCounters(
                name, Stream.of(RejectionReason.values()).map(RejectionReason::wireName).toList());
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        counters.snapshot();
        rejections.snapshot();
    }

    @Override
    public void processElement(Received received, Context context, Collector<Admitted> out) {
        counters.increment(READ);
        if (received.decoded() instanceof Rejection rejection) {
            counters.increment(REJECT);
            rejections.increment(rejection.reason().ordinal());
            context.output(REJECTED, rejection);
            return;
        }
        Transaction transaction = (Transaction) received.decoded();
        Coordinates at = received.coordinates();
        long bound = received.newest() - outOfOrderness;
        boolean late = transaction.eventTime() < bound;
        Admitted admitted =
                new Admitted(
                        transaction,
                        Math.max(transaction.eventTime(), bound),
                        late,
                        at.partition(),
                        at.offset(),
                        at.timestamp(),
                        at.trace());
        if (late && settings.latePolicy() == LatePolicy.DIVERT) {
            counters.increment(LATE);
            context.output(DIVERTED, admitted);
            return;
        }
        out.collect(admitted);
    }
}
