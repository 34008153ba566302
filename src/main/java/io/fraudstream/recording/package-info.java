/**
 * Recorded files: the mappings that say what their columns mean, and the reader that turns their
 * rows into wire records and fraud labels. May import {@code transaction} to {@code alert}; knows
 * no Flink and no Kafka.
 */
package io.fraudstream.recording;
