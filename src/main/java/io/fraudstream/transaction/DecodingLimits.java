package io.fraudstream.transaction;

import java.io.Serializable;
import java.time.Duration;

/**
 * What a record may look like at most.
 *
 * @param maxRecordBytes a longer record is refused unread
 * @param maxAmountMinor in minor units of the base currency; at most {@link #HIGHEST_AMOUNT}, so
 *     that 128 bits hold every sum of squares times a count
 * @param maxFuture how far an event time may lie ahead of the time at which the record was received
 */
public record DecodingLimits(int maxRecordBytes, long maxAmountMinor, Duration maxFuture)
        implements Serializable {
    public static final long HIGHEST_AMOUNT = 1_000_000_000_000L;
    public static final DecodingLimits DEFAULT =
            new DecodingLimits(64 * 1024, 10_000_000_000L, Duration.ofHours(24));

    public DecodingLimits {
        if (maxRecordBytes < 1) {
            throw new IllegalArgumentException(
                    "maxRecordBytes is " + maxRecordBytes + ", expected 1 or more");
        }
        if (maxAmountMinor < 1 || maxAmountMinor > HIGHEST_AMOUNT) {
            throw new IllegalArgumentException(
                    "maxAmountMinor is " + maxAmountMinor + ", expected 1 to " + HIGHEST_AMOUNT);
        }
        if (maxFuture.isNegative()) {
            throw new IllegalArgumentException(
                    "maxFuture is " + maxFuture + ", expected zero or more");
        }
    }
}
