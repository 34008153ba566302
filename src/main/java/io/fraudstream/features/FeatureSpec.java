package io.fraudstream.features;

/**
 * One feature of a schema.
 *
 * @param name stable, in snake case: what stores, reports and reason codes call it
 * @param words what an analyst reads, such as {@code amount compared with this card's 30-day mean}
 */
public record FeatureSpec(String name, Unit unit, Transform transform, String words) {}
