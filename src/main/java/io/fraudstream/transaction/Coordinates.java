package io.fraudstream.transaction;

/**
 * Where a record was read: a topic's partition and offset, or a file's name, 0 and line number.
 *
 * @param timestamp the record's own timestamp in milliseconds since the epoch, or {@link
 *     #NO_TIMESTAMP}
 */
public record Coordinates(String topic, int partition, long offset, long timestamp) {
    public static final long NO_TIMESTAMP = Long.MIN_VALUE;

    @Override
    public String toString() {
        return topic + "[" + partition + "]@" + offset;
    }
}
