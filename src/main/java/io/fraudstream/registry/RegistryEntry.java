package io.fraudstream.registry;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;

/**
 * One line of the registry's log: a decision about a slot, with its reasons.
 *
 * @param number runs through the whole log, from 1; a pointer carries that of its decision
 * @param at when it was decided
 * @param bundleId what it is about; {@code null} only for a refusal without a bundle
 * @param threshold that overrides the bundle's own; {@code null} to keep that
 * @param effectiveFrom event time in milliseconds since the epoch; 0 for a refusal
 */
public record RegistryEntry(
        long number,
        Instant at,
        Kind kind,
        String slot,
        String bundleId,
        Double threshold,
        long effectiveFrom,
        Why why) {

    /** What was decided. */
    public enum Kind {
        /** The bundle serves, or goes on with another threshold. */
        @JsonProperty("promoted")
        PROMOTED,
        /** An earlier bundle serves again. */
        @JsonProperty("rolled_back")
        ROLLED_BACK,
        /** The bundle serves no longer, and nothing in its place. */
        @JsonProperty("retired")
        RETIRED,
        /** The bundle is not to serve; what does goes on. */
        @JsonProperty("refused")
        REFUSED
    }

    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    /** The entry as it is written. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Line(
            @JsonProperty(required = true) long number,
            @JsonProperty(required = true) String at,
            @JsonProperty(required = true) Kind kind,
            @JsonProperty(required = true) String slot,
            @JsonProperty("bundle_id") String bundleId,
            Double threshold,
            @JsonProperty("effective_from") long effectiveFrom,
            @JsonProperty(required = true) String by,
            @JsonProperty(required = true) List<String> reasons) {}

    /** A line of JSON. */
    byte[] encode() {
        Line line =
                new Line(
                        number,
                        at.toString(),
                        kind,
                        slot,
                        bundleId,
                        threshold,
                        effectiveFrom,
                        why.by(),
                        why.reasons());
        try {
            return (JSON.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an entry always has a JSON form", e);
        }
    }

    /**
     * @throws IOException saying what is wrong with the line
     */
    static RegistryEntry decode(byte[] json) throws IOException {
        try {
            Line line = JSON.readValue(json, Line.class);
            if (line == null
                    || line.kind == null
                    || !ModelPointer.SLOTS.contains(line.slot)
                    || (line.bundleId == null && line.kind != Kind.REFUSED)
                    || line.reasons == null) {
                throw new IOException(
                        "expected number, at, kind, a slot of "
                                + ModelPointer.SLOTS
                                + ", bundle_id, by and reasons");
            }
            return new RegistryEntry(
                    line.number,
                    Instant.parse(line.at),
                    line.kind,
                    line.slot,
                    line.bundleId,
                    line.threshold,
                    line.effectiveFrom,
                    new Why(line.by, line.reasons));
        } catch (JsonProcessingException broken) {
            throw new IOException(broken.getOriginalMessage(), broken);
        } catch (DateTimeException | IllegalArgumentException | NullPointerException broken) {
            throw new IOException(broken.getMessage(), broken);
        }
    }
}
