package io.fraudstream.training;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.model.BundleException;
import io.fraudstream.model.ModelBundle;
import io.fraudstream.model.compiled.CompiledScorer;
import io.fraudstream.model.dl4j.TrainingProgress;
import io.fraudstream.transaction.FraudLabel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Trains on one range of a recording and scores a later one as the job would have: features warm up
 * on everything before, training uses what was known at the start of the test range, and features
 * there use labels as they become known.
 */
public final class Backtest {
    /** How many cards a day the card precision looks at. */
    public static final int CARDS = 100;

    private static final long DAY = Duration.ofDays(1).toMillis();

    private final FeatureSchema schema;
    private final TrainingSettings settings;
    private final TrainingProgress progress;
    private final ModelBundle champion;

    /**
     * @param scored every transaction of the test range, in event order
     * @param champion the other bundle on the same transactions; {@code null} without one
     * @param all over every transaction of the test range, against what really happened
     * @param book the same by the book's protocol
     * @param featureSeconds wall time of computing the features of all events
     * @param trainingSeconds wall time of training
     * @param scoringSeconds wall time of scoring the test range
     */
    public record Result(
            TrainedModel model,
            List<ScoredEvent> scored,
            TrainingReport.Champion champion,
            Evaluation all,
            BookProtocol book,
            long duplicates,
            double featureSeconds,
            double trainingSeconds,
            double scoringSeconds) {
        public Result {
            scored = List.copyOf(scored);
        }
    }

    public Backtest(FeatureSchema schema, TrainingSettings settings, TrainingProgress progress) {
        this(schema, settings, progress, null);
    }

    /**
     * @param champion scores the test range too; {@code null} for none
     */
    public Backtest(
            FeatureSchema schema,
            TrainingSettings settings,
            TrainingProgress progress,
            ModelBundle champion) {
        this.champion = champion;
        this.schema = schema;
        this.settings = settings;
        this.progress = progress;
    }

    /**
     * @param testFrom milliseconds since the epoch; also when the training's labels were known
     * @param testTo behind the last event
     * @throws TrainingException if there is nothing to train on or nothing to test on
     */
    public Result run(
            RecordedEvents events, long trainFrom, long trainTo, long testFrom, long testTo)
            throws TrainingException {
        long started = System.nanoTime();
        KnownLabels known = new KnownLabels(events.labels(), testFrom, settings.labelMaturity());
        TrainingSet set =
                new TrainingSet(settings, new TrainingWindow(trainFrom, trainTo, testFrom), known);
        List<FeatureRow> test = new ArrayList<>();
        OfflineFeatures features = new OfflineFeatures(schema);
        features.run(
                events.transactions(),
                events.labels(),
                row -> {
                    set.add(row);
                    if (row.eventTime() >= testFrom && row.eventTime() < testTo) {
                        test.add(row);
                    }
                });
        if (test.isEmpty()) {
            throw new TrainingException("the test range holds 0 transactions, expected 1 or more");
        }
        long featured = System.nanoTime();
        TrainedModel model = new Trainer(schema, progress).train(set);
        long trained = System.nanoTime();
        List<ScoredEvent> scored = score(model.bundle(), test, events.labels());
        long finished = System.nanoTime();

        double threshold = model.bundle().manifest().threshold();
        BookProtocol book =
                BookProtocol.of(
                        scored,
                        events.labels().stream()
                                .filter(FraudLabel::fraud)
                                .map(
                                        label ->
                                                new BookProtocol.Fraud(
                                                        label.cardId(), label.eventTime()))
                                .toList(),
                        testFrom,
                        (int) ((testTo - testFrom) / DAY),
                        (int) settings.labelMaturity().toDays(),
                        CARDS,
                        threshold);
        return new Result(
                model,
                scored,
                champion == null
                        ? null
                        : new TrainingReport.Champion(
                                champion.id(),
                                champion.manifest().threshold(),
                                score(champion, test, events.labels())),
                Evaluation.of(scored, threshold),
                book,
                features.duplicates(),
                (featured - started) / 1e9,
                (trained - featured) / 1e9,
                (finished - trained) / 1e9);
    }

    private List<ScoredEvent> score(
            ModelBundle bundle, List<FeatureRow> test, List<FraudLabel> labels)
            throws TrainingException {
        Set<String> frauds = new HashSet<>();
        for (FraudLabel label : labels) {
            if (label.fraud()) {
                frauds.add(label.transactionId());
            }
        }
        try {
            CompiledScorer scorer = CompiledScorer.of(bundle, schema.fingerprint());
            List<ScoredEvent> scored = new ArrayList<>(test.size());
            for (FeatureRow row : test) {
                scored.add(
                        ScoredEvent.of(
                                row,
                                scorer.score(row.sequence()),
                                frauds.contains(row.transactionId())));
            }
            return scored;
        } catch (BundleException unusable) {
            throw new TrainingException(
                    "bundle " + bundle.id() + " cannot be used: " + unusable.getMessage(),
                    unusable);
        }
    }
}
