package io.fraudstream.config;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.fraudstream.recording.Durations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/** YAML as settings are written in it: strict on types, with durations such as {@code 30s}. */
final class SettingsYaml {
    static final ObjectMapper MAPPER = mapper();

    private SettingsYaml() {}

    static String write(Settings settings) {
        try {
            return MAPPER.writeValueAsString(settings);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What makes a file no YAML, which ends reading it. */
    static SettingProblem fault(String file, JsonProcessingException broken) {
        SettingPlace place = SettingPlace.of(file, broken.getLocation());
        String what = broken.getOriginalMessage().lines().findFirst().orElse("broken");
        if (broken.getCause() instanceof MarkedYAMLException marked) {
            // Jackson names the last place where all was well.
            Mark at = marked.getProblemMark();
            place = new SettingPlace(file, at.getLine() + 1, at.getColumn() + 1);
            what =
                    (marked.getContext() == null ? "" : marked.getContext() + ", ")
                            + marked.getProblem();
        }
        return new SettingProblem(
                place, what + ", expected valid YAML; nothing from here on was read");
    }

    /** What would have fitted where something did not. */
    static String expected(JsonMappingException misfit) {
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
            return "one of " + choices(type);
        }
        return "a whole number that is not too large";
    }

    /** The values of an enum as they are written. */
    static List<String> choices(Class<?> type) {
        List<String> choices = new ArrayList<>();
        for (Object constant : type.getEnumConstants()) {
            choices.add(MAPPER.convertValue(constant, String.class));
        }
        return choices;
    }

    private static ObjectMapper mapper() {
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

    /** In a file, a relative path would be one beside that file. */
    private static final class PathWriter extends JsonSerializer<Path> {
        @Override
        public void serialize(Path value, JsonGenerator out, SerializerProvider provider)
                throws IOException {
            out.writeString(value.toAbsolutePath().toString());
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
