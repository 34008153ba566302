package io.fraudstream.job;

import java.io.Serializable;
import java.util.Map;

/**
 * Where the job reads and writes.
 *
 * @param properties passed to every Kafka client
 * @param groupId under which offsets are committed at each checkpoint, for lag monitors; never read
 *     back
 * @param start where to begin without a checkpoint
 * @param endOffsets where a run until the topics' present ends stops, per topic and partition;
 *     empty for a run without end
 * @param exactlyOnce whether sinks write in Kafka transactions, which show alerts one checkpoint
 *     later
 * @param lateTopic where transactions go that came too late and are to be diverted
 * @param scoredTopic the topic of scored transactions, or {@code null} to write none
 * @param output how alerts and scored transactions are written
 * @param storeDirectory URI of the event store, or {@code null} to store nothing
 */
public record KafkaSettings(
        String bootstrapServers,
        Map<String, String> properties,
        String groupId,
        Start start,
        Map<String, Map<Integer, Long>> endOffsets,
        String transactionsTopic,
        String labelsTopic,
        String modelsTopic,
        String alertsTopic,
        String rejectedTopic,
        String lateTopic,
        String scoredTopic,
        boolean exactlyOnce,
        String storeDirectory,
        OutputFormat output)
        implements Serializable {

    /** With alerts and scored transactions in JSON alone. */
    public KafkaSettings(
            String bootstrapServers,
            Map<String, String> properties,
            String groupId,
            Start start,
            Map<String, Map<Integer, Long>> endOffsets,
            String transactionsTopic,
            String labelsTopic,
            String modelsTopic,
            String alertsTopic,
            String rejectedTopic,
            String lateTopic,
            String scoredTopic,
            boolean exactlyOnce,
            String storeDirectory) {
        this(
                bootstrapServers,
                properties,
                groupId,
                start,
                endOffsets,
                transactionsTopic,
                labelsTopic,
                modelsTopic,
                alertsTopic,
                rejectedTopic,
                lateTopic,
                scoredTopic,
                exactlyOnce,
                storeDirectory,
                OutputFormat.PLAIN);
    }

    /** The same with other records. */
    public KafkaSettings withOutput(OutputFormat format) {
        return new KafkaSettings(
                bootstrapServers,
                properties,
                groupId,
                start,
                endOffsets,
                transactionsTopic,
                labelsTopic,
                modelsTopic,
                alertsTopic,
                rejectedTopic,
                lateTopic,
                scoredTopic,
                exactlyOnce,
                storeDirectory,
                format);
    }

    /**
     * Where a job without a checkpoint begins.
     *
     * @param timestamp milliseconds since the epoch for {@link Kind#TIMESTAMP}, else unused
     */
    public record Start(Kind kind, long timestamp) implements Serializable {
        public static final Start EARLIEST = new Start(Kind.EARLIEST, 0);
        public static final Start LATEST = new Start(Kind.LATEST, 0);

        /** The choices. */
        public enum Kind {
            EARLIEST,
            LATEST,
            TIMESTAMP
        }
    }

    boolean runsUntilEnd() {
        return !endOffsets.isEmpty();
    }
}
