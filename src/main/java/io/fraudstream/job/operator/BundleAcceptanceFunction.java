package io.fraudstream.job.operator;

import io.fraudstream.job.state.Announced;
import io.fraudstream.job.state.JobTypes;
import io.fraudstream.job.state.ServedBundle;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.transaction.Rejection;
import io.fraudstream.transaction.RejectionCodec;
import io.fraudstream.transaction.RejectionReason;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple4;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts bundles one after the other for the whole job, so that every subtask scores with the same
 * and a refusal is counted and reported once: in the log and as a dead letter.
 */
public final class BundleAcceptanceFunction extends ProcessFunction<Announced, ServedBundle>
        implements CheckpointedFunction {
    public static final OutputTag<Rejection> REFUSED =
            new OutputTag<>("refused-bundles", JobTypes.REJECTION);

    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(BundleAcceptanceFunction.class);
    private static final int REFUSALS = 0;

    /** A pointer that cannot be read, which has no field, and then the fields of refusals. */
    private static final List<String> REASONS =
            List.of(
                    "pointer",
                    "fingerprint",
                    "uri",
                    "sha256",
                    "signature",
                    "bundle_id",
                    "number",
                    "labelCutOff");

    private transient CheckpointedCounters counters;
    private transient ReasonCounters reasons;
    private transient Succession succession;
    private transient ListState<Tuple4<String, String, Long, Long>> accepted;

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        counters = new CheckpointedCounters(CheckpointedCounters.BUNDLES_REFUSED);
        counters.initialize(context, getRuntimeContext());
        reasons = new ReasonCounters("bundles_refused", REASONS);
        reasons.initialize(context, getRuntimeContext());
        succession = new Succession();
        accepted =
                context.getOperatorStateStore()
                        .getListState(
                                new ListStateDescriptor<>(
                                        "accepted-bundles",
                                        Types.TUPLE(
                                                Types.STRING,
                                                Types.STRING,
                                                Types.LONG,
                                                Types.LONG)));
        for (Tuple4<String, String, Long, Long> last : accepted.get()) {
            succession.restore(new Succession.Accepted(last.f0, last.f1, last.f2, last.f3));
        }
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        counters.snapshot();
        reasons.snapshot();
        List<Tuple4<String, String, Long, Long>> all = new ArrayList<>();
        for (Succession.Accepted last : succession.accepted()) {
            all.add(Tuple4.of(last.slot(), last.bundleId(), last.number(), last.labelCutOff()));
        }
        accepted.update(all);
    }

    @Override
    public void processElement(Announced announced, Context context, Collector<ServedBundle> out) {
        if (announced.refusal() != null) {
            refuse(announced, announced.refusal(), context);
            return;
        }
        ModelPointer pointer = announced.bundle().pointer();
        try {
            succession.accept(pointer, announced.labelCutOff());
        } catch (RefusedBundle refused) {
            refuse(announced, refused.refusal(), context);
            return;
        }
        LOG.info("{} {} as {}", pointer.kind(), pointer.bundleId(), pointer.slot());
        out.collect(announced.bundle());
    }

    private void refuse(Announced announced, Announced.Refusal refusal, Context context) {
        counters.increment(REFUSALS);
        String field = refusal.field();
        reasons.increment(field == null ? 0 : Math.max(0, REASONS.indexOf(field)));
        LOG.error("refused the pointer at {}: {}", announced.coordinates(), refusal.detail());
        context.output(
                REFUSED,
                new Rejection(
                        RejectionReason.MODEL_REFUSED,
                        refusal.field(),
                        refusal.detail(),
                        RejectionCodec.payload(announced.record()),
                        announced.record().length,
                        announced.coordinates()));
    }
}
