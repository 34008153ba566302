package io.fraudstream.bench;

import io.fraudstream.alert.Decision;
import io.fraudstream.alert.ScoredTransaction;
import io.fraudstream.job.FraudPipeline;
import io.fraudstream.job.JobSettings;
import io.fraudstream.job.OperatorUids;
import io.fraudstream.job.kafka.Codecs;
import io.fraudstream.job.operator.AdmissionFunction;
import io.fraudstream.job.operator.LabelAdmissionFunction;
import io.fraudstream.job.operator.TerminalFunction;
import io.fraudstream.job.state.Admitted;
import io.fraudstream.job.state.Announced;
import io.fraudstream.job.state.JobTypes;
import io.fraudstream.job.state.Received;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.Transaction;
import java.util.List;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/**
 * What moving the events costs: the job's sources, decoder and admission, a shuffle by terminal, a
 * shuffle by card, and one event in a hundred to the job's alert sink. No state, no features, no
 * scoring.
 */
final class Passthrough {
    private static final int ALERT_EVERY = 100;
    private static final float[] NO_FEATURES = {};

    private Passthrough() {}

    /** A {@link FraudPipeline.Topology}. */
    static FraudPipeline.Outputs build(
            DataStream<Received> transactions,
            DataStream<Received> labelRecords,
            DataStream<Announced> pointers,
            JobSettings settings,
            Codecs codecs) {
        SingleOutputStreamOperator<Admitted> admitted =
                transactions
                        .process(new AdmissionFunction(settings), JobTypes.ADMITTED)
                        .uid(OperatorUids.ADMISSION)
                        .name("Admission");
        SingleOutputStreamOperator<FraudLabel> labels =
                labelRecords
                        .process(new LabelAdmissionFunction(), JobTypes.LABEL)
                        .uid(OperatorUids.LABEL_ADMISSION)
                        .name("Label admission");
        SingleOutputStreamOperator<ScoredTransaction> alerts =
                admitted.keyBy(TerminalFunction.TERMINAL)
                        .map(at -> at, JobTypes.ADMITTED)
                        .uid("passthrough-terminal")
                        .name("By terminal")
                        .keyBy(at -> at.transaction().cardId())
                        .filter(at -> isAlert(at.transaction()))
                        .uid("passthrough-card")
                        .name("By card")
                        .map(Passthrough::alert, JobTypes.SCORED)
                        .uid("passthrough-alerts")
                        .name("Alerts");
        return new FraudPipeline.Outputs(
                alerts,
                alerts,
                admitted.getSideOutput(AdmissionFunction.REJECTED)
                        .union(labels.getSideOutput(AdmissionFunction.REJECTED)),
                admitted.getSideOutput(AdmissionFunction.DIVERTED),
                labels);
    }

    private static boolean isAlert(Transaction transaction) {
        return Math.floorMod(transaction.id().hashCode(), ALERT_EVERY) == 0;
    }

    private static ScoredTransaction alert(Admitted admitted) {
        return new ScoredTransaction(
                admitted.transaction(),
                NO_FEATURES,
                1,
                1,
                "passthrough",
                Decision.ALERT,
                List.of(),
                admitted.late(),
                false,
                admitted.receivedAt());
    }
}
