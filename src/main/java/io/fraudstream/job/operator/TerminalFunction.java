package io.fraudstream.job.operator;

import io.fraudstream.features.FeatureEngine;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.features.TerminalHistory;
import io.fraudstream.job.JobSettings;
import io.fraudstream.job.OrderMode;
import io.fraudstream.job.kafka.Codecs;
import io.fraudstream.job.state.Admitted;
import io.fraudstream.job.state.JobTypes;
import io.fraudstream.job.state.Measured;
import io.fraudstream.job.state.TerminalHistorySerializer;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.Transaction;
import java.time.Duration;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.TimeDomain;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Steps the terminal's history. A label goes into it as soon as it is there: the history itself
 * holds it back until its {@code knownAt}. Counts how labels and transactions meet: each label is
 * without a terminal, repeated, contradictory or the first on its transaction, and of the
 * transactions with labels each is matched, unmatched or still awaited.
 */
public final class TerminalFunction
        extends KeyedCoProcessFunction<String, Admitted, FraudLabel, Measured>
        implements CheckpointedFunction {
    /**
     * The key of transactions: the terminal, or the card for the few that have neither terminal nor
     * merchant.
     */
    public static final KeySelector<Admitted, String> TERMINAL =
            admitted -> keyOf(admitted.transaction());

    /** The key of labels, which must meet their transactions. */
    public static final KeySelector<FraudLabel, String> LABEL_TERMINAL =
            label -> label.terminalKey() == null ? "c:" + label.cardId() : label.terminalKey();

    private static final long serialVersionUID = 1L;
    private static final int MATCHED = 0;
    private static final int UNMATCHED = 1;
    private static final int REPEATED = 2;
    private static final int CONTRADICTORY = 3;
    private static final int WITHOUT_TERMINAL = 4;

    private final JobSettings settings;
    private final Codecs codecs;

    private transient CheckpointedCounters counters;
    private transient FeatureEngine engine;
    private transient EventTimeBuffer<Admitted> buffer;
    private transient HistoryState<TerminalHistory> histories;
    private transient Expiry expiry;

    public TerminalFunction(JobSettings settings, Codecs codecs) {
        this.settings = settings;
        this.codecs = codecs;
    }

    private static String keyOf(Transaction transaction) {
        String terminal = transaction.terminalKey();
        return terminal == null ? "c:" + transaction.cardId() : terminal;
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        counters =
                new CheckpointedCounters(
                        CheckpointedCounters.LABELS_MATCHED,
                        CheckpointedCounters.LABELS_UNMATCHED,
                        CheckpointedCounters.LABELS_REPEATED,
                        CheckpointedCounters.LABELS_CONTRADICTORY,
                        CheckpointedCounters.LABELS_WITHOUT_TERMINAL);
        counters.initialize(context, getRuntimeContext());
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        counters.snapshot();
    }

    @Override
    public void open(OpenContext context) {
        engine = new FeatureEngine(new FeatureSchema(codecs.rates()));
        buffer = new EventTimeBuffer<>(getRuntimeContext(), JobTypes.ADMITTED);
        histories =
                new HistoryState<>(
                        getRuntimeContext(),
                        "terminal-history",
                        new TerminalHistorySerializer(settings.maxEventsPerHistory()),
                        settings.historyCacheBytes());
        expiry =
                new Expiry(
                        FeatureSchema.TERMINAL_HORIZON + FeatureSchema.DISORDER_ALLOWANCE,
                        Duration.ofDays(10));
    }

    @Override
    public void processElement1(Admitted admitted, Context context, Collector<Measured> out)
            throws Exception {
        if (settings.order() == OrderMode.EVENT_TIME) {
            buffer.add(admitted, context.timerService());
        } else {
            measure(admitted, context, out);
        }
    }

    @Override
    public void processElement2(FraudLabel label, Context context, Collector<Measured> out)
            throws Exception {
        if (label.terminalKey() == null) {
            counters.increment(WITHOUT_TERMINAL);
            return;
        }
        TerminalHistory history =
                history(context.getCurrentKey(), label.eventTime(), context.timerService());
        switch (history.label(label)) {
            case FIRST -> counters.add(MATCHED, history.holdsEventOf(label) ? 1 : 0);
            case REPEATED -> counters.increment(REPEATED);
            case CONTRADICTORY -> counters.increment(CONTRADICTORY);
        }
        histories.update(history);
    }

    @Override
    public void onTimer(long timer, OnTimerContext context, Collector<Measured> out)
            throws Exception {
        if (context.timeDomain() == TimeDomain.PROCESSING_TIME) {
            TerminalHistory history = histories.value(context.getCurrentKey());
            if (history != null) {
                expiry.remind(history.lastTime(), context.timerService());
            }
            return;
        }
        for (Admitted admitted : buffer.take(timer)) {
            measure(admitted, context, out);
        }
        if (expiry.isDue(timer, context.timerService())) {
            TerminalHistory history = histories.value(context.getCurrentKey());
            if (history != null
                    && expiry.isOverOrRemind(history.lastTime(), timer, context.timerService())) {
                counters.add(UNMATCHED, history.unmatched());
                histories.clear();
            }
        }
    }

    private void measure(Admitted admitted, Context context, Collector<Measured> out)
            throws Exception {
        Transaction transaction = admitted.transaction();
        if (!transaction.hasTerminalKey()) {
            out.collect(new Measured(admitted, engine.stepTerminal(null, transaction)));
            return;
        }
        TerminalHistory history =
                history(context.getCurrentKey(), transaction.eventTime(), context.timerService());
        counters.add(MATCHED, history.holdsLabelOf(transaction) ? 1 : 0);
        FeatureEngine.Features features = engine.stepTerminal(history, transaction);
        counters.add(UNMATCHED, history.takeForgottenUnmatched());
        histories.update(history);
        out.collect(new Measured(admitted, features));
    }

    /**
     * The key's history.
     *
     * @param eventTime of what it is wanted for, should it begin with that
     */
    private TerminalHistory history(String key, long eventTime, TimerService timers)
            throws Exception {
        TerminalHistory history = histories.value(key);
        if (history != null) {
            return history;
        }
        expiry.remind(eventTime, timers);
        return new TerminalHistory(settings.maxEventsPerHistory());
    }
}
