/** The event store's Parquet files, written through Flink's FileSink. */
package io.fraudstream.job.store;
