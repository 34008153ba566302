package io.fraudstream.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.fraudstream.job.FlinkKeys;
import io.fraudstream.job.kafka.KafkaKeys;
import io.fraudstream.recording.Durations;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** All settings as a tree, while layers are put on it, with everything that is wrong with them. */
final class SettingsDraft {
    private static final Map<String, SettingKey> KEYS =
            SettingKey.ALL.stream()
                    .collect(Collectors.toUnmodifiableMap(SettingKey::path, Function.identity()));

    private static final Map<String, SettingKey> VARIABLES =
            SettingKey.ALL.stream()
                    .filter(key -> !key.isFreeMap())
                    .collect(
                            Collectors.toUnmodifiableMap(
                                    SettingKey::variable, Function.identity()));

    private static final SettingPlace DEFAULT = SettingPlace.of("the defaults");

    /** Of the launcher, and secrets: they are no slips of a key's. */
    private static final Set<String> OTHER_VARIABLES =
            Set.of(
                    "FRAUDSTREAM_HEAP",
                    "FRAUDSTREAM_JAVA_OPTS",
                    "FRAUDSTREAM_LOG_FORMAT",
                    CodecParts.KEY_VARIABLE,
                    CodecParts.WRAPPING_KEY_VARIABLE);

    /** Further apart, a variable is taken for one of something else. */
    private static final int VARIABLE_SLIPS = 2;

    private final ObjectNode defaults = SettingsYaml.MAPPER.valueToTree(Settings.DEFAULT);
    private final ObjectNode tree = defaults.deepCopy();
    private final Map<String, SettingPlace> places = new LinkedHashMap<>();
    private final Set<String> repaired = new HashSet<>();
    private final List<SettingProblem> problems = new ArrayList<>();

    /** Puts a file's values on. */
    void lay(SettingsFile file) {
        problems.addAll(file.problems());
        lay(file, file.tree(), "", tree, "");
    }

    /**
     * @param written the section's name in the file, with a dot, where it may be misspelt
     * @param prefix its right name, with a dot
     */
    private void lay(
            SettingsFile file,
            ObjectNode layer,
            String written,
            ObjectNode section,
            String prefix) {
        for (Map.Entry<String, JsonNode> entry : layer.properties()) {
            String name = entry.getKey();
            JsonNode value = entry.getValue();
            SettingPlace place = file.place(written + name);
            if (!section.has(name)) {
                tellUnknown(place, prefix, name, section);
                // A misspelt section is read on, so that what is wrong within is told, too.
                name = Spelling.nearest(name, names(section)).orElse(name);
                if (!value.isObject() || !(section.get(name) instanceof ObjectNode)) {
                    continue;
                }
            }
            // A key without a value keeps its default.
            if (!value.isNull()) {
                lay(file, value, written + entry.getKey(), section.get(name), prefix + name);
            }
        }
    }

    private void lay(
            SettingsFile file, JsonNode value, String written, JsonNode present, String key) {
        SettingPlace place = file.place(written);
        if (!(present instanceof ObjectNode section)) {
            set(key, besideTheFile(file, key, value), place);
        } else if (!(value instanceof ObjectNode layer)) {
            // The value may be a secret that slipped one level up.
            String shown = isFreeMap(key) ? "a plain value" : value.toString();
            tell(place, key, shown, "a section of keys and values");
        } else if (isFreeMap(key)) {
            layFreely(file, layer, written + ".", key + ".");
        } else {
            lay(file, layer, written + ".", section, key + ".");
        }
    }

    private void layFreely(SettingsFile file, ObjectNode layer, String written, String prefix) {
        for (Map.Entry<String, JsonNode> entry : layer.properties()) {
            String key = prefix + entry.getKey();
            SettingPlace place = file.place(written + entry.getKey());
            if (!entry.getValue().isValueNode()) {
                tell(place, key, "a section", "a plain value under the key's full name");
            } else if (!entry.getValue().isNull()) {
                set(key, TextNode.valueOf(entry.getValue().asText()), place);
            }
        }
    }

    private static JsonNode besideTheFile(SettingsFile file, String key, JsonNode value) {
        return KEYS.get(key).isFile() && value.isTextual()
                ? TextNode.valueOf(file.beside(value.textValue()))
                : value;
    }

