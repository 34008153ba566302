package io.fraudstream.job;

import io.fraudstream.alert.Decision;
import io.fraudstream.alert.ScoredTransaction;
import io.fraudstream.job.kafka.Codecs;
import io.fraudstream.job.operator.AdmissionFunction;
import io.fraudstream.job.operator.BundleAcceptanceFunction;
import io.fraudstream.job.operator.BundleFetchFunction;
import io.fraudstream.job.operator.CardFunction;
import io.fraudstream.job.operator.DedupeFunction;
import io.fraudstream.job.operator.LabelAdmissionFunction;
import io.fraudstream.job.operator.TerminalFunction;
import io.fraudstream.job.state.Admitted;
import io.fraudstream.job.state.Announced;
import io.fraudstream.job.state.JobTypes;
import io.fraudstream.job.state.Measured;
import io.fraudstream.job.state.Received;
import io.fraudstream.job.state.ServedBundle;
import io.fraudstream.registry.TrustedKeys;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.Rejection;
import java.util.concurrent.TimeUnit;
import org.apache.flink.streaming.api.datastream.AsyncDataStream;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/**
 * The whole topology, on whatever sources it is given: {@link KafkaPipeline} brings the real ones
 * and the sinks.
 *
 * <pre>
 * transactions ─ admission ─ dedupe ─ terminal features ─ card features and score ─► scored, alerts
 *                    │                     ▲                        ▲
 *                    ▼                  labels           bundles, fetched and accepted ◄─ pointers
 *              rejected, late                                       │
 *                    ▲──────────────────────────────────────────────┘
 * </pre>
 */
public final class FraudPipeline {
    /** What comes out. */
    public record Outputs(
            DataStream<ScoredTransaction> scored,
            DataStream<ScoredTransaction> alerts,
            DataStream<Rejection> rejected,
            DataStream<Admitted> late,
            DataStream<FraudLabel> labels) {}

    /** What lies between sources and sinks: {@link #build}, or what it is compared with. */
    @FunctionalInterface
    public interface Topology {
        /** Defines the workflow from received records to what comes out. */
        Outputs build(
                DataStream<Received> transactions,
                DataStream<Received> labelRecords,
                DataStream<Announced> pointers,
                JobSettings settings,
                Codecs codecs);
    }

    private static final long UNHURRIED_MILLIS = 10;

    private FraudPipeline() {}

    /** Defines the workflow from received records to scores, alerts and rejected records. */
    public static Outputs build(
            DataStream<Received> transactions,
            DataStream<Received> labelRecords,
            DataStream<Announced> pointers,
            JobSettings settings,
            Codecs codecs) {
        SingleOutputStreamOperator<Admitted> admitted =
                transactions
                        .process(new AdmissionFunction(settings), JobTypes.ADMITTED)
                        // Beside the source, so that a partition's records stay in order.
                        .setParallelism(transactions.getParallelism())
                        .uid(OperatorUids.ADMISSION)
                        .name("Admission");
        SingleOutputStreamOperator<FraudLabel> labels =
                unhurried(
                        labelRecords
                                .process(new LabelAdmissionFunction(), JobTypes.LABEL)
                                .setParallelism(labelRecords.getParallelism())
                                .uid(OperatorUids.LABEL_ADMISSION)
                                .name("Label admission"));

        SingleOutputStreamOperator<Admitted> unique =
                admitted.keyBy(DedupeFunction.BUCKET)
                        .process(new DedupeFunction(settings), JobTypes.ADMITTED)
                        .uid(OperatorUids.DEDUPE)
                        .name("Dedupe");

        SingleOutputStreamOperator<Measured> measured =
                unique.keyBy(TerminalFunction.TERMINAL)
                        .connect(labels.keyBy(TerminalFunction.LABEL_TERMINAL))
                        .process(new TerminalFunction(settings, codecs), JobTypes.MEASURED)
                        .uid(OperatorUids.TERMINAL_FEATURES)
                        .name("Terminal features");

        SingleOutputStreamOperator<ServedBundle> bundles =
                unhurried(bundles(pointers, codecs, settings.trustedKeys()));

        SingleOutputStreamOperator<ScoredTransaction> scored =
                measured.keyBy(CardFunction.CARD)
                        .connect(bundles.broadcast(CardFunction.BUNDLES))
                        .process(new CardFunction(settings, codecs), JobTypes.SCORED)
                        .uid(OperatorUids.CARD_SCORING)
                        .name("Card features and score");

        SingleOutputStreamOperator<ScoredTransaction> alerts =
                scored.filter(transaction -> transaction.decision() == Decision.ALERT)
                        .uid(OperatorUids.ALERTS_ONLY)
                        .name("Alerts only");

        DataStream<Rejection> rejected =
                admitted.getSideOutput(AdmissionFunction.REJECTED)
                        .union(
                                labels.getSideOutput(AdmissionFunction.REJECTED),
                                bundles.getSideOutput(BundleAcceptanceFunction.REFUSED));
        DataStream<Admitted> late = admitted.getSideOutput(AdmissionFunction.DIVERTED);
        return new Outputs(scored, alerts, rejected, late, labels);
    }

    /** The bundles that may serve, in the order in which they were announced. */
    static SingleOutputStreamOperator<ServedBundle> bundles(
            DataStream<Announced> pointers, Codecs codecs, TrustedKeys trusted) {
        return AsyncDataStream.orderedWaitWithRetry(
                        pointers,
                        new BundleFetchFunction(codecs, trusted),
                        BundleFetchFunction.PATIENCE.toSeconds(),
                        TimeUnit.SECONDS,
                        BundleFetchFunction.retries())
                .setParallelism(1)
                .uid(OperatorUids.BUNDLE_FETCH)
                .name("Bundle fetch")
                .process(new BundleAcceptanceFunction(), JobTypes.SERVED_BUNDLE)
                .setParallelism(1)
                .uid(OperatorUids.BUNDLE_ACCEPTANCE)
                .name("Bundle acceptance");
    }

    /**
     * Lets what comes out wait for company, at least {@link #UNHURRIED_MILLIS}, before it is sent
     * on: each output has a thread that looks after it as often as the environment says, and no
     * alert waits for labels or bundles.
     */
    private static <T> SingleOutputStreamOperator<T> unhurried(SingleOutputStreamOperator<T> of) {
        long timeout = of.getExecutionEnvironment().getBufferTimeout();
        // Below 0 only full buffers are sent.
        return timeout < 0 ? of : of.setBufferTimeout(Math.max(timeout, UNHURRIED_MILLIS));
    }
}
