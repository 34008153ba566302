package io.fraudstream.demo;

import io.fraudstream.config.Settings;
import io.fraudstream.config.SettingsException;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.model.BundleException;
import io.fraudstream.model.compiled.CompiledScorer;
import io.fraudstream.model.dl4j.TrainingProgress;
import io.fraudstream.registry.Announcer;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.registry.ModelRegistry;
import io.fraudstream.training.Bootstrap;
import io.fraudstream.training.Evaluation;
import io.fraudstream.training.EventStoreReader;
import io.fraudstream.training.GateLimits;
import io.fraudstream.training.Retraining;
import io.fraudstream.training.RetrainingRound;
import io.fraudstream.training.ScoredEvent;
import io.fraudstream.training.StoreException;
import io.fraudstream.training.TrainingException;
import io.fraudstream.training.TrainingSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * What happens while traffic is live in {@code demo --retrain}: a new kind of fraud comes up, the
 * first model misses it, and a round of retraining learns of it and takes over in the running job.
 * Then the labels of one channel stay out, so that the next round is refused. Event time runs much
 * faster than the clock, so that labels mature; delays and maturity are those of every other
 * installation.
 */
final class RetrainingAct {
    /** More than the act needs. */
    static final Duration EVENT_TIME = Duration.ofDays(80);

    /** About two frauds in a hundred transactions, for figures that rest on hundreds. */
    static final double FRAUD_INTENSITY = 2;

    static final int ALERTS_PER_DAY = 60;
    static final int VALIDATION_DAYS = 5;

    private static final long DAY = Duration.ofDays(1).toMillis();

    /**
     * By then the new fraud has been learned from, validated on and tested on for some days each.
     */
    private static final int FIRST_ROUND = 34;

    /** From the loss of labels to a round that is tested on nothing else. */
    private static final int UNTIL_SECOND_ROUND = 14;

    /**
     * How far traffic may run ahead of a round; then it waits, so that a slow machine plays the
     * same.
     */
    private static final int AHEAD = 8;

    private static final int SAMPLES = 400;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(500);
    private static final GateLimits LIMITS =
            new GateLimits(7, 1000, 50, 0.01, 0.01, 2, 1.5, 0.1, 30, 0);

    private final FeatureSchema schema;
    private final Announcer announcer;
    private final ModelPointer first;
    private final long liveFrom;
    private final Clock clock;
    private final Consumer<String> say;
    private final EventStoreReader store;
    private final ModelRegistry registry;
    private final Retraining retraining;
    private final List<RetrainingRound> rounds = new ArrayList<>();
    private long announcedAt = Long.MAX_VALUE;

    RetrainingAct(
            Settings jobSettings,
            TrainingSettings training,
            FeatureSchema schema,
            Announcer announcer,
            ModelPointer first,
            Instant liveFrom,
            Clock clock,
            TrainingProgress progress,
            Consumer<String> say)
            throws SettingsException {
        this.schema = schema;
        this.announcer = announcer;
        this.first = first;
        this.liveFrom = liveFrom.toEpochMilli();
        this.clock = clock;
        this.say = say;
        this.store = new EventStoreReader(Path.of(jobSettings.store().uri()), schema);
        this.registry = jobSettings.registry().open(clock);
        this.retraining =
                new Retraining(
                        store, schema, training, LIMITS, registry, this::announce, clock, progress);
        announcer.announce(first);
    }

    private void announce(ModelPointer pointer) {
        announcer.announce(pointer);
        announcedAt = clock.millis();
    }

    /** Sends traffic until both rounds are done and the new model has served for some days. */
    void play(LiveTraffic traffic, int rate)
            throws InterruptedException,
                    ExecutionException,
                    StoreException,
                    TrainingException,
                    IOException,
                    BundleException {
        say.accept(
                String.format(
                        Locale.ROOT,
                        "Live traffic: %d transactions a second, so that days pass in seconds. From"
                                + " day 0 on most misuses of cards are of a kind that the model has"
                                + " never seen.",
                        rate));
        traffic.holdFrom(day(FIRST_ROUND + AHEAD));
        ExecutorService sender = Executors.newSingleThreadExecutor();
        try {
            Future<?> sending =
                    sender.submit(
                            () -> {
                                traffic.sendSteadily(EVENT_TIME.toNanos(), rate);
                                return null;
                            });
            round(FIRST_ROUND, sending);
            int outage = 1 + (int) ((traffic.lastEventTime() - liveFrom) / DAY);
            traffic.loseRemoteLabels();
            traffic.holdFrom(day(outage + UNTIL_SECOND_ROUND + AHEAD));
            say.accept(
                    "Day "
                            + outage
                            + ": from now on no chargebacks come in for payments without the card"
                            + " being present.");
            round(outage + UNTIL_SECOND_ROUND, sending);
            traffic.stop();
            sending.get();
        } finally {
            traffic.stop();
            sender.shutdown();
        }
    }

