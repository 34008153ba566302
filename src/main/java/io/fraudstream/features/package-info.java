/**
 * Behavioural features: their schema, the histories of cards and terminals, and the one engine that
 * job, trainer and backtest share. May import {@code transaction} only; knows no Flink, no Kafka,
 * no clock and no file.
 */
package io.fraudstream.features;
