package io.fraudstream.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Holds records against the published files in {@code schemas/}. */
public final class Schemas {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String name;
    private final JsonSchema schema;

    private Schemas(String name, JsonSchema schema) {
        this.name = name;
        this.schema = schema;
    }

    /**
     * Reads a schema.
     *
     * @param name such as {@code transaction-v1}
     */
    public static Schemas named(String name) throws IOException {
        String text = Files.readString(Path.of("schemas", name + ".schema.json"));
        return new Schemas(
                name,
                JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(text));
    }

    public void assertValid(byte[] record) throws IOException {
        JsonNode tree = JSON.readTree(record);
        assertThat(schema.validate(tree)).as(name + " " + tree).isEmpty();
        tree.fieldNames()
                .forEachRemaining(
                        field ->
                                assertThat(schema.getSchemaNode().get("properties").has(field))
                                        .as(name + " describes " + field)
                                        .isTrue());
    }

    public boolean isValid(byte[] record) throws IOException {
        return schema.validate(JSON.readTree(record)).isEmpty();
    }
}
