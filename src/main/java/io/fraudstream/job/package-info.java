/**
 * The Flink job: {@code FraudPipeline} is the whole topology, read top to bottom. May import {@code
 * transaction} to {@code alert}, and {@code registry}; Flink lives only here and below.
 */
package io.fraudstream.job;
