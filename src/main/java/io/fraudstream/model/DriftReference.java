package io.fraudstream.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;

/**
 * What a model's inputs and scores were like when it was trained: what {@link DriftCounts} compares
 * later ones with. It travels in the bundle as {@code drift.json}.
 *
 * @param features in the order of the vector, over the training window
 * @param score calibrated, over the validation days, since those were not fitted to
 */
public record DriftReference(List<ReferenceBins> features, ReferenceBins score) {
    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
                    .build();

    public DriftReference {
        features = List.copyOf(features);
    }

    byte[] encode() {
        try {
            return JSON.writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a reference always has a JSON form", e);
        }
    }

    /**
     * @param size how many features there must be
     */
    static DriftReference decode(byte[] json, int size) throws BundleException {
        try {
            DriftReference reference = JSON.readValue(json, DriftReference.class);
            if (reference == null || reference.features.size() != size) {
                throw new BundleException(
                        "bundle's drift.json has "
                                + (reference == null ? 0 : reference.features.size())
                                + " features, expected "
                                + size);
            }
            return reference;
        } catch (IOException broken) {
            throw new BundleException(
                    "bundle's drift.json cannot be read: " + broken.getMessage(), broken);
        }
    }
}
