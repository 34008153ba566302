package io.fraudstream.job.operator;

import io.fraudstream.alert.Decision;
import io.fraudstream.alert.ScoredTransaction;
import io.fraudstream.features.CardHistory;
import io.fraudstream.features.FeatureEngine;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.job.JobMetrics;
import io.fraudstream.job.JobSettings;
import io.fraudstream.job.OrderMode;
import io.fraudstream.job.kafka.Codecs;
import io.fraudstream.job.state.Admitted;
import io.fraudstream.job.state.CardHistorySerializer;
import io.fraudstream.job.state.JobTypes;
import io.fraudstream.job.state.Measured;
import io.fraudstream.job.state.ServedBundle;
import io.fraudstream.model.FraudModel;
import io.fraudstream.model.Reason;
import io.fraudstream.transaction.Transaction;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.TimeDomain;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.util.Collector;

/** Steps the card's history, scores with the model in service and decides. */
public final class CardFunction
        extends KeyedBroadcastProcessFunction<String, Measured, ServedBundle, ScoredTransaction>
        implements CheckpointedFunction {
    public static final KeySelector<Measured, String> CARD =
            measured -> measured.transaction().cardId();

    /** The bundles that serve, on their way to every subtask. */
    public static final MapStateDescriptor<Long, ServedBundle> BUNDLES = ServingModels.BUNDLES;

    private static final long serialVersionUID = 1L;
    private static final int REASONS = 3;
    private static final int SCORED = 0;
    private static final int ALERTS = 1;
    private static final int SCORED_LATE = 2;
    private static final int APPROXIMATE = 3;

    private final JobSettings settings;
    private final Codecs codecs;

    private transient CheckpointedCounters counters;
    private transient ScoringLatency latency;
    private transient FeatureEngine engine;
    private transient Collection<ServedBundle> restored;
    private transient ServingModels models;
    private transient DriftMeter drift;
    private transient ShadowScorer shadowScorer;
    private transient EventTimeBuffer<Measured> buffer;
    private transient HistoryState<CardHistory> histories;
    private transient Expiry expiry;

    public CardFunction(JobSettings settings, Codecs codecs) {
        this.settings = settings;
        this.codecs = codecs;
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        counters =
                new CheckpointedCounters(
                        CheckpointedCounters.SCORED,
                        CheckpointedCounters.ALERTS,
                        CheckpointedCounters.SCORED_LATE,
                        CheckpointedCounters.APPROXIMATE);
        counters.initialize(context, getRuntimeContext());
        restored =
                ServingModels.inOrder(context.getOperatorStateStore().getBroadcastState(BUNDLES));
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        counters.snapshot();
    }

    @Override
    public void open(OpenContext context) {
        FeatureSchema schema = new FeatureSchema(codecs.rates());
        engine = new FeatureEngine(schema);
        MetricGroup metrics = JobMetrics.of(getRuntimeContext().getMetricGroup());
        models = new ServingModels(settings, schema, restored, metrics);
        restored = null;
        shadowScorer = new ShadowScorer();
        metrics.gauge("shadow_failures_total", (Gauge<Long>) shadowScorer::failures);
        metrics.gauge("alerts_per_day_budget", (Gauge<Integer>) settings::alertsPerDay);
        drift = new DriftMeter(schema, metrics);
        latency = new ScoringLatency(System.currentTimeMillis());
        if (settings.measureLatency()) {
            latency.show(getRuntimeContext(), metrics);
        }
        buffer = new EventTimeBuffer<>(getRuntimeContext(), JobTypes.MEASURED);
        histories =
                new HistoryState<>(
                        getRuntimeContext(),
                        "card-history",
                        new CardHistorySerializer(settings.maxEventsPerHistory()),
                        settings.historyCacheBytes());
        expiry =
                new Expiry(
                        FeatureSchema.CARD_HORIZON + FeatureSchema.DISORDER_ALLOWANCE,
                        Duration.ofDays(10));
    }

    @Override
    public void close() {
        if (models != null) {
            models.close();
        }
    }

    @Override
    public void processBroadcastElement(
            ServedBundle served, Context context, Collector<ScoredTransaction> out)
            throws Exception {
        models.take(served, context.getBroadcastState(BUNDLES));
    }

    @Override
    public void processElement(
            Measured measured, ReadOnlyContext context, Collector<ScoredTransaction> out)
            throws Exception {
        if (settings.order() == OrderMode.EVENT_TIME) {
            buffer.add(measured, context.timerService());
        } else {
            score(measured, context.timerService(), out);
        }
    }

    @Override
    public void onTimer(long timer, OnTimerContext context, Collector<ScoredTransaction> out)
            throws Exception {
        if (context.timeDomain() == TimeDomain.PROCESSING_TIME) {
            CardHistory history = histories.value(context.getCurrentKey());
            if (history != null) {
                expiry.remind(history.newestTime(), context.timerService());
            }
            return;
        }
        for (Measured measured : buffer.take(timer)) {
            score(measured, context.timerService(), out);
        }
        if (expiry.isDue(timer, context.timerService())) {
            CardHistory history = histories.value(context.getCurrentKey());
            if (history != null
                    && expiry.isOverOrRemind(history.newestTime(), timer, context.timerService())) {
                histories.clear();
            }
        }
    }

    private void score(Measured measured, TimerService timers, Collector<ScoredTransaction> out)
            throws Exception {
        Admitted admitted = measured.admitted();
        Transaction transaction = admitted.transaction();
        CardHistory history = histories.value(transaction.cardId());
        if (history == null) {
            history = new CardHistory(settings.maxEventsPerHistory());
            expiry.remind(transaction.eventTime(), timers);
        }
        FeatureEngine.CardStep step = engine.stepCard(history, transaction, measured.terminal());
        histories.update(history);

        ServingModel serving = models.champion().at(admitted.orderTime());
        double score = serving == null ? Double.NaN : score(serving.model(), step);
        Decision decision =
                serving == null ? Decision.OBSERVE : serving.policy().decide(transaction, score);
        List<Reason> reasons =
                decision == Decision.ALERT
                        ? serving.reasons().explain(step.sequence(), REASONS)
                        : List.of();
        drift.add(serving, transaction, step.vector(), score);
        ServingModel beside = models.shadow().at(admitted.orderTime());
        count(admitted, decision, step.approximate());
        out.collect(
                new ScoredTransaction(
                        transaction,
                        step.vector(),
                        score,
                        serving == null ? Double.NaN : serving.policy().threshold(),
                        serving == null ? null : serving.model().bundleId(),
                        decision,
                        reasons,
                        admitted.late(),
                        step.approximate(),
                        admitted.receivedAt(),
                        beside == null
                                ? Double.NaN
                                : shadowScorer.score(
                                        beside.model(), step.sequence(beside.model().steps())),
                        beside == null ? null : beside.model().bundleId(),
                        admitted.trace()));
    }

    private static double score(FraudModel model, FeatureEngine.CardStep step) {
        return model.score(step.sequence(model.steps()));
    }

    private void count(Admitted admitted, Decision decision, boolean approximate) {
        counters.increment(SCORED);
        if (decision == Decision.ALERT) {
            counters.increment(ALERTS);
        }
        if (admitted.late()) {
            counters.increment(SCORED_LATE);
        }
        if (approximate) {
            counters.increment(APPROXIMATE);
        }
        if (settings.measureLatency()) {
            latency.add(admitted.receivedAt());
        }
    }
}
