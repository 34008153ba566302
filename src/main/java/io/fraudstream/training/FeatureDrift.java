package io.fraudstream.training;

import io.fraudstream.model.PopulationStability;

/**
 * How far one feature has drifted.
 *
 * @param index population stability index against the training window; NaN without events
 */
public record FeatureDrift(String feature, double index) {
    public PopulationStability.Reading reading() {
        return PopulationStability.Reading.of(index);
    }
}
