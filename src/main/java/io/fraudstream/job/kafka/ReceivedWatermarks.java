package io.fraudstream.job.kafka;

import io.fraudstream.job.state.Received;
import java.time.Duration;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;

/**
 * The watermark of one partition: its newest event time less the bound on disorder. A rejected
 * record never moves it. Labels count by the time at which they became known.
 *
 * <p>In a run until the topic's present end, the last record of a partition ends its time, so that
 * nothing waits for records that will not come, and {@link PartitionSource} does so for a partition
 * that has none. There is no idleness then, so that a pause of the broker cannot change the result.
 */
public final class ReceivedWatermarks implements WatermarkGenerator<Received> {
    /**
     * Ends a partition's time and leaves Flink's own end of time, which would end the job,
     * untouched.
     */
    public static final long END_OF_RUN = Long.MAX_VALUE - 1;

    private final long bound;
    private long newest = Long.MIN_VALUE;
    private boolean ended;

    private ReceivedWatermarks(Duration bound) {
        this.bound = bound.toMillis();
    }

    /**
     * @param idleness after which a silent partition stops holding the others back; for runs
     *     without end
     */
    public static WatermarkStrategy<Received> live(Duration bound, Duration idleness) {
        return untilEnd(bound).withIdleness(idleness);
    }

    /** For runs until the topic's present end. */
    public static WatermarkStrategy<Received> untilEnd(Duration bound) {
        return WatermarkStrategy.<Received>forGenerator(context -> new ReceivedWatermarks(bound))
                .withTimestampAssigner(
                        (received, timestamp) -> Received.timeOf(received.decoded()));
    }

    @Override
    public void onEvent(Received received, long timestamp, WatermarkOutput output) {
        newest = Math.max(newest, timestamp);
        if (received.lastOfRun()) {
            ended = true;
            output.emitWatermark(new Watermark(END_OF_RUN));
        }
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
        if (!ended && newest != Long.MIN_VALUE) {
            output.emitWatermark(new Watermark(newest - bound - 1));
        }
    }
}
