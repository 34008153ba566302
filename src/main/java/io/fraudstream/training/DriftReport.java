package io.fraudstream.training;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.model.DriftCounts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * How far some events have drifted from what a model was trained on.
 *
 * @param events how many were counted
 * @param scoreIndex population stability index of the model's scores; NaN without events
 * @param features the most drifted first
 */
public record DriftReport(long events, double scoreIndex, List<FeatureDrift> features) {
    public DriftReport {
        features = List.copyOf(features);
    }

    static DriftReport of(DriftCounts counts, FeatureSchema schema) {
        List<FeatureDrift> features = new ArrayList<>();
        for (int i = 0; i < schema.size(); i++) {
            features.add(new FeatureDrift(schema.specs().get(i).name(), counts.featureIndex(i)));
        }
        features.sort(Comparator.comparingDouble(FeatureDrift::index).reversed());
        return new DriftReport(counts.events(), counts.scoreIndex(), features);
    }

    /** The feature that has drifted most. */
    public FeatureDrift worst() {
        return features.get(0);
    }
}
