package io.fraudstream.kafka;

import java.time.Duration;

/**
 * How far the sending of a recording has come.
 *
 * @param transactions sent so far, the unmappable among them
 * @param labels sent so far
 * @param pendingLabels read, but not known yet at the stream's event time
 * @param firstEventTime the earliest so far, milliseconds since the epoch, UTC; {@link
 *     Long#MAX_VALUE} without any
 * @param lastEventTime the latest so far; {@link Long#MIN_VALUE} without any
 * @param elapsed since the first record
 * @param complete whether all that there was has been sent
 * @param lag how far the sending is behind the asked speed; zero at full speed
 */
public record SendProgress(
        long transactions,
        long labels,
        long pendingLabels,
        long firstEventTime,
        long lastEventTime,
        boolean complete,
        Duration elapsed,
        Duration lag) {

    /** Transactions a second since the start. */
    public double rate() {
        return elapsed.isZero() ? 0 : transactions * 1e9 / elapsed.toNanos();
    }
}
