package io.fraudstream.recording;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a mapping's YAML strictly, so that a misspelt key is an error and not a column that stays
 * empty.
 */
final class MappingParser {
    private static final ObjectMapper YAML =
            new ObjectMapper(
                            YAMLFactory.builder()
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final String file;

    MappingParser(String file) {
        this.file = file;
    }

    Mapping parse(String yaml) {
        JsonNode root;
        try {
            root = YAML.readTree(yaml);
        } catch (JsonProcessingException broken) {
            throw new IllegalArgumentException(
                    file + ": expected YAML, " + broken.getOriginalMessage(), broken);
        }
        object(
                "the file",
                root,
                "format",
                "columns",
                "constants",
                "timeFormat",
                "amountUnit",
                "labels");
        Map<WireField, String> columns = fields("columns", required(root, "", "columns"));
        Map<WireField, String> constants =
                root.has("constants")
                        ? fields("constants", root.get("constants"))
                        : new EnumMap<>(WireField.class);
        checkFields(columns, constants);
        return new Mapping(
                file,
                oneOf("format", required(root, "", "format"), RecordingFormat.values()),
                columns,
                constants,
                timeFormat(required(root, "", "timeFormat")),
                oneOf("amountUnit", required(root, "", "amountUnit"), AmountUnit.values()),
                root.has("labels") ? Optional.of(labels(root.get("labels"))) : Optional.empty());
    }

    private void checkFields(Map<WireField, String> columns, Map<WireField, String> constants) {
        constants.forEach(
                (field, value) -> {
                    if (!field.mayBeConstant()) {
                        throw wrong(
                                "constants." + field.wireName(),
                                value,
                                "a column, since it differs from row to row");
                    }
                    if (columns.containsKey(field)) {
                        throw wrong(
                                "constants." + field.wireName(),
                                value,
                                "either a column or a constant");
                    }
                });
        for (WireField field : WireField.values()) {
            if (field.isRequired()
                    && !columns.containsKey(field)
                    && !constants.containsKey(field)) {
                throw wrong("columns." + field.wireName(), null, "the name of a column");
            }
        }
    }

    private Map<WireField, String> fields(String key, JsonNode node) {
        Map<WireField, String> fields = new EnumMap<>(WireField.class);
        List<String> known = List.of(WireField.values()).stream().map(WireField::wireName).toList();
        object(key, node, known.toArray(String[]::new));
        node.properties()
                .forEach(
                        entry ->
                                fields.put(
                                        WireField.valueOf(entry.getKey().toUpperCase(Locale.ROOT)),
                                        text(key + "." + entry.getKey(), entry.getValue())));
        return fields;
    }

    private LabelRule labels(JsonNode node) {
        object("labels", node, "column", "fraud", "knownAt", "labelDelay", "source");
        // Recorded times of knowledge suffice: a fraud without one was never reported.
        boolean delayed = node.has("labelDelay") || !node.has("knownAt");
        Duration labelDelay =
                delayed
                        ? duration("labels.labelDelay", required(node, "labels.", "labelDelay"))
                        : null;
        Set<String> fraud = new LinkedHashSet<>();
        JsonNode values = required(node, "labels.", "fraud");
        if (!values.isArray() || values.isEmpty()) {
            throw wrong(
                    "labels.fraud",
                    values,
                    "a list of the values that mean fraud, such as [\"1\"]");
        }
        values.forEach(value -> fraud.add(text("labels.fraud", value)));
        return new LabelRule(
                text("labels.column", required(node, "labels.", "column")),
                fraud,
                node.has("knownAt") ? text("labels.knownAt", node.get("knownAt")) : null,
                labelDelay,
                text("labels.source", required(node, "labels.", "source")));
    }

    private Duration duration(String key, JsonNode node) {
        try {
            return Durations.parse(text(key, node));
        } catch (IllegalArgumentException unreadable) {
            throw wrong(key, node, Durations.EXPECTED);
        }
    }

    private TimeFormat timeFormat(JsonNode node) {
        try {
            return new TimeFormat(text("timeFormat", node));
        } catch (IllegalArgumentException unusable) {
            throw wrong("timeFormat", node, TimeFormat.EXPECTED);
        }
    }

    private <E extends Enum<E>> E oneOf(String key, JsonNode node, E[] values) {
        for (E value : values) {
            if (value.name().toLowerCase(Locale.ROOT).equals(node.asText())) {
                return value;
            }
        }
        List<String> names =
                List.of(values).stream()
                        .map(value -> value.name().toLowerCase(Locale.ROOT))
                        .toList();
        throw wrong(key, node, "one of " + names);
    }

    private void object(String key, JsonNode node, String... known) {
        if (!node.isObject()) {
            throw wrong(key, node, "keys out of " + List.of(known));
        }
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            if (!List.of(known).contains(entry.getKey())) {
                String prefix = key.equals("the file") ? "" : key + ".";
                throw new IllegalArgumentException(
                        file
                                + ": the key "
                                + prefix
                                + entry.getKey()
                                + " (value "
                                + shown(entry.getValue())
                                + ") is unknown, expected one of "
                                + List.of(known));
            }
        }
    }

    private JsonNode required(JsonNode parent, String prefix, String key) {
        JsonNode node = parent.get(key);
        if (node == null || node.isNull()) {
            throw wrong(prefix + key, null, "a value");
        }
        return node;
    }

    private String text(String key, JsonNode node) {
        if (!node.isValueNode() || node.isNull() || node.asText().isBlank()) {
            throw wrong(key, node, "a text");
        }
        return node.asText();
    }

    private IllegalArgumentException wrong(String key, Object value, String expected) {
        return new IllegalArgumentException(
                file
                        + ": "
                        + key
                        + " is "
                        + (value == null ? "missing" : shown(value))
                        + ", expected "
                        + expected);
    }

    private static String shown(Object value) {
        return value instanceof JsonNode node && !node.isTextual()
                ? node.toString()
                : "\"" + plain(value) + "\"";
    }

    private static String plain(Object value) {
        return value instanceof JsonNode node ? node.asText() : value.toString();
    }
}
