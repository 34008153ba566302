package io.fraudstream.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.apache.logging.log4j.core.config.properties.PropertiesConfigurationFactory;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.core.time.MutableInstant;
import org.apache.logging.log4j.message.SimpleMessage;
import org.apache.logging.log4j.util.SortedArrayStringMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is logged as JSON is a line of JSON, whatever a message holds. */
class LogFormatTest {
    private static final String LAUNCHER = "src/main/resources/log4j2.properties";
    private static final String CLUSTER = "config/log4j-json.properties";
    private static final Instant TIME = Instant.parse("2026-03-01T12:00:00.123Z");
    private static final ObjectMapper JSON = new ObjectMapper();

    @ParameterizedTest
    @ValueSource(strings = {LAUNCHER, CLUSTER})
    void aLineHoldsAMessageWithItsFields(String file) throws Exception {
        String message = "\"quoted\", {braced}, a\\b\nsecond line\t\u20ac \u0001";

        JsonNode line =
                line(
                        file,
                        message,
                        null,
                        Map.of("flink-job-id", "0123", "inputs", "kafka://b:1/t", "other", "x"));

        assertThat(JSON.convertValue(line, new TypeReference<Map<String, String>>() {}))
                .isEqualTo(
                        Map.of(
                                "time", "2026-03-01T12:00:00.123Z",
                                "level", "WARN",
                                "logger", "io.fraudstream.Some",
                                "thread", "worker \"1\"",
                                "message", message,
                                "job", "0123",
                                "inputs", "kafka://b:1/t"));
    }

    @ParameterizedTest
    @ValueSource(strings = {LAUNCHER, CLUSTER})
    void anExceptionIsAFieldWithItsStackTrace(String file) throws Exception {
        JsonNode line = line(file, "failed", new IOException("\"disk\" full\nreally"), Map.of());

        assertThat(line.get("message").asText()).isEqualTo("failed");
        assertThat(line.get("exception").asText().strip())
                .startsWith("java.io.IOException: \"disk\" full\nreally")
                .contains("at io.fraudstream.cli.LogFormatTest.");
        assertThat(line.has("job")).isFalse();
    }

    private static JsonNode line(
            String file, String message, Throwable thrown, Map<String, String> context)
            throws Exception {
        SortedArrayStringMap data = new SortedArrayStringMap();
        context.forEach(data::putValue);
        MutableInstant time = new MutableInstant();
        time.initFromEpochMilli(TIME.toEpochMilli(), 0);
        Log4jLogEvent event =
                Log4jLogEvent.newBuilder()
                        .setLoggerName("io.fraudstream.Some")
                        .setLevel(Level.WARN)
                        .setThreadName("worker \"1\"")
                        .setMessage(new SimpleMessage(message))
                        .setThrown(thrown)
                        .setContextData(data)
                        .setInstant(time)
                        .build();
        String text = new String(json(file).getLayout().toByteArray(event), UTF_8);
        assertThat(text).endsWith("\n");
        assertThat(text.lines()).hasSize(1);
        return JSON.readTree(text);
    }

    private static Appender json(String file) throws IOException {
        Configuration configuration =
                new PropertiesConfigurationFactory()
                        .getConfiguration(
                                new LoggerContext("test"),
                                new ConfigurationSource(Files.newInputStream(Path.of(file))));
        configuration.initialize();
        return configuration.getAppender("json");
    }
}
