package io.fraudstream.registry;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;

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
 * @param number of the registry's decision behind it; higher ones are newer, 0 is unknown
 * @param kind what becomes of the bundle
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ModelPointer(
        @JsonProperty(value = "slot", required = true) String slot,
        @JsonProperty(value = "bundle_id", required = true) String bundleId,
        @JsonProperty(value = "uri", required = true) String uri,
        @JsonProperty(value = "sha256", required = true) String sha256,
        @JsonProperty(value = "fingerprint", required = true) String fingerprint,
        @JsonProperty(value = "effective_from", required = true) long effectiveFrom,
        @JsonProperty("threshold") Double threshold,
        @JsonProperty("number") long number,
        @JsonProperty("kind") Kind kind)
        implements Serializable {
    public static final String CHAMPION = "champion";
    public static final String SHADOW = "shadow";
    public static final List<String> SLOTS = List.of(CHAMPION, SHADOW);

    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    // What stands twice, or behind the end, others may read in another way.
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build();

    /** What becomes of the bundle. */
    public enum Kind {
        /** It serves, and must not be older than what served before. */
        @JsonProperty("promotion")
        PROMOTION,
        /** It serves again, however old it is. */
        @JsonProperty("rollback")
        ROLLBACK,
        /** It serves no longer, and nothing in its place. */
        @JsonProperty("retirement")
        RETIREMENT
    }

    public ModelPointer {
        if (kind == null) {
            kind = Kind.PROMOTION;
        }
    }

    /** A promotion that no registry has numbered. */
    public ModelPointer(
            String slot,
            String bundleId,
            String uri,
            String sha256,
            String fingerprint,
            long effectiveFrom,
            Double threshold) {
        this(slot, bundleId, uri, sha256, fingerprint, effectiveFrom, threshold, 0, Kind.PROMOTION);
    }

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
        if (!SLOTS.contains(pointer.slot)) {
            throw new IOException("slot is \"" + pointer.slot + "\", expected one of " + SLOTS);
        }
        if (pointer.threshold != null && !(pointer.threshold >= 0 && pointer.threshold <= 1)) {
            throw new IOException("threshold is " + pointer.threshold + ", expected 0 to 1");
        }
        if (pointer.number < 0) {
            throw new IOException("number is " + pointer.number + ", expected 0 or more");
        }
        return pointer;
    }
}
