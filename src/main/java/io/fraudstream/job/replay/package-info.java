/**
 * Recordings as the job reads them: partitions of wire records on disk, and the source that hands
 * them over as Kafka would. Flink, and the job's own packages.
 */
package io.fraudstream.job.replay;
