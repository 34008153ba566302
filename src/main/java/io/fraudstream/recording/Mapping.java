package io.fraudstream.recording;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the columns of a recorded file mean. Written as YAML; {@code config/mappings/handbook.yaml}
 * shows every key.
 *
 * @param name the file that it was read from, for error messages
 * @param columns which column (of a CSV header) or field (of a JSON object) feeds which field on
 *     the wire
 * @param constants fields on the wire that are the same for all rows
 * @param labels how rows become fraud labels; empty for a recording without verdicts
 */
public record Mapping(
        String name,
        RecordingFormat format,
        Map<WireField, String> columns,
        Map<WireField, String> constants,
        TimeFormat timeFormat,
        AmountUnit amountUnit,
        Optional<LabelRule> labels) {

    public Mapping {
        columns = readOnly(columns);
        constants = readOnly(constants);
    }

    private static Map<WireField, String> readOnly(Map<WireField, String> fields) {
        return fields.isEmpty() ? Map.of() : Collections.unmodifiableMap(new EnumMap<>(fields));
    }

    /**
     * Reads a mapping file.
     *
     * @throws IllegalArgumentException for a file that cannot be read, an unknown or missing key or
     *     a bad value, naming file, key, value and what was expected
     */
    public static Mapping load(Path file) {
        try {
            return parse(file.toString(), Files.readString(file));
        } catch (IOException unreadable) {
            throw new IllegalArgumentException(
                    file + " cannot be read, expected a mapping file in YAML", unreadable);
        }
    }

    /** Reads a mapping from YAML; {@code name} stands for the file in error messages. */
    public static Mapping parse(String name, String yaml) {
        return new MappingParser(name).parse(yaml);
    }

    /**
     * The same mapping with labels that become known after another delay. Unchanged where it makes
     * no labels, or only ones that the recording gives a time for: {@code knownAt} is the only
     * truth, and a delay never goes on top.
     */
    public Mapping withLabelDelay(Duration labelDelay) {
        return new Mapping(
                name,
                format,
                columns,
                constants,
                timeFormat,
                amountUnit,
                labels.map(
                        rule ->
                                rule.labelDelay() == null
                                        ? rule
                                        : new LabelRule(
                                                rule.column(),
                                                rule.fraudValues(),
                                                rule.knownAtColumn(),
                                                labelDelay,
                                                rule.source())));
    }
}
