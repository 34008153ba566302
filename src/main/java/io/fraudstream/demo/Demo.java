package io.fraudstream.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.fraudstream.alert.ThresholdPolicy;
import io.fraudstream.config.CodecParts;
import io.fraudstream.config.JobPlan;
import io.fraudstream.config.Settings;
import io.fraudstream.config.SettingsReader;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.job.JobCounts;
import io.fraudstream.job.KafkaSettings;
import io.fraudstream.job.LocalJob;
import io.fraudstream.kafka.LocalBroker;
import io.fraudstream.kafka.PointerTopic;
import io.fraudstream.kafka.RecordProducer;
import io.fraudstream.kafka.TopicNames;
import io.fraudstream.kafka.Topics;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.dl4j.TrainingProgress;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.registry.ModelRegistry;
import io.fraudstream.registry.Why;
import io.fraudstream.simulation.SimulationSettings;
import io.fraudstream.simulation.TransactionSimulator;
import io.fraudstream.training.EventStoreReader;
import io.fraudstream.training.KnownLabels;
import io.fraudstream.training.TrainedModel;
import io.fraudstream.training.Trainer;
import io.fraudstream.training.TrainingException;
import io.fraudstream.training.TrainingSet;
import io.fraudstream.training.TrainingSettings;
import io.fraudstream.training.TrainingWindow;
import io.fraudstream.transaction.ExchangeRates;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Fraudstream from nothing to alerts in one process: a broker, simulated history through the job
 * into the event store, a model trained from there, then live traffic with the model in service.
 */
public final class Demo {
    private static final int TERMINALS = 800;
    private static final int ALERTS_PER_DAY = 30;
    private static final Duration DRAIN = Duration.ofSeconds(30);

    private final DemoSettings settings;
    private final Path directory;
    private final Clock clock;
    private final TrainingProgress progress;
    private final Consumer<String> out;
    private final long began = System.nanoTime();
    private volatile boolean stopped;
    private LiveTraffic traffic;
    private volatile Duration firstAlert;

    /**
     * @param directory where everything goes: topics, store, models, checkpoints
     * @param out is told line by line what happens
     */
    public Demo(
            DemoSettings settings,
            Path directory,
            Clock clock,
            TrainingProgress progress,
            Consumer<String> out) {
        this.settings = settings;
        this.directory = directory;
        this.clock = clock;
        this.progress = progress;
        this.out = out;
    }

    /** Ends the live traffic early; {@link #run} then drains and returns as ever. */
    public synchronized void stop() {
        stopped = true;
        if (traffic != null) {
            traffic.stop();
        }
    }

    public DemoResult run() throws Exception {
        say("Starting a Kafka broker ...");
        try (LocalBroker broker = LocalBroker.start(directory.resolve("broker"), 0)) {
            TopicNames names = new TopicNames("");
            try (Topics topics = new Topics(broker.bootstrapServers(), names)) {
                topics.create(Topics.Layout.DEFAULT);
            }
            say("Kafka is at " + broker.bootstrapServers());
            Settings jobSettings = jobSettings(broker.bootstrapServers(), "arrival");
            CodecParts parts = CodecParts.of(jobSettings.transactions(), Map.of());
            try (RecordProducer history = RecordProducer.forThroughput(broker.bootstrapServers());
                    RecordProducer live = RecordProducer.forLatency(broker.bootstrapServers())) {
                Instant liveFrom =
                        clock.instant()
                                .minus(settings.liveEventTime())
                                .truncatedTo(ChronoUnit.SECONDS);
                TransactionSimulator simulator =
                        new TransactionSimulator(simulation(liveFrom), parts.rates());
                say(
                        "Simulating "
                                + settings.historyDays()
                                + " days of "
                                + settings.cards()
                                + " cards ...");
                LiveTraffic past = new LiveTraffic(simulator, history, names);
                begin(past);
                past.sendUntil(liveFrom.toEpochMilli());
                say(String.format(Locale.ROOT, "Sent %,d records of history.", past.records()));

                JobCounts before =
                        observe(
                                jobSettings(broker.bootstrapServers(), "event-time"),
                                parts,
                                broker.bootstrapServers(),
                                names);
                ModelPointer champion = train(jobSettings, parts);
                LiveTraffic present = past.continuedBy(live);
                begin(present);
                return serve(
                        jobSettings,
                        parts,
                        champion,
                        broker.bootstrapServers(),
                        names,
                        present,
                        liveFrom,
                        before);
            }
        }
    }

