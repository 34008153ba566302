package io.fraudstream.transaction;

/**
 * What comes out of a record's bytes: a {@link Transaction} or {@link FraudLabel} that passed every
 * check, or a {@link Rejection} that says what was wrong. Decoding never throws.
 */
public sealed interface Decoded permits Transaction, FraudLabel, Rejection {}
