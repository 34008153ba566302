package io.fraudstream.job.operator;

import io.fraudstream.alert.Decision;
import io.fraudstream.alert.ScoredTransaction;
import io.fraudstream.features.CardHistory;
import io.fraudstream.features.FeatureEngine;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.job.JobSettings;
import io.fraudstream.job.OrderMode;
import io.fraudstream.job.kafka.Codecs;
import io.fraudstream.job.state.Admitted;
import io.fraudstream.job.state.CardHistorySerializer;
import io.fraudstream.job.state.JobTypes;
import io.fraudstream.job.state.Measured;
import io.fraudstream.job.state.ServedBundle;
import io.fraudstream.model.Reason;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.transaction.Transaction;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Steps the card's history, scores with the model in service and decides. */
public final class CardFunction
        extends KeyedBroadcastProcessFunction<String, Measured, ServedBundle, ScoredTransaction>
        implements CheckpointedFunction {
    public static final KeySelector<Measured, String> CARD =
            measured -> measured.transaction().cardId();

    /**
     * The bundles that were accepted, numbered in that order, so that no registry is needed to go
     * on: in arrival mode the last one of each slot, in event-time mode the last few.
     */
    public static final MapStateDescriptor<Long, ServedBundle> BUNDLES =
            new MapStateDescriptor<>("served-bundles", Types.LONG, JobTypes.SERVED_BUNDLE);

    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(CardFunction.class);
    private static final int REASONS = 3;
    private static final int SCORED = 0;
    private static final int ALERTS = 1;
    private static final int SCORED_LATE = 2;
    private static final int APPROXIMATE = 3;

    private final JobSettings settings;
    private final Codecs codecs;

    private transient CheckpointedCounters counters;
    private transient LatencyHistogram latency;
    private transient FeatureEngine engine;
    private transient FeatureSchema schema;
    private transient DriftMeter drift;
    private transient ModelSlot champion;
    private transient ModelSlot shadow;
    private transient ShadowScorer shadowScorer;
    private transient Map<Long, ServedBundle> restored;
    private transient Deque<ModelPointer> servingFromTheStart;
    private transient long opened;
    private transient EventTimeBuffer<Measured> buffer;
    private transient ValueState<CardHistory> histories;
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
        restored = new TreeMap<>();
        for (Map.Entry<Long, ServedBundle> entry :
                context.getOperatorStateStore().getBroadcastState(BUNDLES).immutableEntries()) {
            restored.put(entry.getKey(), entry.getValue());
        }
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        counters.snapshot();
    }

    @Override
    public void open(OpenContext context) {
        schema = new FeatureSchema(codecs.rates());
        engine = new FeatureEngine(schema);
        champion = new ModelSlot(schema, settings.order());
        shadow = new ModelSlot(schema, settings.order());
        shadowScorer = new ShadowScorer();
        serveFromTheStart();
        MetricGroup metrics = getRuntimeContext().getMetricGroup();
        metrics.gauge("modelSwaps", (Gauge<Long>) champion::swaps);
        metrics.gauge("shadowFailures", (Gauge<Long>) shadowScorer::failures);
        drift = new DriftMeter(schema, metrics);
        opened = System.currentTimeMillis();
        latency = new LatencyHistogram();
        if (settings.measureLatency()) {
            getRuntimeContext().addAccumulator(LatencyHistogram.NAME, latency);
        }
        buffer = new EventTimeBuffer<>(getRuntimeContext(), JobTypes.MEASURED);
        histories =
                getRuntimeContext()
                        .getState(
                                new ValueStateDescriptor<>(
                                        "card-history",
                                        new CardHistorySerializer(settings.maxEventsPerHistory())));
        expiry =
                new Expiry(
                        FeatureSchema.CARD_HORIZON + FeatureSchema.DISORDER_ALLOWANCE,
                        Duration.ofDays(10));
    }

    @Override
    public void close() {
        if (champion != null) {
            champion.close();
        }
        if (shadow != null) {
            shadow.close();
        }
    }

    /**
     * The pinned champion, and over it what served when the state was written, or else what had
     * been announced when the job was put together.
     */
    private void serveFromTheStart() {
        List<ServedBundle> bundles = new ArrayList<>();
        servingFromTheStart = new ArrayDeque<>();
        if (settings.champion() != null) {
            bundles.addAll(fetched(List.of(settings.champion())));
        }
        if (settings.followsPromotions() && restored.isEmpty()) {
            List<ServedBundle> announced = fetched(settings.announced());
            announced.forEach(served -> servingFromTheStart.add(served.pointer()));
            bundles.addAll(announced);
        } else if (settings.followsPromotions()) {
            bundles.addAll(restored.values());
        }
        Map<Boolean, List<ServedBundle>> bySlot =
                bundles.stream().collect(Collectors.partitioningBy(CardFunction::isChampion));
        champion.require(bySlot.get(true));
        shadow.require(bySlot.get(false));
    }

    /** Those of the pointers whose bundles may serve; the others are refused where they arrive. */
    private List<ServedBundle> fetched(List<ModelPointer> pointers) {
        Succession succession = new Succession();
        List<ServedBundle> bundles = new ArrayList<>();
        for (ModelPointer pointer : pointers) {
            try {
                VerifiedBundle bundle = VerifiedBundle.fetch(pointer, schema);
                succession.accept(pointer, bundle.labelCutOff());
                bundles.add(bundle.served());
            } catch (RefusedBundle refused) {
                LOG.error(
                        "bundle {} does not serve from the start: {}",
                        pointer.bundleId(),
                        refused.getMessage());
            }
        }
        return bundles;
    }

    private static boolean isChampion(ServedBundle served) {
        return served.pointer().slot().equals(ModelPointer.CHAMPION);
    }

    @Override
    public void processBroadcastElement(
            ServedBundle served, Context context, Collector<ScoredTransaction> out)
            throws Exception {
        if (!settings.followsPromotions()) {
            return;
        }
        keep(served, context.getBroadcastState(BUNDLES));
        if (!servesFromTheStart(served.pointer())) {
            (isChampion(served) ? champion : shadow).offer(served);
        }
    }

    private void keep(ServedBundle served, BroadcastState<Long, ServedBundle> bundles)
            throws Exception {
        long next = 0;
        TreeSet<Long> sameSlot = new TreeSet<>();
        for (Map.Entry<Long, ServedBundle> entry : bundles.entries()) {
            next = Math.max(next, entry.getKey() + 1);
            if (isChampion(entry.getValue()) == isChampion(served)) {
                sameSlot.add(entry.getKey());
            }
        }
        bundles.put(next, served);
        int others = settings.order() == OrderMode.ARRIVAL ? 0 : ModelSlot.KEPT - 1;
        while (sameSlot.size() > others) {
            bundles.remove(sameSlot.pollFirst());
        }
    }

    /** Pointers that served from the start come once more, in their order. */
    private boolean servesFromTheStart(ModelPointer pointer) {
        while (!servingFromTheStart.isEmpty()) {
            if (servingFromTheStart.poll().equals(pointer)) {
                return true;
            }
        }
        return false;
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
            CardHistory history = histories.value();
            if (history != null) {
                expiry.remind(history.newestTime(), context.timerService());
            }
            return;
        }
        for (Measured measured : buffer.take(timer)) {
            score(measured, context.timerService(), out);
        }
        if (expiry.isDue(timer, context.timerService())) {
            CardHistory history = histories.value();
            if (history != null && expiry.isOver(history.newestTime(), timer)) {
                histories.clear();
            }
        }
    }

    private void score(Measured measured, TimerService timers, Collector<ScoredTransaction> out)
            throws Exception {
        Admitted admitted = measured.admitted();
        Transaction transaction = admitted.transaction();
        CardHistory history = histories.value();
        if (history == null) {
            history = new CardHistory(settings.maxEventsPerHistory());
        }
        FeatureEngine.CardStep step = engine.stepCard(history, transaction, measured.terminal());
        histories.update(history);
        expiry.remind(transaction.eventTime(), timers);

        ServingModel serving = champion.at(admitted.orderTime());
        double score = serving == null ? Double.NaN : serving.model().score(step.sequence());
        Decision decision =
                serving == null ? Decision.OBSERVE : serving.policy().decide(transaction, score);
        List<Reason> reasons =
                decision == Decision.ALERT
                        ? serving.reasons().explain(step.sequence(), REASONS)
                        : List.of();
        drift.add(serving, transaction, step.vector(), score);
        ServingModel beside = shadow.at(admitted.orderTime());
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
                                : shadowScorer.score(beside.model(), step.sequence()),
                        beside == null ? null : beside.model().bundleId()));
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
        // What was in the topic before the job began did not arrive live.
        if (settings.measureLatency() && admitted.receivedAt() >= opened) {
            latency.add(System.currentTimeMillis() - admitted.receivedAt());
        }
    }
}
