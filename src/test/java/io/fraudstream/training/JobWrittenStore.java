package io.fraudstream.training;

import io.fraudstream.alert.Decision;
import io.fraudstream.alert.ScoredTransaction;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.job.kafka.Codecs;
import io.fraudstream.job.state.JobTypes;
import io.fraudstream.job.store.EventStore;
import io.fraudstream.transaction.ExchangeRates;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.LabelCodec;
import io.fraudstream.transaction.Transaction;
import io.fraudstream.transaction.TransactionCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Event stores as the job's own sinks write them. */
public final class JobWrittenStore {
    private JobWrittenStore() {}

    /**
     * Adds a file for each day, of transactions and of labels, with the features of these rates.
     */
    public static void add(
            Path store,
            List<Transaction> transactions,
            List<FraudLabel> labels,
            ExchangeRates rates)
            throws Exception {
        OfflineFeatures features = new OfflineFeatures(new FeatureSchema(rates));
        List<ScoredTransaction> scored = new ArrayList<>();
        for (Transaction t : transactions) {
            FeatureRow row = features.step(t);
            scored.add(
                    new ScoredTransaction(
                            t,
                            row.vector(),
                            Double.NaN,
                            Double.NaN,
                            null,
                            Decision.OBSERVE,
                            List.of(),
                            false,
                            row.approximate(),
                            t.eventTime() + 5));
        }
        Configuration configuration = new Configuration();
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(1, configuration);
        env.fromData(scored, JobTypes.SCORED)
                .sinkTo(EventStore.transactions(store.toUri().toString(), new Rates(rates)));
        if (!labels.isEmpty()) {
            env.fromData(labels, JobTypes.LABEL)
                    .sinkTo(EventStore.labels(store.toUri().toString()));
        }
        env.execute("store");
    }

    /** Copies a store with all that lies in it. */
    public static Path copy(Path store, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(store)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(store.relativize(path).toString()));
            }
        }
        return to;
    }

    /** The sinks only ask for the rates. */
    private record Rates(ExchangeRates rates) implements Codecs {
        private static final long serialVersionUID = 1L;

        @Override
        public TransactionCodec transactions() {
            throw new UnsupportedOperationException("nothing is decoded here");
        }

        @Override
        public LabelCodec labels() {
            throw new UnsupportedOperationException("nothing is decoded here");
        }
    }
}
