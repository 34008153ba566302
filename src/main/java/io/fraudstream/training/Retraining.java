package io.fraudstream.training;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.model.BundleException;
import io.fraudstream.model.DriftCounts;
import io.fraudstream.model.DriftReference;
import io.fraudstream.model.ModelBundle;
import io.fraudstream.model.compiled.CompiledScorer;
import io.fraudstream.model.dl4j.TrainingProgress;
import io.fraudstream.registry.Announcer;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.registry.ModelRegistry;
import io.fraudstream.registry.RegistryEntry;
import io.fraudstream.registry.Why;
import io.fraudstream.transaction.FraudLabel;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One round of retraining: a challenger is trained on all of the event store but the newest matured
 * days, with labels that were known when those began; both it and the champion score those days; a
 * {@link PromotionGate} decides. Whatever is decided is written into the registry's log with its
 * reasons, and unless it is a promotion the champion stays.
 *
 * <pre>
 * ├─ fit ─┼─ validation ─┼─ gap: label maturity ─┼─ test days ─┼─ label maturity ─┤ as of
 * </pre>
 */
public final class Retraining {
    private static final String BY = "retrain";
    private static final long DAY = Duration.ofDays(1).toMillis();

    private final EventStoreReader store;
    private final FeatureSchema schema;
    private final TrainingSettings settings;
    private final GateLimits limits;
    private final ModelRegistry registry;
    private final Announcer announcer;
    private final Clock clock;
    private final TrainingProgress progress;
    private boolean stopped;

    /**
     * @param announcer tells running jobs of a promotion
     * @param clock from which event time on a promotion is effective in event-time order
     */
    public Retraining(
            EventStoreReader store,
            FeatureSchema schema,
            TrainingSettings settings,
            GateLimits limits,
            ModelRegistry registry,
            Announcer announcer,
            Clock clock,
            TrainingProgress progress) {
        this.store = store;
        this.schema = schema;
        this.settings = settings;
        this.limits = limits;
        this.registry = registry;
        this.announcer = announcer;
        this.clock = clock;
        this.progress = progress;
    }

    /**
     * From now on nothing is promoted any more. Returns when a promotion that is under way is
     * complete, so that what the log says has been announced too.
     */
    public synchronized void stop() {
        stopped = true;
    }

    /**
     * @param asOf labels known later are not used, milliseconds since the epoch; {@code null} for
     *     the time of the store's last event
     * @param dryRun whether to decide only, and to write nothing
     * @throws TrainingException if there is nothing to train on, or no model comes of it
     */
    public RetrainingRound run(Long asOf, boolean dryRun)
            throws StoreException, TrainingException, IOException, BundleException {
        try {
            return round(asOf, dryRun);
        } catch (TrainingException failed) {
            if (!dryRun) {
                registry.recordRefusal(
                        ModelPointer.CHAMPION,
                        null,
                        Why.of(BY, "training failed: " + failed.getMessage()));
            }
            throw failed;
        }
    }

    private RetrainingRound round(Long asOf, boolean dryRun)
            throws StoreException, TrainingException, IOException, BundleException {
        EventStoreReader.Span span =
                store.span()
                        .orElseThrow(
                                () ->
                                        new TrainingException(
                                                "the event store holds 0 transactions"));
        long cutOff = asOf == null ? span.last() : asOf;
        List<FraudLabel> labels = store.labels();
        KnownLabels known = new KnownLabels(labels, cutOff, settings.labelMaturity());
        long testTo = known.matureBefore();
        long testFrom = testTo - limits.testDays() * DAY;
        Optional<ModelBundle> champion = champion();
        RetrainingRound.Days days =
                new RetrainingRound.Days(
                        cutOff, span.first(), testFrom, testTo, settings.labelMaturity());
        if (testFrom <= span.first()) {
            return decided(
                    days,
                    champion,
                    null,
                    List.of(
                            new GateRule(
                                    "days before the test",
                                    (double) (testFrom - span.first()) / DAY,
                                    "more than 0",
                                    false,
                                    "none")),
                    null,
                    null,
                    dryRun);
        }
        TrainingSet set =
                new TrainingSet(
                        settings,
                        new TrainingWindow(span.first(), testFrom, testFrom),
                        new KnownLabels(labels, testFrom, settings.labelMaturity()));
        List<FeatureRow> test = new ArrayList<>();
        store.read(
                span.first(),
                testTo,
                row -> {
                    set.add(row);
                    if (row.eventTime() >= testFrom && !row.reversal()) {
                        test.add(row);
                    }
                });
        long testFrauds = test.stream().filter(row -> isFraud(row, known)).count();
        PromotionGate gate =
                new PromotionGate(
                        limits,
                        schema,
                        settings.threshold().alertsPerDay(),
                        settings.network().seed());
        List<GateRule> rules =
                new ArrayList<>(gate.enough(test.size(), testFrauds, set.fitting().frauds()));
        champion.ifPresent(bundle -> rules.add(newer(bundle, testFrom)));
        if (!new GateDecision(rules).passed()) {
            return decided(days, champion, null, rules, null, null, dryRun);
        }
        TrainedModel challenger = new Trainer(schema, progress).train(set);
        champion.ifPresent(bundle -> rules.add(different(bundle, challenger.bundle())));
        DriftCounts drift = new DriftCounts(challenger.bundle().drift());
        List<ScoredEvent> ofChallenger = score(challenger.bundle(), test, known, drift);
        List<ScoredEvent> ofChampion =
                champion.isEmpty() ? null : score(champion.get(), test, known, null);
        rules.addAll(
                gate.judge(
                        new PromotionGate.Contest(
                                (double) limits.testDays(),
                                ofChallenger,
                                challenger.bundle().manifest().threshold(),
                                ofChampion,
                                DriftReport.of(drift, schema))));
        return decided(days, champion, challenger, rules, ofChallenger, ofChampion, dryRun);
    }

