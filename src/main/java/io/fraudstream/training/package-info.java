/**
 * Learning from stored or recorded events: the offline driver of the features, the event store's
 * reader, training sets, the trainer, evaluation and reports. May import {@code transaction} to
 * {@code registry}; knows no Flink and no Kafka.
 */
package io.fraudstream.training;
