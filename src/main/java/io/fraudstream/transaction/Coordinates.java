package io.fraudstream.transaction;

/**
 * Where a record comes from: a topic's partition and offset, or a file's name, 0 and line number.
 *
 * @param timestamp the record's own timestamp in milliseconds since the epoch, or {@link
 *     #NO_TIMESTAMP}
 * @param trace that its sender wants to see it in, or {@code null}
 */
public record Coordinates(
        String topic, int partition, long offset, long timestamp, TraceContext trace) {
    public static final long NO_TIMESTAMP = Long.MIN_VALUE;

    /** Of a record in no trace. */
    public Coordinates(String topic, int partition, long offset, long timestamp) {
        this(topic, partition, offset, timestamp, null);
    }

    /** The same in a trace. */
    public Coordinates in(TraceContext itsTrace) {
        return new Coordinates(topic, partition, offset, timestamp, itsTrace);
    }

    @Override
    public String toString() {
        return topic + "[" + partition + "]@" + offset;
    }
}
