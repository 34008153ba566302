package io.fraudstream.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A YAML file as a tree of which it is known where each key stands. What is wrong with the file
 * itself is told beside what could be read nevertheless.
 */
final class SettingsFile {
    private final Path path;
    private final ObjectNode tree = SettingsYaml.MAPPER.createObjectNode();
    private final Map<String, SettingPlace> places = new HashMap<>();
    private final List<SettingProblem> problems = new ArrayList<>();

    SettingsFile(Path path) {
        this.path = path;
        try {
            parse(Files.readString(path));
        } catch (NoSuchFileException missing) {
            tell("does not exist, expected a settings file in YAML");
        } catch (JsonProcessingException broken) {
            problems.add(SettingsYaml.fault(path.toString(), broken));
        } catch (IOException unreadable) {
            tell("can't be read (" + unreadable + "), expected a settings file in YAML");
        }
    }

    ObjectNode tree() {
        return tree;
    }

    List<SettingProblem> problems() {
        return problems;
    }

    /** Where a key stands that is in the tree, by its full name. */
    SettingPlace place(String key) {
        return places.get(key);
    }

    /** The path that a text of this file means. */
    String beside(String text) {
        return path.toAbsolutePath().resolveSibling(text).normalize().toString();
    }

    private void parse(String text) throws IOException {
        try (JsonParser in = SettingsYaml.MAPPER.createParser(text)) {
            // Keys that are there twice are told here, and no reason to stop.
            in.disable(StreamReadFeature.STRICT_DUPLICATE_DETECTION.mappedFeature());
            JsonToken first = in.nextToken();
            if (first == null || first == JsonToken.VALUE_NULL) {
                return;
            }
            if (first != JsonToken.START_OBJECT) {
                tell(
                        "holds "
                                + (first == JsonToken.START_ARRAY ? "a list" : "a plain value")
                                + ", expected keys and values");
                return;
            }
            section(in, tree, "");
            if (in.nextToken() != null) {
                problems.add(
                        new SettingProblem(
                                here(in), "another document begins, expected one in a file"));
            }
        }
    }

    private void section(JsonParser in, ObjectNode section, String prefix) throws IOException {
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String name = in.currentName();
            String key = prefix + name;
            SettingPlace before = places.putIfAbsent(key, here(in));
            if (before != null) {
                problems.add(
                        new SettingProblem(
                                here(in),
                                key
                                        + " is here again, expected it once: it is in line "
                                        + before.line()));
            }
            if (in.nextToken() != JsonToken.START_OBJECT) {
                section.set(name, in.readValueAsTree());
            } else if (section.get(name) instanceof ObjectNode sameSection) {
                section(in, sameSection, key + ".");
            } else {
                section(in, section.putObject(name), key + ".");
            }
        }
    }

    private SettingPlace here(JsonParser in) {
        return SettingPlace.of(path.toString(), in.currentTokenLocation());
    }

    private void tell(String fault) {
        problems.add(new SettingProblem(SettingPlace.of(path.toString()), fault));
    }
}
