package io.fraudstream.job.operator;

import io.fraudstream.job.JobSettings;
import io.fraudstream.job.OrderMode;
import io.fraudstream.job.state.Admitted;
import io.fraudstream.job.state.JobTypes;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.TimeDomain;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Lets each transaction id through once within the horizon of event time: the first received, or in
 * event-time mode the first by (event time, partition, offset). Ids are kept in buckets, so that
 * one timer a bucket and half horizon suffices; each bucket has its own moment, since to look
 * through all of them at once would hold events up.
 */
public final class DedupeFunction extends KeyedProcessFunction<Integer, Admitted, Admitted>
        implements CheckpointedFunction {
    private static final List<Integer> BUCKETS = IntStream.range(0, 1 << 12).boxed().toList();

    /**
     * The key of this operator. Many more buckets than subtasks, so that all get about as many, and
     * few enough that in each some ids share a timer.
     */
    public static final KeySelector<Admitted, Integer> BUCKET =
            admitted -> BUCKETS.get(admitted.transaction().id().hashCode() & BUCKETS.size() - 1);

    private static final long serialVersionUID = 1L;
    private static final int DUPLICATE = 0;
    private static final long NONE = Long.MIN_VALUE;

    private final JobSettings settings;

    private transient CheckpointedCounters counters;
    private transient EventTimeBuffer<Admitted> buffer;
    private transient SeenState seen;

    /** By bucket: when it is looked through, which is not when any other is. */
    private transient Expiry[] expiries;

    /** By bucket the latest reminder that is set; {@link #NONE} where none is known of. */
    private transient long[] latest;

    /** The same for the one before: events of two come by turns for a while. */
    private transient long[] earlier;

    public DedupeFunction(JobSettings settings) {
        this.settings = settings;
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        counters = new CheckpointedCounters(CheckpointedCounters.DUPLICATE);
        counters.initialize(context, getRuntimeContext());
    }

    @Override
    public void open(OpenContext context) {
        buffer = new EventTimeBuffer<>(getRuntimeContext(), JobTypes.ADMITTED);
        seen = new SeenState(getRuntimeContext());
        long horizon = settings.dedupeHorizon().toMillis();
        // A bucket is looked through as a whole, each id some three times before it goes.
        Expiry expiry = new Expiry(horizon, Duration.ofMillis(Math.max(1, horizon / 2)));
        expiries = new Expiry[BUCKETS.size()];
        Arrays.setAll(expiries, bucket -> expiry.ofKey(bucket, BUCKETS.size()));
        latest = new long[BUCKETS.size()];
        earlier = new long[BUCKETS.size()];
        Arrays.fill(latest, NONE);
        Arrays.fill(earlier, NONE);
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        counters.snapshot();
    }

    @Override
    public void processElement(Admitted admitted, Context context, Collector<Admitted> out)
            throws Exception {
        if (settings.order() == OrderMode.EVENT_TIME) {
            buffer.add(admitted, context.timerService());
        } else {
            pass(admitted, context, out);
        }
    }

    @Override
    public void onTimer(long timer, OnTimerContext context, Collector<Admitted> out)
            throws Exception {
        int bucket = context.getCurrentKey();
        Expiry expiry = expiries[bucket];
        if (context.timeDomain() == TimeDomain.PROCESSING_TIME) {
            seen.forEachTime(bucket, eventTime -> expiry.remind(eventTime, context.timerService()));
            return;
        }
        for (Admitted admitted : buffer.take(timer)) {
            pass(admitted, context, out);
        }
        if (expiry.isDue(timer, context.timerService())) {
            latest[bucket] = NONE;
            earlier[bucket] = NONE;
            seen.removeIf(bucket, eventTime -> expiry.isOver(eventTime, timer));
        }
    }

    private void pass(Admitted admitted, Context context, Collector<Admitted> out)
            throws Exception {
        String id = admitted.transaction().id();
        long eventTime = admitted.transaction().eventTime();
        int bucket = context.getCurrentKey();
        Expiry expiry = expiries[bucket];
        // Expiry comes late; what counts is the horizon itself.
        if (!seen.add(bucket, id, eventTime, first -> expiry.isOver(first, eventTime))) {
            counters.increment(DUPLICATE);
            return;
        }
        long reminder = expiry.reminder(eventTime);
        if (reminder != latest[bucket] && reminder != earlier[bucket]) {
            earlier[bucket] = Math.min(reminder, latest[bucket]);
            latest[bucket] = Math.max(reminder, latest[bucket]);
            expiry.remind(eventTime, context.timerService());
        }
        out.collect(admitted);
    }
}
