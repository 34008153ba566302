package io.fraudstream.model.dl4j;

/**
 * One pass over the examples.
 *
 * @param epoch from 1
 * @param loss mean over the epoch's batches of what was made small: see {@link Loss}
 * @param validation what the caller's measure gave behind it; NaN where it cannot be measured
 */
public record EpochResult(int epoch, double loss, double validation) {}
