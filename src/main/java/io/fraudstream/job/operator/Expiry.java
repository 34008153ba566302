package io.fraudstream.job.operator;

import io.fraudstream.job.kafka.ReceivedWatermarks;
import java.time.Duration;
import org.apache.flink.streaming.api.TimerService;

/**
 * When state that no feature can see any more is dropped. A history's first event sets a timer, and
 * a timer that finds it still needed sets the next, so that a busy key holds one of them and not
 * one for each event.
 */
final class Expiry {
    private final long horizon;
    private final long step;

    /** The part of a step at which reminders lie. */
    private final long phase;

    Expiry(long horizon, Duration step) {
        this(horizon, step.toMillis(), 0);
    }

    private Expiry(long horizon, long step, long phase) {
        this.horizon = horizon;
        this.step = step;
        this.phase = phase;
    }

    /**
     * The same for one of so many keys that all are as old as time: their reminders are spread over
     * a step, so that they are not looked at all at once.
     */
    Expiry ofKey(int key, int keys) {
        return new Expiry(horizon, step, step * key / keys);
    }

    void remind(long eventTime, TimerService timers) {
        timers.registerEventTimeTimer(reminder(eventTime));
    }

    /** When state of this event time is looked at. */
    long reminder(long eventTime) {
        return Math.floorDiv(eventTime + horizon - phase, step) * step + step + phase;
    }

    /**
     * Whether a timer of event time may be one of these reminders. The end of a run ends no state's
     * life but uses up all reminders; it then calls for a timer of processing time, at which the
     * operator is to set them again. To set them at once would have them fire at once, for ever.
     */
    boolean isDue(long timer, TimerService timers) {
        if (Math.floorMod(timer - phase, step) != 0) {
            return false;
        }
        if (timers.currentWatermark() >= ReceivedWatermarks.END_OF_RUN) {
            timers.registerProcessingTimeTimer(timers.currentProcessingTime());
            return false;
        }
        return true;
    }

    /** Whether a history is to be dropped; if not, there will be another timer for it. */
    boolean isOverOrRemind(long newestTime, long now, TimerService timers) {
        if (isOver(newestTime, now)) {
            return true;
        }
        remind(newestTime, timers);
        return false;
    }

    boolean isOver(long newestTime, long now) {
        return newestTime + horizon <= now;
    }
}
