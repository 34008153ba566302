package io.fraudstream.kafka;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/** Where a range of a topic begins, or the record that it ends before. */
public sealed interface TopicBound {
    /** The first record that is there. */
    record Earliest() implements TopicBound {}

    /** Behind the last record that is there when it is asked for. */
    record PresentEnd() implements TopicBound {}

    /**
     * In each partition the first record of this timestamp or a later one.
     *
     * @param timestamp milliseconds since the epoch
     */
    record Time(long timestamp) implements TopicBound {}

    /** An offset for each partition; of those that are not named nothing is read. */
    record Offsets(Map<Integer, Long> byPartition) implements TopicBound {
        public Offsets {
            byPartition = Map.copyOf(byPartition);
        }
    }

    /**
     * Reads {@code earliest}, {@code end}, an instant such as {@code 2026-01-31T00:00:00Z} or
     * offsets such as {@code 0:1200,1:900}.
     *
     * @throws IllegalArgumentException for anything else
     */
    static TopicBound parse(String text) {
        if (text.equals("earliest")) {
            return new Earliest();
        }
        if (text.equals("end")) {
            return new PresentEnd();
        }
        try {
            if (text.matches("\\d{1,9}:\\d{1,18}(,\\d{1,9}:\\d{1,18})*")) {
                Map<Integer, Long> offsets = new TreeMap<>();
                for (String pair : text.split(",")) {
                    int colon = pair.indexOf(':');
                    offsets.put(
                            Integer.valueOf(pair.substring(0, colon)),
                            Long.valueOf(pair.substring(colon + 1)));
                }
                return new Offsets(offsets);
            }
            return new Time(Instant.parse(text).toEpochMilli());
        } catch (DateTimeException wrong) {
            throw new IllegalArgumentException(
                    "\""
                            + text
                            + "\" is no place in a topic, expected earliest, end, an instant such"
                            + " as 2026-01-31T00:00:00Z, or offsets by partition such as"
                            + " 0:1200,1:900",
                    wrong);
        }
    }
}
