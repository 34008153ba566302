package io.fraudstream.registry;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.Serializable;

/**
 * Says which bundle serves a slot, as {@code schemas/model-pointer-v1.schema.json} describes it.
 *
 * @param slot {@code champion} or {@code shadow}
 * @param uri where the bundle lies, readable by the job
 * @param sha256 of the whole file
 * @param fingerprint of the features that it takes
 * @param effectiveFrom event time from which it serves in event-time mode; in arrival mode it
 *     serves at once
 * @param threshold overrides the bundle's own; {@code null} to keep that
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ModelPointer(
        @JsonProperty(value = "slot", required = true) String slot,
        @JsonProperty(value = "bundle_id", required = true) String bundleId,
        @JsonProperty(value = "uri", required = true) String uri,
        @JsonProperty(value = "sha256", required = true) String sha256,
        @JsonProperty(value = "fingerprint", required = true) String fingerprint,
        @JsonProperty(value = "effective_from", required = true) long effectiveFrom,
        @JsonProperty("threshold") Double threshold)
        implements Serializable {
    public static final String CHAMPION = "champion";

    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .build();

    public byte[] encode() {
        try {
            return JSON.writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a pointer always has a JSON form", e);
        }
    }

    /**
     * @throws IOException saying what is wrong with the record
     */
    public static ModelPointer decode(byte[] json) throws IOException {
        ModelPointer pointer = JSON.readValue(json, ModelPointer.class);
        if (pointer == null
                || pointer.slot == null
                || pointer.bundleId == null
                || pointer.uri == null
                || pointer.sha256 == null
                || pointer.fingerprint == null) {
            throw new IOException(
                    "model pointer lacks slot, bundle_id, uri, sha256 or fingerprint");
        }
        if (pointer.threshold != null && !(pointer.threshold >= 0 && pointer.threshold <= 1)) {
            throw new IOException("threshold is " + pointer.threshold + ", expected 0 to 1");
        }
        return pointer;
    }
}
