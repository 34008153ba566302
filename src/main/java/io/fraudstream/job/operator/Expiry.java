package io.fraudstream.job.operator;

import io.fraudstream.job.kafka.ReceivedWatermarks;
import java.time.Duration;
import org.apache.flink.streaming.api.TimerService;

/**
 * When state that no feature can see any more is dropped. Timers are set for whole steps only, so that a busy key holds a
 * handful of them and not one for each event.
 */
final class Expiry {
    private final long horizon;
    private final long step;

    Expiry(long horizon, Duration step) {
        this.horizon = horizon;
        this.step = step.toMillis();
    }

    void remind(long eventTime, TimerService timers) {
        timers.registerEventTimeTimer(Math.floorDiv(eventTime + horizon, step) * step + step);
    }

    /** Whether a timer may be one of these reminders; the end of a run ends no state's life. */
    boolean isDue(long timer, TimerService timers) {
        return timer % step == 0 && timers.currentWatermark() < ReceivedWatermarks.END_OF_RUN;
    }

    boolean isOver(long newestTime, long timer) {
        return newestTime + horizon <= timer;
    }
}
