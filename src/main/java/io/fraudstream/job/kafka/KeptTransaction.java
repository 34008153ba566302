package io.fraudstream.job.kafka;

import org.apache.flink.connector.kafka.sink.KafkaCommittable;

/**
 * A Kafka transaction that waits for its checkpoint, with what was written in it.
 *
 * @param records as {@link KeptRecords} packs them; {@code null} in state that was written without
 */
record KeptTransaction(KafkaCommittable transaction, byte[] records) {}
