package io.fraudstream.job;

import java.io.Serializable;

/**
 * How alerts and scored transactions stand on their topics.
 *
 * @param alertSchema the registry's id of the alerts' schema; {@link #NO_ID} with plain JSON, and
 *     before the registry has been asked
 * @param scoredSchema likewise of the scored transactions'
 * @param cloudEvents whether records have the headers of CloudEvents
 */
public record OutputFormat(
        Encoding encoding, int alertSchema, int scoredSchema, boolean cloudEvents)
        implements Serializable {
    public static final int NO_ID = -1;

    /** JSON alone. */
    public static final OutputFormat PLAIN = new OutputFormat(Encoding.JSON, NO_ID, NO_ID, false);

    /** What a record's value is. */
    public enum Encoding {
        /** A JSON text. */
        JSON,
        /** The id of its JSON Schema, and a JSON text. */
        JSON_SCHEMA,
        /** The id of its Avro schema, and a record in Avro's binary encoding. */
        AVRO
    }

    /** The same with what the registry has said. */
    public OutputFormat withSchemas(int alert, int scored) {
        return new OutputFormat(encoding, alert, scored, cloudEvents);
    }
}
