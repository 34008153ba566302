package io.fraudstream.recording;

import io.fraudstream.transaction.Coordinates;
import io.fraudstream.transaction.FraudLabel;

/**
 * One row of a recording.
 *
 * @param payload the wire's JSON; for a row that could not be mapped one that {@link
 *     io.fraudstream.transaction.TransactionCodec} refuses, naming the field. Not copied: do not
 *     change it
 * @param key the card, by which Kafka partitions; {@code null} where the row has none
 * @param eventTime milliseconds since the epoch, UTC, or {@link #NO_EVENT_TIME} where the row has
 *     none
 * @param label the verdict where it is fraud, otherwise {@code null}: legitimate or unknown
 * @param coordinates the file's name, 0 and the number of the line, counted from 1
 */
@SuppressWarnings(
        "ArrayRecordComponent") // A record of bytes as Kafka takes it; nothing compares it.
public record RecordedTransaction(
        byte[] payload, String key, long eventTime, FraudLabel label, Coordinates coordinates) {
    public static final long NO_EVENT_TIME = Long.MIN_VALUE;
}
