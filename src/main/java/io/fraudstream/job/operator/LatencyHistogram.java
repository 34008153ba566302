package io.fraudstream.job.operator;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.SynchronizedHistogram;
import org.apache.flink.api.common.accumulators.Accumulator;

/**
 * Times in milliseconds, merged over subtasks; synchronised because Flink reads it while the task
 * writes.
 */
public final class LatencyHistogram implements Accumulator<Long, Histogram> {
    public static final String NAME = "latencyMillis";

    private static final long serialVersionUID = 1L;
    private static final long HIGHEST = 3_600_000L;
    private static final int DIGITS = 2;

    private final SynchronizedHistogram histogram = new SynchronizedHistogram(HIGHEST, DIGITS);

    @Override
    public void add(Long millis) {
        record(millis);
    }

    /** The same without a box. */
    void record(long millis) {
        histogram.recordValue(Math.max(0, Math.min(HIGHEST, millis)));
    }

    @Override
    public Histogram getLocalValue() {
        return histogram;
    }

    @Override
    public void resetLocal() {
        histogram.reset();
    }

    @Override
    public void merge(Accumulator<Long, Histogram> other) {
        histogram.add(other.getLocalValue());
    }

    @Override
    public LatencyHistogram clone() {
        LatencyHistogram copy = new LatencyHistogram();
        copy.histogram.add(histogram);
        return copy;
    }
}
