package io.fraudstream.job.operator;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.function.IntToLongFunction;
import java.util.stream.Stream;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;

/**
 * Sorts times into buckets, which can be summed over subtasks as quantiles cannot. Each is in one:
 * the first whose bound it does not exceed, or the last, which has none. What lies before zero is
 * in the first.
 */
final class TimeBuckets {
    private final long[] bounds;

    /**
     * @param bounds ascending
     */
    TimeBuckets(Duration... bounds) {
        this.bounds = Stream.of(bounds).mapToLong(Duration::toMillis).toArray();
    }

    /** How many there are. */
    int size() {
        return bounds.length + 1;
    }

    int indexOf(long millis) {
        int index = 0;
        while (index < bounds.length && millis > bounds[index]) {
            index++;
        }
        return index;
    }

    /**
     * Shows them as Prometheus has it: {@code le_bucket} holds what does not exceed the label
     * {@code le} in seconds, and {@code count} all.
     *
     * @param count how many are in a bucket, those before it left out
     */
    void show(MetricGroup metrics, IntToLongFunction count) {
        for (int i = 0; i < bounds.length; i++) {
            show(metrics, BigDecimal.valueOf(bounds[i], 3).stripTrailingZeros(), i, count);
        }
        int last = bounds.length;
        metrics.addGroup("le", "+Inf").gauge("bucket", (Gauge<Long>) () -> upTo(last, count));
        metrics.gauge("count", (Gauge<Long>) () -> upTo(last, count));
    }

    private static void show(
            MetricGroup metrics, BigDecimal seconds, int bucket, IntToLongFunction count) {
        metrics.addGroup("le", seconds.toPlainString())
                .gauge("bucket", (Gauge<Long>) () -> upTo(bucket, count));
    }

    private static long upTo(int bucket, IntToLongFunction count) {
        long sum = 0;
        for (int i = 0; i <= bucket; i++) {
            sum += count.applyAsLong(i);
        }
        return sum;
    }
}
