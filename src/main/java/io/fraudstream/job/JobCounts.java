package io.fraudstream.job;

import io.fraudstream.job.operator.CheckpointedCounters;
import io.fraudstream.job.operator.LatencyHistogram;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What a job has counted, in checkpointed state. Once it has drained, read = scored + rejected +
 * late + duplicate.
 *
 * @param read records of the transactions topic
 * @param late not scored because they came too late
 * @param scoredLate those of {@code scored} that came too late and were scored all the same
 * @param latencyMillis from a record's timestamp to its score; empty where events did not arrive
 *     live
 */
public record JobCounts(
        long read,
        long scored,
        long rejected,
        long late,
        long scoredLate,
        long duplicate,
        long alerts,
        long approximate,
        long labels,
        long labelsRejected,
        Histogram latencyMillis) {
    public static final JobCounts NONE =
            new JobCounts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, new Histogram(2));

    static JobCounts of(Map<String, Object> accumulators) {
        Object latency = accumulators.get(LatencyHistogram.NAME);
        return new JobCounts(
                count(accumulators, CheckpointedCounters.READ),
                count(accumulators, CheckpointedCounters.SCORED),
                count(accumulators, CheckpointedCounters.REJECTED),
                count(accumulators, CheckpointedCounters.LATE),
                count(accumulators, CheckpointedCounters.SCORED_LATE),
                count(accumulators, CheckpointedCounters.DUPLICATE),
                count(accumulators, CheckpointedCounters.ALERTS),
                count(accumulators, CheckpointedCounters.APPROXIMATE),
                count(accumulators, CheckpointedCounters.LABELS),
                count(accumulators, CheckpointedCounters.LABELS_REJECTED),
                latency instanceof Histogram histogram ? histogram : new Histogram(2));
    }

    private static long count(Map<String, Object> accumulators, String name) {
        return accumulators.get(name) instanceof Long value ? value : 0;
    }

    /** Whether every record read has come to its end. */
    public boolean isBalanced() {
        return read == scored + rejected + late + duplicate;
    }

    /** What came since those earlier counts; latency is of this run anyway. */
    public JobCounts since(JobCounts earlier) {
        return new JobCounts(
                read - earlier.read,
                scored - earlier.scored,
                rejected - earlier.rejected,
                late - earlier.late,
                scoredLate - earlier.scoredLate,
                duplicate - earlier.duplicate,
                alerts - earlier.alerts,
                approximate - earlier.approximate,
                labels - earlier.labels,
                labelsRejected - earlier.labelsRejected,
                latencyMillis);
    }
}
