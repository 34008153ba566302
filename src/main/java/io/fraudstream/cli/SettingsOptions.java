package io.fraudstream.cli;

import io.fraudstream.config.CodecParts;
import io.fraudstream.config.Settings;
import io.fraudstream.config.SettingsException;
import io.fraudstream.config.SettingsReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options of every command that needs settings. */
final class SettingsOptions {
    /** Where the launcher lies, so that its settings are found from any directory. */
    static final String HOME_PROPERTY = "fraudstream.home";

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Settings; default: config/fraudstream.yaml of the installation.")
    private Path file;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Overrides one setting, such as job.parallelism=2; may be repeated.")
    private Map<String, String> overrides = new LinkedHashMap<>();

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            description = "Where Kafka is; short for --set kafka.bootstrapServers=…")
    private String bootstrapServers;

    @Option(
            names = "--topic-prefix",
            paramLabel = "PREFIX",
            description = "Stands before every topic's name; short for --set kafka.topicPrefix=…")
    private String topicPrefix;

    /** The effective settings: defaults, file, environment, options. */
    Settings settings() throws SettingsException {
        Map<String, String> all = new LinkedHashMap<>(overrides);
        if (bootstrapServers != null) {
            all.put("kafka.bootstrapServers", bootstrapServers);
        }
        if (topicPrefix != null) {
            all.put("kafka.topicPrefix", topicPrefix);
        }
        return new SettingsReader(System.getenv()).read(fileInUse(), all);
    }

    /** What the codecs are made of under these settings. */
    static CodecParts codecParts(Settings settings) throws SettingsException {
        return CodecParts.of(settings.transactions(), System.getenv());
    }

    /** The file that is read, or {@code null} where there is none. */
    Path fileInUse() {
        if (file != null) {
            return file;
        }
        String home = System.getProperty(HOME_PROPERTY);
        if (home == null) {
            return null;
        }
        Path installed = Path.of(home, "config", "fraudstream.yaml");
        return Files.exists(installed) ? installed : null;
    }
}
