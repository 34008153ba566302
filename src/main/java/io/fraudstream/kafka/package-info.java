/**
 * Kafka clients outside the job: the project's topics, a local broker, and the sending of
 * recordings and labels. May import {@code transaction} to {@code registry}; Flink only lives in
 * {@code job}.
 */
package io.fraudstream.kafka;
