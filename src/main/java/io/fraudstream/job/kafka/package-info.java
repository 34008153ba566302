/** Kafka records in and out of the job. */
package io.fraudstream.job.kafka;
