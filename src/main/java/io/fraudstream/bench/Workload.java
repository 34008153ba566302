package io.fraudstream.bench;

import io.fraudstream.config.CodecParts;
import io.fraudstream.config.SettingsException;
import io.fraudstream.config.SettingsReader;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.dl4j.NetworkSettings;
import io.fraudstream.model.dl4j.TrainingProgress;
import io.fraudstream.simulation.SimulatedTransaction;
import io.fraudstream.simulation.SimulationSettings;
import io.fraudstream.simulation.TransactionSimulator;
import io.fraudstream.training.FeatureRow;
import io.fraudstream.training.KnownLabels;
import io.fraudstream.training.OfflineFeatures;
import io.fraudstream.training.TrainedModel;
import io.fraudstream.training.Trainer;
import io.fraudstream.training.TrainingException;
import io.fraudstream.training.TrainingSet;
import io.fraudstream.training.TrainingSettings;
import io.fraudstream.training.TrainingWindow;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A simulated stream whose cards come as often as those of the recorded one, about twice a day, its
 * features, and networks of the default shapes trained on it.
 */
final class Workload {
    private static final long SEED = 42;
    private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");

    private final CodecParts parts;
    private final FeatureSchema schema;
    private final int days;
    private final List<Transaction> transactions = new ArrayList<>();
    private final List<FraudLabel> labels = new ArrayList<>();

    private Workload(CodecParts parts, int days) {
        this.parts = parts;
        this.schema = new FeatureSchema(parts.rates());
        this.days = days;
    }

    /** So many cards over so many days, two payments a day each. */
    static Workload of(int cards, int days) throws SettingsException {
        CodecParts parts =
                CodecParts.of(
                        new SettingsReader(Map.of()).read(null, Map.of()).transactions(), Map.of());
        Workload workload = new Workload(parts, days);
        TransactionSimulator simulator = simulator(parts, cards, days);
        while (simulator.hasNext()) {
            SimulatedTransaction simulated = simulator.next();
            Transaction t = simulated.transaction();
            workload.transactions.add(t);
            if (simulated.isFraud() && simulated.isReported()) {
                workload.labels.add(label(simulated));
            }
        }
        workload.transactions.sort(OfflineFeatures.EVENT_ORDER);
        workload.labels.sort(OfflineFeatures.LABEL_ORDER);
        return workload;
    }

    /** The same stream event by event. */
    static TransactionSimulator simulator(CodecParts parts, int cards, int days) {
        return new TransactionSimulator(
                new SimulationSettings(
                        SEED,
                        cards,
                        Math.max(1_000, 2 * cards),
                        START,
                        Duration.ofDays(days),
                        2,
                        1),
                parts.rates());
    }

    /** The label of a reported fraud. */
    static FraudLabel label(SimulatedTransaction simulated) {
        Transaction t = simulated.transaction();
        return new FraudLabel(
                t.id(),
                t.cardId(),
                t.terminalId(),
                t.merchantId(),
                t.eventTime(),
                true,
                simulated.knownAt(),
                "bench");
    }

    CodecParts parts() {
        return parts;
    }

    FeatureSchema schema() {
        return schema;
    }

    /** In event order. */
    List<Transaction> transactions() {
        return transactions;
    }

    /** In the order in which they become known. */
    List<FraudLabel> labels() {
        return labels;
    }

    /** The features of every transaction, in event order. */
    List<FeatureRow> rows() {
        List<FeatureRow> rows = new ArrayList<>(transactions.size());
        new OfflineFeatures(schema).run(transactions, labels, rows::add);
        return rows;
    }

    /** What a network of this kind's default shape can learn from these rows. */
    TrainingSet trainingSet(NetworkKind kind, List<FeatureRow> rows, int epochs) {
        long from = START.toEpochMilli();
        long to = from + Duration.ofDays(days).toMillis();
        TrainingSettings defaults = TrainingSettings.defaults(kind, SEED);
        NetworkSettings network = defaults.network().withEpochs(epochs, epochs);
        TrainingSettings settings = defaults.with(network);
        TrainingSet set =
                new TrainingSet(
                        settings,
                        new TrainingWindow(from, to, to),
                        new KnownLabels(labels, to, settings.labelMaturity()));
        rows.forEach(set::add);
        return set;
    }

    /** A network of this kind's default shape after one epoch: as fast as a good one. */
    TrainedModel trained(NetworkKind kind) throws TrainingException {
        return new Trainer(schema, TrainingProgress.SILENT).train(trainingSet(kind, rows(), 1));
    }
}
