package io.fraudstream.job.state;

import io.fraudstream.transaction.Coordinates;
import io.fraudstream.transaction.Decoded;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.Transaction;

/**
 * A record as it left the source.
 *
 * @param lastOfRun whether it is the last that a run until the topic's present end reads from its
 *     partition
 * @param newest the newest time, as {@link #timeOf} has it, of its partition up to here, itself
 *     included; {@link Long#MIN_VALUE} before the first
 */
public record Received(Decoded decoded, Coordinates coordinates, boolean lastOfRun, long newest) {
    /** A record of which only itself is known. */
    public static Received alone(Decoded decoded, Coordinates coordinates, boolean lastOfRun) {
        return new Received(decoded, coordinates, lastOfRun, timeOf(decoded));
    }

    /**
     * The time that orders a record: a transaction's event time, the time at which a label became
     * known, or {@link Long#MIN_VALUE} for a rejected one, which moves nothing.
     */
    public static long timeOf(Decoded decoded) {
        if (decoded instanceof Transaction transaction) {
            return transaction.eventTime();
        }
        if (decoded instanceof FraudLabel label) {
            return label.knownAt();
        }
        return Long.MIN_VALUE;
    }

    /** The same record behind those of its partition whose newest time was the one given. */
    public Received after(long newestBefore) {
        return newestBefore > newest
                ? new Received(decoded, coordinates, lastOfRun, newestBefore)
                : this;
    }
}
