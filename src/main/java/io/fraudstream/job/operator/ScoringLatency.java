package io.fraudstream.job.operator;

import java.time.Duration;
import java.util.stream.LongStream;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;

/**
 * The time from a record's timestamp to its score, of what has arrived since this subtask started:
 * what was in the topic before did not arrive live. Shown in buckets, and handed to whoever started
 * the job as a {@link LatencyHistogram}. Not in checkpointed state.
 */
final class ScoringLatency {
    private static final TimeBuckets BUCKETS =
            new TimeBuckets(
                    LongStream.of(
                                    1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000,
                                    30_000, 60_000)
                            .mapToObj(Duration::ofMillis)
                            .toArray(Duration[]::new));

    private final LatencyHistogram histogram = new LatencyHistogram();
    private final long[] counts = new long[BUCKETS.size()];
    private final long opened;
    private long sumMillis;

    /**
     * @param opened when the subtask started, milliseconds since the epoch
     */
    ScoringLatency(long opened) {
        this.opened = opened;
    }

    void show(RuntimeContext runtime, MetricGroup metrics) {
        runtime.addAccumulator(LatencyHistogram.NAME, histogram);
        MetricGroup latency = metrics.addGroup("scoring_latency_seconds");
        BUCKETS.show(latency, bucket -> counts[bucket]);
        latency.gauge("sum", (Gauge<Double>) () -> sumMillis / 1000.0);
    }

    /**
     * Takes in an event that is scored now.
     *
     * @param receivedAt the record's timestamp, milliseconds since the epoch
     */
    void add(long receivedAt) {
        if (receivedAt < opened) {
            return;
        }
        // Clocks differ, so that a record may seem to come from the future.
        long millis = Math.max(0, System.currentTimeMillis() - receivedAt);
        histogram.record(millis);
        counts[BUCKETS.indexOf(millis)]++;
        sumMillis += millis;
    }
}
