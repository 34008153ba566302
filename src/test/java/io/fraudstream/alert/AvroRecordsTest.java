package io.fraudstream.alert;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fraudstream.model.Reason;
import io.fraudstream.transaction.EntryMode;
import io.fraudstream.transaction.MessageType;
import io.fraudstream.transaction.Transaction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Avro's own reader finds in our bytes by the published schemas is what our JSON says. */
class AvroRecordsTest {
    private static final int RECORDS = 2_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Random random = new Random(11);

    @Test
    void alertsSayInAvroWhatTheySayInJson() throws IOException {
        assertSame(
                schema("schemas", "alert-v1"),
                () -> scored(Decision.ALERT, false),
                ScoredTransactionAvro::encodeAlert,
                ScoredTransactionCodec::encodeAlert);
    }

    @Test
    void scoredTransactionsToo() throws IOException {
        assertSame(
                schema("schemas", "scored-transaction-v1"),
                () -> scored(any(Decision.values()), true),
                ScoredTransactionAvro::encodeScored,
                ScoredTransactionCodec::encodeScored);
    }

    private static void assertSame(
            Schema schema,
            Supplier<ScoredTransaction> some,
            Function<ScoredTransaction, byte[]> toAvro,
            Function<ScoredTransaction, byte[]> toJson)
            throws IOException {
        GenericDatumReader<GenericRecord> reader = new GenericDatumReader<>(schema);
        for (int i = 0; i < RECORDS; i++) {
            ScoredTransaction record = some.get();
            byte[] avro = toAvro.apply(record);
            BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(avro, null);
            ObjectNode said = json(reader.read(null, decoder));
            assertThat(decoder.isEnd()).as("nothing is left behind the record").isTrue();
            // In JSON the most frequent kind is left out.
            if (said.get("message_type").asText().equals("authorization")) {
                said.remove("message_type");
            }

            assertThat(said).isEqualTo(JSON.readTree(toJson.apply(record)));
        }
    }

    /** A record as an object, without what is null. */
    private static ObjectNode json(GenericRecord record) {
        ObjectNode object = JSON.createObjectNode();
        for (Schema.Field field : record.getSchema().getFields()) {
            Object value = record.get(field.pos());
            if (value != null) {
                object.set(field.name(), node(value));
            }
        }
        return object;
    }