    /** Puts those variables on that name a key. */
    void layEnvironment(Map<String, String> environment) {
        for (Map.Entry<String, String> entry : new TreeMap<>(environment).entrySet()) {
            String variable = entry.getKey();
            SettingPlace place = SettingPlace.of(variable);
            if (VARIABLES.containsKey(variable)) {
                set(VARIABLES.get(variable).path(), TextNode.valueOf(entry.getValue()), place);
            } else if (variable.startsWith(SettingKey.ENVIRONMENT_PREFIX)
                    && !OTHER_VARIABLES.contains(variable)) {
                Spelling.nearest(variable, VARIABLES.keySet(), VARIABLE_SLIPS)
                        .ifPresent(known -> tell(place, "is unknown, did you mean " + known + "?"));
            }
        }
    }

    /** Puts a value of the command line on. */
    void layOverride(String key, String value) {
        SettingPlace place = SettingPlace.of("--set " + key);
        Slot slot = slot(tree, key);
        if (slot.section == null) {
            tellUnknown(place, "", key, tree);
        } else if (!slot.isFree && !slot.section.has(slot.name)) {
            tellUnknown(
                    place,
                    key.substring(0, key.length() - slot.name.length()),
                    slot.name,
                    slot.section);
        } else if (slot.get() instanceof ObjectNode section) {
            tell(place, key, "a section", "one of its keys: " + names(section));
        } else {
            set(key, TextNode.valueOf(value), place);
        }
    }

    /**
     * What the layers come to. In the place of each value that does not fit stands its default, so
     * that one run finds all of them.
     */
    Settings settings() {
        Settings settings = null;
        while (settings == null) {
            try {
                settings = SettingsYaml.MAPPER.treeToValue(tree, Settings.class);
            } catch (JsonMappingException misfit) {
                repair(misfit);
            } catch (JsonProcessingException impossible) {
                throw new UncheckedIOException(impossible);
            }
        }
        Map<String, String> kafka = settings.kafka().properties();
        Map<String, String> flink = settings.flink();
        tellFree("kafka.properties", Secrets.inClear(kafka, Secrets.EXPECTED_REFERENCE));
        tellFree("kafka.properties", KafkaKeys.refused(kafka));
        tellFree(
                "flink",
                Secrets.inClear(
                        flink, "it in Flink's own configuration, which travels with no job"));
        tellFree("flink", FlinkKeys.refused(flink));
        tellOfRegistry(settings);
        return settings;
    }

    private void tellOfRegistry(Settings settings) {
        String registry = settings.kafka().schemaRegistry();
        String credentials = settings.kafka().schemaRegistryCredentials();
        if (credentials != null) {
            tellFree(
                    "kafka",
                    Secrets.inClear(
                            Map.of("schemaRegistryCredentials", credentials),
                            Secrets.EXPECTED_REFERENCE));
        }
        // It would be shown with the address wherever that is.
        if (registry != null && registry.contains("@")) {
            tell(
                    place("kafka.schemaRegistry"),
                    "kafka.schemaRegistry holds a user or a password, expected them in"
                            + " kafka.schemaRegistryCredentials");
        }
        if (settings.job().format() != Settings.Format.JSON && registry == null) {
            tell(
                    place("job.format"),
                    "job.format is "
                            + slot(tree, "job.format").get()
                            + " and kafka.schemaRegistry is not set, expected the registry that"
                            + " knows the schemas");
        }
    }

    List<SettingProblem> problems() {
        return problems;
    }

    /** Where a value was given that is in effect. */
    SettingPlace place(String key) {
        return places.getOrDefault(key, DEFAULT);
    }

    /** From where values in effect come: files, variables, options. */
    List<String> sources() {
        return places.values().stream().map(SettingPlace::source).distinct().toList();
    }

    /** Tells what a look at the file that a key names brings up. */
    void tellFaults(String key, Check check) {
        try {
            check.run();
        } catch (SettingsException faults) {
            faults.problems().forEach(fault -> tell(place(key), fault));
        }
    }

    /** Tells of values that fit each by itself, and would fail the job together. */
    void tellContradictions(Settings settings) {
        Duration timeout = KafkaKeys.transactionTimeout(settings.kafka().properties());
        Optional<Duration> flinks = FlinkKeys.checkpointInterval(settings.flink());
        Duration interval = flinks.orElse(settings.job().checkpointInterval());
        if (settings.job().delivery() == Settings.Delivery.EXACTLY_ONCE
                && interval.compareTo(timeout) >= 0) {
            String key =
                    flinks.isPresent()
                            ? "flink." + FlinkKeys.CHECKPOINT_INTERVAL
                            : "job.checkpointInterval";
            tell(
                    place(key),
                    key,
                    Durations.format(interval),
                    "less than kafka.properties."
                            + KafkaKeys.TRANSACTION_TIMEOUT
                            + " ("
                            + Durations.format(timeout)
                            + ") with exactly-once: transactions last from checkpoint to"
                            + " checkpoint");
        }
    }