    private synchronized void begin(LiveTraffic begun) {
        traffic = begun;
        if (stopped) {
            begun.stop();
        }
    }

    private Settings jobSettings(String bootstrapServers, String order) throws Exception {
        Map<String, String> overrides = new LinkedHashMap<>();
        overrides.put("job.order", order);
        overrides.put("kafka.bootstrapServers", bootstrapServers);
        overrides.put("job.checkpointDirectory", directory.resolve("checkpoints").toString());
        overrides.put("job.checkpointInterval", "2s");
        overrides.put("store.directory", directory.resolve("store").toString());
        overrides.put("registry.directory", directory.resolve("registry").toString());
        return new SettingsReader(Map.of()).read(null, overrides);
    }

    private SimulationSettings simulation(Instant liveFrom) {
        Duration history = Duration.ofDays(settings.historyDays());
        return new SimulationSettings(
                settings.seed(),
                settings.cards(),
                TERMINALS,
                liveFrom.minus(history),
                history.plus(settings.liveEventTime()),
                DemoSettings.TRANSACTIONS_PER_CARD_AND_DAY,
                settings.retraining() ? RetrainingAct.FRAUD_INTENSITY : 1,
                settings.retraining() ? liveFrom : null);
    }

    /**
     * Runs the history through the job without a model, in event-time order, into the event store.
     */
    private JobCounts observe(
            Settings jobSettings, CodecParts parts, String bootstrapServers, TopicNames names)
            throws Exception {
        Map<String, Map<Integer, Long>> ends = new LinkedHashMap<>();
        try (Topics topics = new Topics(bootstrapServers, names)) {
            ends.put(names.transactions(), topics.ends(names.transactions()));
            ends.put(names.labels(), topics.ends(names.labels()));
        }
        say("Running the history through the job into the event store ...");
        JobPlan plan = JobPlan.of(jobSettings, parts, KafkaSettings.Start.EARLIEST, ends, null, -1);
        LocalJob job = LocalJob.start(plan.kafka(), plan.job(), plan.flink(), plan.codecs(), true);
        job.awaitEnds(counts -> {});
        JobCounts counts = job.stop();
        say(String.format(Locale.ROOT, "Stored %,d events.", counts.scored()));
        return counts;
    }

    private ModelPointer train(Settings jobSettings, CodecParts parts) throws Exception {
        say("Training a network on the stored events ...");
        FeatureSchema schema = new FeatureSchema(parts.rates());
        EventStoreReader reader = new EventStoreReader(directory.resolve("store"), schema);
        EventStoreReader.Span span =
                reader.span().orElseThrow(() -> new TrainingException("the event store is empty"));
        TrainingSettings training = training();
        TrainingWindow window = new TrainingWindow(span.first(), span.last() + 1, span.last());
        TrainingSet set =
                new TrainingSet(
                        training,
                        window,
                        new KnownLabels(
                                reader.labels(), window.labelCutOff(), training.labelMaturity()));
        reader.read(window.from(), window.to(), set::add);
        TrainedModel model = new Trainer(schema, progress).train(set);
        ModelRegistry registry = jobSettings.registry().open(clock);
        registry.publish(model.zip());
        say(
                String.format(
                        Locale.ROOT,
                        "Bundle %s is in service: average precision %.3f on the validation days,"
                                + " alerts from a score of %.3f.",
                        model.bundle().id(),
                        model.validation().averagePrecision(),
                        model.bundle().manifest().threshold()));
        return registry.promote(
                ModelPointer.CHAMPION, model.bundle().id(), 0, null, Why.of("demo"));
    }

