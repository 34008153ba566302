package io.fraudstream.job;

import io.fraudstream.job.replay.RecordedPartitions;
import java.io.IOException;

/**
 * What a replay runs through the job, and by which way it comes in.
 *
 * @param transactions laid out by partitions
 * @param labels in one partition, in the order in which they became known
 * @param topics the topics that {@code feed} sends the recording to; {@code null} where the job
 *     reads the files themselves
 * @param feed lets more of the recording in
 */
public record ReplayInput(
        RecordedPartitions transactions,
        RecordedPartitions labels,
        KafkaSettings topics,
        Feed feed) {

    /** Lets the job read on. */
    @FunctionalInterface
    public interface Feed {
        /** Lets in so many {@link RecordedPartitions#QUARTERS quarters} of each partition. */
        void release(int quarters) throws IOException;
    }

    /** Read from the files themselves. */
    public static ReplayInput files(RecordedPartitions transactions, RecordedPartitions labels) {
        return new ReplayInput(
                transactions,
                labels,
                null,
                quarters -> {
                    RecordedPartitions.release(transactions.directory(), quarters);
                    RecordedPartitions.release(labels.directory(), quarters);
                });
    }
}
