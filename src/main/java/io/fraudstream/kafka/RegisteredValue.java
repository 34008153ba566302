package io.fraudstream.kafka;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.DecoderFactory;

/** Makes values that begin with the id of a registered schema readable. */
public final class RegisteredValue {
    private static final int PREFIX = 1 + Integer.BYTES;

    private final SchemaRegistry registry;
    private final Map<Integer, SchemaRegistry.Schema> known = new HashMap<>();

    /**
     * @param registry may be {@code null}, and then such values are told by their id
     */
    public RegisteredValue(SchemaRegistry registry) {
        this.registry = registry;
    }

    /**
     * A record's value as text: JSON for what Avro or JSON with a schema's id hold, and else what
     * the bytes are in UTF-8. Where the registry does not answer or does not know the schema, that.
     */
    public String text(byte[] value) {
        // No text begins with 0.
        if (value.length < PREFIX || value[0] != 0) {
            return new String(value, StandardCharsets.UTF_8);
        }
        int id = ByteBuffer.wrap(value, 1, Integer.BYTES).getInt();
        if (registry == null) {
            return "(" + value.length + " bytes of schema " + id + ": set kafka.schemaRegistry)";
        }
        SchemaRegistry.Schema schema = known.get(id);
        if (schema == null) {
            try {
                schema = registry.byId(id);
            } catch (SchemaRegistryException unknown) {
                return "(" + value.length + " bytes: " + unknown.getMessage() + ")";
            }
            known.put(id, schema);
        }
        return schema.kind().equals(SchemaRegistry.Kind.AVRO.name())
                ? avro(id, schema.text(), value)
                : new String(value, PREFIX, value.length - PREFIX, StandardCharsets.UTF_8);
    }

    private static String avro(int id, String schema, byte[] value) {
        try {
            GenericDatumReader<Object> reader =
                    new GenericDatumReader<>(new Schema.Parser().parse(schema));
            return reader.read(
                            null,
                            DecoderFactory.get()
                                    .binaryDecoder(value, PREFIX, value.length - PREFIX, null))
                    .toString();
        } catch (IOException | RuntimeException unreadable) {
            return "("
                    + value.length
                    + " bytes that are not of schema "
                    + id
                    + ": "
                    + unreadable
                    + ")";
        }
    }
}