    private TrainingSettings training() {
        TrainingSettings defaults = TrainingSettings.defaults(NetworkKind.DENSE, settings.seed());
        return new TrainingSettings(
                defaults.network(),
                defaults.labelMaturity(),
                settings.retraining() ? RetrainingAct.VALIDATION_DAYS : defaults.validationDays(),
                defaults.legitimateShare(),
                ThresholdPolicy.alerts(
                        settings.retraining() ? RetrainingAct.ALERTS_PER_DAY : ALERTS_PER_DAY));
    }

    private DemoResult serve(
            Settings jobSettings,
            CodecParts parts,
            ModelPointer champion,
            String bootstrapServers,
            TopicNames names,
            LiveTraffic present,
            Instant liveFrom,
            JobCounts before)
            throws Exception {
        RetrainingAct act =
                settings.retraining()
                        ? new RetrainingAct(
                                jobSettings,
                                training(),
                                new FeatureSchema(parts.rates()),
                                new PointerTopic(bootstrapServers, names.models(), Map.of()),
                                champion,
                                liveFrom,
                                clock,
                                progress,
                                this::say)
                        : null;
        JobPlan plan =
                JobPlan.of(
                        jobSettings,
                        parts,
                        KafkaSettings.Start.EARLIEST,
                        Map.of(),
                        // A pinned one would serve whatever is promoted.
                        act == null ? champion : null,
                        -1);
        LocalJob job = LocalJob.start(plan.kafka(), plan.job(), plan.flink(), plan.codecs(), false);
        try (AlertWatch watch =
                new AlertWatch(bootstrapServers, names.alerts(), present.sent(), this::show)) {
            job.awaitRunning();
            if (act == null) {
                say(
                        String.format(
                                Locale.ROOT,
                                "Live traffic: %d transactions a second for %d s.",
                                settings.rate(),
                                settings.live().toSeconds()));
                present.sendSteadily(settings.live().toNanos(), settings.rate());
            } else {
                act.play(present, settings.rate());
            }
            job.awaitRead(present.records(), DRAIN);
            JobCounts live = job.stop();
            watch.awaitAlerts(live.alerts(), DRAIN);
            JobCounts total = job.totals();
            if (total.read() != before.read() + live.read()) {
                throw new IllegalStateException(
                        "the job has read "
                                + total.read()
                                + " records in all, expected "
                                + (before.read() + live.read()));
            }
            long frauds = present.sent().values().stream().filter(LiveTraffic.Sent::fraud).count();
            return new DemoResult(
                    total,
                    live,
                    watch.alerts(),
                    watch.hits(),
                    frauds,
                    watch.latencyMicros(),
                    firstAlert,
                    act == null ? null : act.result(present));
        }
    }

    private void show(AlertWatch.Seen seen) {
        if (settings.retraining() && firstAlert != null) {
            // There are many a second; the first shows what they look like.
            return;
        }
        if (firstAlert == null) {
            firstAlert = Duration.ofNanos(System.nanoTime() - began);
        }
        JsonNode alert = seen.alert();
        StringBuilder text =
                new StringBuilder(
                        String.format(
                                Locale.ROOT,
                                "ALERT  score %.3f  card %s  %s %s  %s  after %.1f ms  (%s)",
                                alert.get("score").asDouble(),
                                alert.get("card_id").asText(),
                                amount(alert),
                                alert.get("currency").asText(),
                                alert.path(alert.has("terminal_id") ? "terminal_id" : "merchant_id")
                                        .asText(),
                                seen.micros() / 1000.0,
                                seen.fraud() ? "fraud in truth" : "legitimate in truth"));
        alert.get("reasons")
                .forEach(reason -> text.append("\n         ").append(reason.get("text").asText()));
        out.accept(text.toString());
    }

    private static String amount(JsonNode alert) {
        int digits = ExchangeRates.minorDigits(alert.get("currency").asText());
        return BigDecimal.valueOf(alert.get("amount_minor").asLong(), digits).toPlainString();
    }

    private void say(String text) {
        out.accept(
                String.format(Locale.ROOT, "%6.1f s  %s", (System.nanoTime() - began) / 1e9, text));
    }
}