    private long day(int day) {
        return liveFrom + day * DAY;
    }

    private void round(int day, Future<?> sending)
            throws InterruptedException,
                    StoreException,
                    TrainingException,
                    IOException,
                    BundleException {
        long asOf = day(day);
        while (store.span().map(EventStoreReader.Span::last).orElse(Long.MIN_VALUE) < asOf) {
            if (sending.isDone()) {
                return;
            }
            Thread.sleep(LOOK_AGAIN.toMillis());
        }
        say.accept("Day " + day + ": retraining on what the job has stored ...");
        RetrainingRound round = retraining.run(asOf, false);
        rounds.add(round);
        round.lines().forEach(line -> say.accept("  " + line));
    }

    /** Measures when the job has stopped and everything is stored. */
    RetrainingResult result(LiveTraffic traffic)
            throws StoreException, IOException, BundleException {
        Map<String, EventStoreReader.Served> served = new HashMap<>();
        store.served(liveFrom, Long.MAX_VALUE, event -> served.put(event.transactionId(), event));
        CompiledScorer firstScorer =
                CompiledScorer.of(registry.load(first.bundleId()), schema.fingerprint());
        Span before = new Span();
        Span after = new Span();
        List<ScoredEvent> afterWithout = new ArrayList<>();
        long[] lastByFirst = {Long.MIN_VALUE};
        double firstThreshold = registry.load(first.bundleId()).manifest().threshold();
        store.read(
                liveFrom,
                liveFrom + EVENT_TIME.toMillis(),
                row -> {
                    EventStoreReader.Served by = served.get(row.transactionId());
                    LiveTraffic.Sent truth = traffic.sent().get(row.transactionId());
                    if (row.reversal() || truth == null || by == null || by.bundleId() == null) {
                        return;
                    }
                    ScoredEvent event = ScoredEvent.of(row, by.score(), truth.fraud());
                    if (by.bundleId().equals(first.bundleId())) {
                        before.add(event, by.alerted());
                        lastByFirst[0] = Math.max(lastByFirst[0], by.receivedAt());
                    } else {
                        after.add(event, by.alerted());
                        afterWithout.add(
                                ScoredEvent.of(
                                        row, firstScorer.score(row.sequence()), truth.fraud()));
                    }
                });
        if (after.events.isEmpty()) {
            return new RetrainingResult(rounds, before.detection(), null, null, null, 0);
        }
        Span without = new Span();
        afterWithout.forEach(event -> without.add(event, event.score() >= firstThreshold));
        return new RetrainingResult(
                rounds,
                before.detection(),
                after.detection(),
                without.detection(),
                new Bootstrap(SAMPLES, 1).averagePrecisionGain(after.events, afterWithout),
                Math.max(0, lastByFirst[0] - announcedAt));
    }

    /** Events in event order, and which of them alerted. */
    private static final class Span {
        private final List<ScoredEvent> events = new ArrayList<>();
        private long frauds;
        private long alerts;
        private long hits;

        void add(ScoredEvent event, boolean alerted) {
            events.add(event);
            frauds += event.fraud() ? 1 : 0;
            alerts += alerted ? 1 : 0;
            hits += alerted && event.fraud() ? 1 : 0;
        }

        Detection detection() {
            double days =
                    events.isEmpty()
                            ? 0
                            : (double)
                                            (events.get(events.size() - 1).eventTime()
                                                    - events.get(0).eventTime())
                                    / DAY;
            long found =
                    events.stream()
                            .sorted((one, other) -> Double.compare(other.score(), one.score()))
                            .limit(Math.round(days * ALERTS_PER_DAY))
                            .filter(ScoredEvent::fraud)
                            .count();
            return new Detection(
                    events.size(),
                    frauds,
                    Evaluation.of(events, 1).averagePrecision(),
                    alerts == 0 ? 0 : (double) hits / alerts,
                    frauds == 0 ? 0 : (double) hits / frauds,
                    frauds == 0 ? 0 : (double) found / frauds);
        }
    }
}
