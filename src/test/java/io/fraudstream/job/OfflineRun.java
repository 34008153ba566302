package io.fraudstream.job;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.model.ModelBundle;
import io.fraudstream.model.compiled.CompiledScorer;
import io.fraudstream.recording.RecordedTransaction;
import io.fraudstream.training.OfflineFeatures;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.Transaction;
import io.fraudstream.transaction.TransactionCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the trainer's and the backtest's path makes of a recording. */
final class OfflineRun {
    /** One event and what was found out about it. */
    record Result(String id, long eventTime, float[] features, double score, boolean reversal) {
        String key() {
            return id + " at " + eventTime;
        }
    }

    final Map<String, Result> results = new TreeMap<>();
    long rejected;
    long duplicates;
    long labels;

    static OfflineRun of(List<RecordedTransaction> rows, ModelBundle bundle) throws Exception {
        OfflineRun run = new OfflineRun();
        FeatureSchema schema = new FeatureSchema(SimulatedRecording.CODECS.rates());
        CompiledScorer scorer = CompiledScorer.of(bundle, schema.fingerprint());
        TransactionCodec codec = SimulatedRecording.CODECS.transactions();
        List<Transaction> transactions = new ArrayList<>();
        List<FraudLabel> labels = new ArrayList<>();
        for (RecordedTransaction row : rows) {
            if (codec.decode(row.payload(), row.coordinates()) instanceof Transaction transaction) {
                transactions.add(transaction);
            } else {
                run.rejected++;
            }
            if (row.label() != null) {
                labels.add(row.label());
            }
        }
        transactions.sort(OfflineFeatures.EVENT_ORDER);
        labels.sort(OfflineFeatures.LABEL_ORDER);
        OfflineFeatures features = new OfflineFeatures(schema);
        features.run(
                transactions,
                labels,
                row -> {
                    Result result =
                            new Result(
                                    row.transactionId(),
                                    row.eventTime(),
                                    row.vector(),
                                    scorer.score(row.sequence()),
                                    row.reversal());
                    run.results.put(result.key(), result);
                });
        run.duplicates = features.duplicates();
        run.labels = labels.size();
        return run;
    }

    long alertsFrom(double threshold) {
        return results.values().stream()
                .filter(result -> result.score() >= threshold && !result.reversal())
                .count();
    }

    /** The score that so many in a hundred events stay below. */
    double quantile(double share) {
        double[] scores = results.values().stream().mapToDouble(Result::score).sorted().toArray();
        return scores[(int) (share * scores.length)];
    }
}
