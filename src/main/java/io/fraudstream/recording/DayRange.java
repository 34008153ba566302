package io.fraudstream.recording;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Days in UTC, both ends included.
 *
 * @param from the first day; {@code null} for any
 * @param to the last day; {@code null} for any
 */
public record DayRange(LocalDate from, LocalDate to) {
    public DayRange {
        if (from != null && to != null && to.isBefore(from)) {
            throw new IllegalArgumentException(
                    "the last day is " + to + ", expected " + from + " or later");
        }
    }

    /** Whether the time, in milliseconds since the epoch, lies on one of these days. */
    public boolean contains(long millis) {
        return (from == null || millis >= startOf(from))
                && (to == null || millis < startOf(to.plusDays(1)));
    }

    private static long startOf(LocalDate day) {
        return day.atStartOfDay().toInstant(ZoneOffset.UTC).toEpochMilli();
    }

    /**
     * The rows of these days, and those without a readable time, so that they still reach the dead
     * letters.
     */
    public Iterator<RecordedTransaction> select(Iterator<RecordedTransaction> rows) {
        long first = from == null ? Long.MIN_VALUE : startOf(from);
        long end = to == null ? Long.MAX_VALUE : startOf(to.plusDays(1));
        return new Iterator<>() {
            private RecordedTransaction upcoming;

            @Override
            public boolean hasNext() {
                while (upcoming == null && rows.hasNext()) {
                    RecordedTransaction row = rows.next();
                    long time = row.eventTime();
                    if (time == RecordedTransaction.NO_EVENT_TIME || time >= first && time < end) {
                        upcoming = row;
                    }
                }
                return upcoming != null;
            }

            @Override
            public RecordedTransaction next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("no more rows on these days");
                }
                RecordedTransaction row = upcoming;
                upcoming = null;
                return row;
            }
        };
    }
}
