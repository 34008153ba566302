/** Thin Flink operators: load state, call the domain, store, emit. */
package io.fraudstream.job.operator;
