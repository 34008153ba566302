/**
 * Card transactions, fraud labels and rejected records: the facts of this field, their JSON codec
 * and the checks at the door. May import Jackson and nothing else of ours; knows no Flink, no
 * Kafka, no clock and no file.
 */
package io.fraudstream.transaction;