    /** Something that looks at what settings name. */
    interface Check {
        Object run() throws SettingsException;
    }

    private void repair(JsonMappingException misfit) {
        String path =
                misfit.getPath().stream()
                        .map(JsonMappingException.Reference::getFieldName)
                        .collect(Collectors.joining("."));
        String key = path;
        String other = null;
        String expected = SettingsYaml.expected(misfit);
        if (misfit.getCause() instanceof InvalidSetting invalid) {
            String prefix = path.isEmpty() ? "" : path + ".";
            key = prefix + invalid.key;
            other = invalid.other == null ? null : prefix + invalid.other;
            expected = invalid.expected;
        }
        JsonNode value = slot(tree, key).get();
        SettingPlace place = places.get(key);
        if (place == null) {
            place = place(other);
        } else if (places.containsKey(other)) {
            expected += ", see " + places.get(other);
        }
        // What collides with a default that stands for a wrong value may be right.
        if (!repaired.contains(other)) {
            tell(place, key, String.valueOf(value), expected);
        }
        boolean progress = reset(key);
        progress |= other != null && reset(other);
        if (!progress) {
            throw new IllegalStateException(misfit);
        }
    }

    private boolean reset(String key) {
        repaired.add(key);
        Slot slot = slot(tree, key);
        JsonNode before = slot.get();
        JsonNode standard = slot(defaults, key).get();
        if (standard == null) {
            slot.section.remove(slot.name);
        } else {
            slot.section.set(slot.name, standard);
        }
        return before != null && !before.equals(standard);
    }

    /** A place in the tree; without a section where there is none. */
    private record Slot(ObjectNode section, String name, boolean isFree) {
        JsonNode get() {
            return section.get(name);
        }
    }

    private static Slot slot(ObjectNode root, String key) {
        for (SettingKey free : SettingKey.ALL) {
            if (free.isFreeMap() && key.startsWith(free.path() + ".")) {
                Slot map = slot(root, free.path());
                return new Slot(
                        (ObjectNode) map.get(), key.substring(free.path().length() + 1), true);
            }
        }
        int dot = key.lastIndexOf('.');
        JsonNode section = dot < 0 ? root : root.at("/" + key.substring(0, dot).replace('.', '/'));
        return new Slot(
                section instanceof ObjectNode node ? node : null, key.substring(dot + 1), false);
    }

    private void set(String key, JsonNode value, SettingPlace place) {
        Slot slot = slot(tree, key);
        slot.section.set(slot.name, value);
        places.put(key, place);
    }

    private void tellFree(String section, Map<String, String> faults) {
        new TreeMap<>(faults)
                .forEach(
                        (name, fault) -> {
                            String key = section + "." + name;
                            tell(place(key), key + " " + fault);
                        });
    }

    private void tellUnknown(SettingPlace place, String prefix, String name, ObjectNode section) {
        List<String> elsewhere =
                KEYS.values().stream()
                        .filter(key -> key.name().equals(name))
                        .map(SettingKey::path)
                        .sorted()
                        .toList();
        Set<String> siblings = names(section);
        String instead = "expected one of " + siblings;
        if (!elsewhere.isEmpty()) {
            instead = "did you mean " + String.join(" or ", elsewhere) + "?";
        } else if (!name.contains(".")) {
            instead =
                    Spelling.nearest(name, siblings)
                            .map(near -> "did you mean " + prefix + near + "?")
                            .orElse(instead);
        } else if (KEYS.containsKey(name)) {
            instead = "expected " + name.replaceFirst("\\.", ": with ") + " under it";
        } else {
            instead =
                    Spelling.nearest(name, KEYS.keySet())
                            .map(near -> "did you mean " + near + "?")
                            .orElse(instead);
        }
        tell(place, prefix + name + " is an unknown key, " + instead);
    }

    private void tell(SettingPlace place, String key, String value, String expected) {
        tell(place, key + " is " + value + ", expected " + expected);
    }

    private void tell(SettingPlace place, String text) {
        problems.add(new SettingProblem(place, text));
    }

    private static boolean isFreeMap(String key) {
        return KEYS.containsKey(key) && KEYS.get(key).isFreeMap();
    }

    private static Set<String> names(ObjectNode section) {
        Set<String> names = new TreeSet<>();
        section.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