    /** The bundle in service, unless it takes other features and so cannot be compared. */
    private Optional<ModelBundle> champion() throws IOException, BundleException {
        Optional<RegistryEntry> entry = registry.inService(ModelPointer.CHAMPION);
        if (entry.isEmpty()) {
            return Optional.empty();
        }
        ModelBundle bundle = registry.load(entry.get().bundleId());
        return bundle.manifest().featureFingerprint().equals(schema.fingerprint())
                ? Optional.of(bundle)
                : Optional.empty();
    }

    /** A champion that has seen the test days, or knows more than the challenger, is not beaten. */
    private static GateRule newer(ModelBundle champion, long testFrom) {
        double behind = (double) (testFrom - champion.manifest().labelCutOff()) / DAY;
        return new GateRule(
                "days of labels beyond the champion's",
                behind,
                "0 or more, so that neither has learned from the test days",
                behind >= 0,
                String.format(java.util.Locale.ROOT, "%.1f", behind));
    }

    /** The same data and settings give the same bundle. */
    private static GateRule different(ModelBundle champion, ModelBundle challenger) {
        boolean same = champion.id().equals(challenger.id());
        return new GateRule(
                "bundles that differ",
                same ? 0 : 1,
                "another than the champion",
                !same,
                same ? "the same, since nothing new was there to learn" : "another");
    }

    private static boolean isFraud(FeatureRow row, KnownLabels known) {
        return known.verdict(row.transactionId(), row.eventTime()) == KnownLabels.Verdict.FRAUD;
    }

    private List<ScoredEvent> score(
            ModelBundle bundle, List<FeatureRow> rows, KnownLabels known, DriftCounts drift)
            throws BundleException {
        CompiledScorer scorer = CompiledScorer.of(bundle, schema.fingerprint());
        List<ScoredEvent> scored = new ArrayList<>(rows.size());
        for (FeatureRow row : rows) {
            double score = scorer.score(row.sequence());
            if (drift != null) {
                drift.add(row.vector(), score);
            }
            scored.add(ScoredEvent.of(row, score, isFraud(row, known)));
        }
        return scored;
    }

    private synchronized RetrainingRound decided(
            RetrainingRound.Days days,
            Optional<ModelBundle> champion,
            TrainedModel challenger,
            List<GateRule> rules,
            List<ScoredEvent> ofChallenger,
            List<ScoredEvent> ofChampion,
            boolean dryRun)
            throws IOException, BundleException {
        GateDecision decision = new GateDecision(rules);
        boolean writes = !dryRun && !stopped;
        if (writes) {
            write(challenger, decision);
        }
        return new RetrainingRound(
                days,
                champion.orElse(null),
                challenger,
                decision,
                decision.passed() && writes,
                ofChallenger == null ? List.of() : ofChallenger,
                ofChampion == null ? List.of() : ofChampion);
    }

    private void write(TrainedModel challenger, GateDecision decision)
            throws IOException, BundleException {
        String id = challenger == null ? null : registry.publish(challenger.zip()).id();
        Why why = new Why(BY, decision.reasons());
        if (decision.passed()) {
            announcer.announce(
                    registry.promote(ModelPointer.CHAMPION, id, clock.millis(), null, why));
        } else {
            registry.recordRefusal(ModelPointer.CHAMPION, id, why);
        }
    }

    /**
     * How far a window of the store has drifted from what a bundle was trained on.
     *
     * @param from milliseconds since the epoch
     * @param to behind the last event
     * @throws BundleException if the bundle carries no histograms, or takes other features
     */
    public static DriftReport drift(
            EventStoreReader store, FeatureSchema schema, ModelBundle bundle, long from, long to)
            throws StoreException, BundleException {
        DriftReference reference = bundle.drift();
        if (reference == null) {
            throw new BundleException(
                    "bundle "
                            + bundle.id()
                            + " carries no histograms of its training window, expected drift.json");
        }
        CompiledScorer scorer = CompiledScorer.of(bundle, schema.fingerprint());
        DriftCounts counts = new DriftCounts(reference);
        store.read(
                from,
                to,
                row -> {
                    if (!row.reversal()) {
                        counts.add(row.vector(), scorer.score(row.sequence()));
                    }
                });
        return DriftReport.of(counts, schema);
    }
}