    private static JsonNode node(Object value) {
        if (value instanceof GenericRecord record) {
            return json(record);
        }
        if (value instanceof List<?> items) {
            ArrayNode array = JSON.createArrayNode();
            items.forEach(item -> array.add(node(item)));
            return array;
        }
        if (value instanceof Number || value instanceof Boolean) {
            // As a parser takes them, which makes a small whole number an int.
            try {
                return JSON.readTree(value.toString());
            } catch (IOException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
        return JSON.getNodeFactory().textNode(value.toString());
    }

    /** Field by field, in the same order, and what one must have the other must have. */
    @ParameterizedTest
    @ValueSource(strings = {"alert-v1", "scored-transaction-v1"})
    void bothSchemasHaveTheSameFields(String name) throws IOException {
        assertSameFields(
                schema("schemas", name),
                JSON.readTree(Path.of("schemas", name + ".schema.json").toFile()));
    }

    private static void assertSameFields(Schema avro, JsonNode json) {
        List<String> names = new ArrayList<>();
        json.get("properties").fieldNames().forEachRemaining(names::add);
        assertThat(avro.getFields())
                .extracting(Schema.Field::name)
                .containsExactlyInAnyOrderElementsOf(names);
        List<String> required = new ArrayList<>();
        json.get("required").forEach(field -> required.add(field.asText()));
        assertThat(avro.getFields())
                .filteredOn(field -> !field.hasDefaultValue())
                .extracting(Schema.Field::name)
                .containsExactlyInAnyOrderElementsOf(required);
        for (Schema.Field field : avro.getFields()) {
            Schema type =
                    field.schema().isUnion() ? field.schema().getTypes().get(1) : field.schema();
            JsonNode property = json.get("properties").get(field.name());
            String described = property.has("enum") ? "enum" : property.get("type").asText();
            assertThat(described)
                    .as(field.name())
                    .isEqualTo(
                            switch (type.getType()) {
                                case STRING -> "string";
                                case LONG -> "integer";
                                case DOUBLE -> "number";
                                case BOOLEAN -> "boolean";
                                case ENUM -> "enum";
                                case ARRAY -> "array";
                                default -> "none of ours";
                            });
            if (type.getType() == Schema.Type.ENUM) {
                List<String> values = new ArrayList<>();
                property.get("enum").forEach(value -> values.add(value.asText()));
                // A reversal never alerts; in Avro one name has one definition.
                assertThat(type.getEnumSymbols()).containsAll(values);
            }
            if (type.getType() == Schema.Type.ARRAY) {
                assertSameFields(type.getElementType(), property.get("items"));
            }
        }
    }

    @Test
    void symbolsAreInTheOrderOfOurConstants() throws IOException {
        Schema scored = schema("schemas", "scored-transaction-v1");

        assertThat(scored.getField("entry_mode").schema().getTypes().get(1).getEnumSymbols())
                .isEqualTo(Stream.of(EntryMode.values()).map(EntryMode::wireName).toList());
        assertThat(scored.getField("message_type").schema().getEnumSymbols())
                .isEqualTo(Stream.of(MessageType.values()).map(MessageType::wireName).toList());
        assertThat(scored.getField("decision").schema().getEnumSymbols())
                .isEqualTo(Stream.of(Decision.values()).map(Decision::wireName).toList());
        assertThat(schema("schemas", "alert-v1").getField("message_type").schema())
                .isEqualTo(scored.getField("message_type").schema());
    }

    /** Consumers of this release read what later ones write, and later ones what this one wrote. */
    @ParameterizedTest
    @ValueSource(strings = {"alert-v1", "scored-transaction-v1"})
    void aSchemaOnlyGrows(String name) throws IOException {
        Schema then = schema("src/test/resources/golden/schemas", name);
        Schema now = schema("schemas", name);

        assertThat(SchemaCompatibility.checkReaderWriterCompatibility(then, now).getType())
                .isEqualTo(SchemaCompatibilityType.COMPATIBLE);
        assertThat(SchemaCompatibility.checkReaderWriterCompatibility(now, then).getType())
                .isEqualTo(SchemaCompatibilityType.COMPATIBLE);
    }

    private static Schema schema(String directory, String name) throws IOException {
        return new Schema.Parser().parse(Path.of(directory, name + ".avsc").toFile());
    }

    private ScoredTransaction scored(Decision decision, boolean shadow) {
        boolean observed = decision == Decision.OBSERVE;
        List<Reason> reasons =
                Stream.generate(this::reason)
                        .limit(decision == Decision.ALERT ? random.nextInt(4) : 0)
                        .toList();
        boolean beside = shadow && random.nextBoolean();
        return new ScoredTransaction(
                transaction(decision),
                new float[1],
                observed ? Double.NaN : random.nextDouble(),
                observed ? Double.NaN : random.nextDouble(),
                observed ? null : text(),
                decision,
                reasons,
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextLong(),
                beside && random.nextBoolean() ? random.nextDouble() : Double.NaN,
                beside ? text() : null,
                null);
    }

    private Reason reason() {
        return new Reason(
                text(),
                random.nextBoolean() ? random.nextGaussian() : Double.NaN,
                random.nextBoolean() ? random.nextGaussian() * 1e9 : Double.POSITIVE_INFINITY,
                random.nextGaussian(),
                text());
    }

    private Transaction transaction(Decision decision) {
        boolean place = random.nextBoolean();
        // Of each size in bytes that a whole number can have.
        long amount = random.nextLong() >> random.nextInt(64);
        MessageType type = any(MessageType.values());
        boolean alert = decision == Decision.ALERT;
        return new Transaction(
                text(),
                1_700_000_000_000L + random.nextInt(),
                text(),
                amount,
                "EUR",
                Math.abs(amount >> 1),
                maybe(),
                maybe(),
                maybe(),
                maybe(),
                random.nextBoolean() ? any(EntryMode.values()) : null,
                place ? random.nextDouble() * 90 : Double.NaN,
                place ? -random.nextDouble() * 180 : Double.NaN,
                maybe(),
                maybe(),
                alert && type == MessageType.REVERSAL ? MessageType.ADVICE : type,
                maybe());
    }

    private String maybe() {
        return random.nextBoolean() ? text() : null;
    }

    /** Up to more than two bytes of length, with letters of one to four bytes. */
    private String text() {
        String[] letters = {"a", "7", "\u00e9", "\u20ac", "\ud83d\ude00", "\"", "\\"};
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(50) == 0 ? 9_000 : 1 + random.nextInt(90);
        for (int i = 0; i < length; i++) {
            text.append(letters[random.nextInt(letters.length)]);
        }
        return text.toString();
    }

    private <T> T any(T[] values) {
        return values[random.nextInt(values.length)];
    }
}
