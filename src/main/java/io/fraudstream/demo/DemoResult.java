package io.fraudstream.demo;

import io.fraudstream.job.JobCounts;
import java.time.Duration;
import org.HdrHistogram.Histogram;

/**
 * What came of the demo.
 *
 * @param counts of the whole job, history and live traffic, from checkpointed state
 * @param live of the live traffic alone
 * @param alerts of the live traffic that a consumer outside the job has read, each once
 * @param hits how many of these are fraud in truth
 * @param frauds how many live transactions are
 * @param latencyMicros from when a transaction was due to be sent to its alert being read,
 *     microseconds
 * @param firstAlert since the demo began; {@code null} if none came
 * @param retraining what came of the rounds of retraining; {@code null} without them
 */
public record DemoResult(
        JobCounts counts,
        JobCounts live,
        long alerts,
        long hits,
        long frauds,
        Histogram latencyMicros,
        Duration firstAlert,
        RetrainingResult retraining) {
    public double precision() {
        return alerts == 0 ? 0 : (double) hits / alerts;
    }

    public double recall() {
        return frauds == 0 ? 0 : (double) hits / frauds;
    }
}
