package io.fraudstream.training;

import java.util.BitSet;

/**
 * Some of a list of events that belong together, such as those of one country.
 *
 * @param name in words, such as {@code country SE}
 * @param members indexes into the list
 */
public record Segment(String name, BitSet members) {}
