package io.fraudstream.job.state;

import io.fraudstream.transaction.Coordinates;
import io.fraudstream.transaction.Decoded;

/**
 * A record as it left the source.
 *
 * @param lastOfRun whether it is the last that a run until the topic's present end reads from its
 *     partition
 */
public record Received(Decoded decoded, Coordinates coordinates, boolean lastOfRun) {}
