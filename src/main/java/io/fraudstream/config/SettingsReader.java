package io.fraudstream.config;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.fraudstream.recording.Durations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Reads {@link Settings}: the defaults, over them a YAML file, over it the environment ({@code
 * FRAUDSTREAM_KAFKA_BOOTSTRAP_SERVERS} for {@code kafka.bootstrapServers}), over it {@code
 * key.path=value} from the command line. Strict: an unknown key or a value that does not fit is an
 * error, and all of them are told at once. A key without a value keeps its default.
 */
public final class SettingsReader {
    private static final String ENVIRONMENT_PREFIX = "FRAUDSTREAM_";

    /** Sections whose keys are not ours to check. */
    private static final Set<String> FREE_MAPS = Set.of("kafka.properties", "flink");

    /** Paths that a settings file gives relative to itself, since they are files beside it. */
    private static final Set<String> BESIDE_THE_FILE =
            Set.of(
                    "transactions.exchangeRates",
                    "transactions.cardTokenKeyFile",
                    "transactions.cardTokenWrappingKeyFile",
                    "registry.signingKeyFile",
                    "registry.trustedKeysFile");

    static final ObjectMapper YAML = yaml();

    private final Map<String, String> environment;

    /**
     * @param environment usually {@code System.getenv()}
     */
    public SettingsReader(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    /**
     * Reads the effective settings.
     *
     * @param file a YAML file, or {@code null} for none
     * @param overrides values by key path, such as {@code job.parallelism}
     * @throws SettingsException that names place, key, value and expectation of everything that is
     *     wrong
     */
    public Settings read(Path file, Map<String, String> overrides) throws SettingsException {
        Draft draft = new Draft();
        if (file != null) {
            draft.lay(parsed(file), file);
        }
        draft.layEnvironment(environment);
        overrides.forEach((key, value) -> draft.layScalar(key, value, "--set " + key));
        return draft.finish();
    }

    static String toYaml(Settings settings) {
        try {
            return YAML.writeValueAsString(settings);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ObjectNode parsed(Path file) throws SettingsException {
        try {
            JsonNode tree = YAML.readTree(Files.readString(file));
            if (tree == null || tree.isMissingNode() || tree.isNull()) {
                return YAML.createObjectNode();
            }
            if (tree instanceof ObjectNode settings) {
                return settings;
            }
            throw new SettingsException(
                    file + ": holds " + tree.getNodeType() + ", expected keys and values");
        } catch (NoSuchFileException missing) {
            throw new SettingsException(
                    file + ": does not exist, expected a settings file in YAML");
        } catch (JsonProcessingException broken) {
            throw new SettingsException(file + ": " + yamlFault(broken));
        } catch (IOException unreadable) {
            throw new SettingsException(
                    file
                            + ": can't be read ("
                            + unreadable
                            + "), expected a settings file in YAML");
        }
    }

    static String yamlFault(JsonProcessingException broken) {
        String where =
                broken.getLocation() == null
                        ? ""
                        : "line " + broken.getLocation().getLineNr() + ": ";
        String first = broken.getOriginalMessage().lines().findFirst().orElse("broken");
        return where + first + ", expected valid YAML";
    }

    /** The tree of all settings while layers are put on it. */
    private static final class Draft {
        private final ObjectNode defaults = YAML.valueToTree(Settings.DEFAULT);
        private final ObjectNode tree = defaults.deepCopy();
        private final Map<String, String> origins = new HashMap<>();
        private final List<String> problems = new ArrayList<>();

        void lay(ObjectNode layer, Path file) {
            lay(layer, tree, "", file);
        }

        private void lay(ObjectNode layer, ObjectNode target, String prefix, Path file) {
            layer.properties()
                    .forEach(
                            entry -> {
                                String key = prefix + entry.getKey();
                                JsonNode value = entry.getValue();
                                if (!target.has(entry.getKey())) {
                                    problems.add(
                                            file
                                                    + ": "
                                                    + key
                                                    + " is an unknown key, expected one of "
                                                    + names(target));
                                } else if (value.isNull()) {
                                    return;
                                } else if (!(target.get(entry.getKey())
                                        instanceof ObjectNode section)) {
                                    place(
                                            target,
                                            key,
                                            entry.getKey(),
                                            besideTheFile(key, value, file),
                                            file.toString());
                                } else if (!(value instanceof ObjectNode part)) {
                                    problems.add(
                                            file
                                                    + ": "
                                                    + key
                                                    + (FREE_MAPS.contains(key)
                                                            ? " is a plain value"
                                                            : " is " + value)
                                                    + ", expected a section of keys and values");
                                } else if (FREE_MAPS.contains(key)) {
                                    layFreely(part, section, key, file);
                                } else {
                                    lay(part, section, key + ".", file);
                                }
                            });
        }

        private void layFreely(ObjectNode layer, ObjectNode target, String prefix, Path file) {
            layer.properties()
                    .forEach(
                            entry -> {
                                if (entry.getValue().isValueNode()) {
                                    target.put(entry.getKey(), entry.getValue().asText());
                                } else {
                                    problems.add(
                                            file
                                                    + ": "
                                                    + prefix
                                                    + "."
                                                    + entry.getKey()
                                                    + " is a section, expected a plain value under"
                                                    + " the key's full name");
                                }
                            });
        }

        private static JsonNode besideTheFile(String key, JsonNode value, Path file) {
            if (!BESIDE_THE_FILE.contains(key) || !value.isTextual()) {
                return value;
            }
            return YAML.getNodeFactory()
                    .textNode(
                            file.toAbsolutePath()
                                    .resolveSibling(value.textValue())
                                    .normalize()
                                    .toString());
        }

        void layEnvironment(Map<String, String> environment) {
            layEnvironment(environment, tree, "");
        }

        private void layEnvironment(
                Map<String, String> environment, ObjectNode section, String prefix) {
            for (String name : names(section)) {
                String key = prefix + name;
                if (FREE_MAPS.contains(key)) {
                    continue;
                }
                if (section.get(name) instanceof ObjectNode part) {
                    layEnvironment(environment, part, key + ".");
                    continue;
                }
                String variable = environmentName(key);
                if (environment.containsKey(variable)) {
                    place(
                            section,
                            key,
                            name,
                            YAML.getNodeFactory().textNode(environment.get(variable)),
                            variable);
                }
            }
        }

        void layScalar(String key, String value, String origin) {
            for (String free : FREE_MAPS) {
                if (key.startsWith(free + ".")) {
                    at(free).put(key.substring(free.length() + 1), value);
                    return;
                }
            }
            int dot = key.lastIndexOf('.');
            String name = key.substring(dot + 1);
            ObjectNode section = dot < 0 ? tree : at(key.substring(0, dot));
            if (section == null || !section.has(name)) {
                problems.add(
                        origin
                                + ": "
                                + key
                                + " is an unknown key, expected one of "
                                + (section == null ? names(tree) : names(section)));
            } else if (section.get(name).isObject()) {
                problems.add(
                        origin
                                + ": "
                                + key
                                + " is a section, expected one of its keys: "
                                + names((ObjectNode) section.get(name)));
            } else {
                place(section, key, name, YAML.getNodeFactory().textNode(value), origin);
            }
        }

        private ObjectNode at(String path) {
            return tree.at("/" + path.replace('.', '/')) instanceof ObjectNode section
                    ? section
                    : null;
        }

        private void place(
                ObjectNode section, String key, String name, JsonNode value, String origin) {
            section.set(name, value);
            origins.put(key, origin);
        }

        /**
         * Puts the default in the place of each value that does not fit, so that one run finds all
         * of them.
         */
        Settings finish() throws SettingsException {
            Settings settings = null;
            while (settings == null) {
                try {
                    settings = YAML.treeToValue(tree, Settings.class);
                } catch (JsonMappingException misfit) {
                    repair(misfit);
                } catch (JsonProcessingException impossible) {
                    throw new UncheckedIOException(impossible);
                }
            }
            problems.addAll(
                    Secrets.inClear(
                            "kafka.properties",
                            settings.kafka().properties(),
                            Secrets.EXPECTED_REFERENCE));
            problems.addAll(
                    Secrets.inClear(
                            "flink",
                            settings.flink(),
                            "it in Flink's own configuration, which travels with no job"));
            if (settings.kafka().schemaRegistryCredentials() != null) {
                problems.addAll(
                        Secrets.inClear(
                                "kafka",
                                Map.of(
                                        "schemaRegistryCredentials",
                                        settings.kafka().schemaRegistryCredentials()),
                                Secrets.EXPECTED_REFERENCE));
            }
            // It would be shown with the address wherever that is.
            if (settings.kafka().schemaRegistry() != null
                    && settings.kafka().schemaRegistry().contains("@")) {
                problems.add(
                        "kafka.schemaRegistry holds a user or a password, expected them in"
                                + " kafka.schemaRegistryCredentials");
            }
            if (settings.job().format() != Settings.Format.JSON
                    && settings.kafka().schemaRegistry() == null) {
                problems.add(
                        origins.getOrDefault("job.format", "the settings")
                                + ": job.format is "
                                + YAML.valueToTree(settings.job().format())
                                + " and kafka.schemaRegistry is not set, expected the registry that"
                                + " knows the schemas");
            }
            if (!problems.isEmpty()) {
                throw new SettingsException(problems);
            }
            return settings;
        }

        private void repair(JsonMappingException misfit) {
            String path =
                    misfit.getPath().stream()
                            .map(JsonMappingException.Reference::getFieldName)
                            .collect(Collectors.joining("."));
            String key = path;
            String expected = expectation(misfit);
            if (misfit.getCause() instanceof InvalidSetting invalid) {
                key = path + "." + invalid.key;
                expected = invalid.expected;
            }
            String pointer = "/" + key.replace('.', '/');
            int dot = key.lastIndexOf('.');
            String name = key.substring(dot + 1);
            JsonNode value = tree.at(pointer);
            String origin = origins.get(key);
            if (origin == null) {
                // A value collides with a default, such as parallelism with maxParallelism: tell
                // and stop there.
                origin = "the settings";
            }
            problems.add(origin + ": " + key + " is " + value + ", expected " + expected);
            ObjectNode section = at(key.substring(0, dot));
            if (value.equals(defaults.at(pointer))) {
                section.setAll(
                        (ObjectNode) defaults.at("/" + key.substring(0, dot).replace('.', '/')));
            } else {
                section.set(name, defaults.at(pointer));
            }
        }
    }

    private static String expectation(JsonMappingException misfit) {
        Class<?> type =
                misfit instanceof MismatchedInputException mismatch
                        ? mismatch.getTargetType()
                        : null;
        if (type == Duration.class) {
            return Durations.EXPECTED;
        }
        if (type == boolean.class) {
            return "true or false";
        }
        if (type == double.class) {
            return "a number";
        }
        if (type == String.class) {
            return "a text";
        }
        if (type == Path.class) {
            return "a path";
        }
        if (type != null && type.isEnum()) {
            return "one of " + enumNames(type);
        }
        return "a whole number that is not too large";
    }

    private static Set<String> enumNames(Class<?> type) {
        Set<String> names = new LinkedHashSet<>();
        for (Object constant : type.getEnumConstants()) {
            names.add(YAML.convertValue(constant, String.class));
        }
        return names;
    }

    private static Set<String> names(ObjectNode section) {
        Set<String> names = new TreeSet<>();
        section.fieldNames().forEachRemaining(names::add);
        return names;
    }

    static String environmentName(String key) {
        return ENVIRONMENT_PREFIX
                + key.replaceAll("([a-z])([A-Z])", "$1_$2")
                        .replace('.', '_')
                        .toUpperCase(Locale.ROOT);
    }

    private static ObjectMapper yaml() {
        SimpleModule durations =
                new SimpleModule("settings")
                        .addSerializer(Duration.class, new DurationWriter())
                        .addDeserializer(Duration.class, new DurationReader())
                        .addSerializer(Path.class, new PathWriter())
                        .addDeserializer(Path.class, new PathReader());
        ObjectMapper mapper =
                new ObjectMapper(
                                YAMLFactory.builder()
                                        .enable(YAMLParser.Feature.EMPTY_STRING_AS_NULL)
                                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                        .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                                        .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                                        .enable(
                                                YAMLGenerator.Feature
                                                        .ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
                                        .build())
                        .registerModule(durations)
                        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                        .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT);
        for (LogicalType type :
                List.of(LogicalType.Integer, LogicalType.Float, LogicalType.Boolean)) {
            mapper.coercionConfigFor(type)
                    .setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail);
        }
        mapper.coercionConfigFor(LogicalType.Boolean)
                .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
        mapper.coercionConfigFor(LogicalType.Integer)
                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
        return mapper;
    }

    private static final class DurationWriter extends JsonSerializer<Duration> {
        @Override
        public void serialize(Duration value, JsonGenerator out, SerializerProvider provider)
                throws IOException {
            out.writeString(Durations.format(value));
        }
    }

    private static final class DurationReader extends JsonDeserializer<Duration> {
        @Override
        public Duration deserialize(JsonParser in, DeserializationContext context)
                throws IOException {
            try {
                return Durations.parse(in.getText());
            } catch (IllegalArgumentException e) {
                throw InvalidFormatException.from(in, e.getMessage(), in.getText(), Duration.class);
            }
        }
    }

    private static final class PathWriter extends JsonSerializer<Path> {
        @Override
        public void serialize(Path value, JsonGenerator out, SerializerProvider provider)
                throws IOException {
            out.writeString(value.toString());
        }
    }

    /** Jackson's own takes a path for a URI where it can. */
    private static final class PathReader extends JsonDeserializer<Path> {
        @Override
        public Path deserialize(JsonParser in, DeserializationContext context) throws IOException {
            String text = in.getText();
            if (!in.currentToken().isScalarValue() || text.isBlank()) {
                throw InvalidFormatException.from(in, "not a path", text, Path.class);
            }
            return Path.of(text);
        }
    }
}
