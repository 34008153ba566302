package io.fraudstream.cli;

import io.fraudstream.config.CheckedSettings;
import io.fraudstream.config.CodecParts;
import io.fraudstream.config.Settings;
import io.fraudstream.config.SettingsException;
import io.fraudstream.config.SettingsReader;
import io.fraudstream.kafka.TopicNames;
import io.fraudstream.kafka.Topics;
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
            description = "Settings file (default: config/fraudstream.yaml of the installation).")
    private Path file;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Override one setting, such as job.parallelism=2; may be repeated.")
    private Map<String, String> overrides = new LinkedHashMap<>();

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            description = "Kafka brokers, by commas; short for --set kafka.bootstrapServers=…")
    private String bootstrapServers;

    @Option(
            names = "--topic-prefix",
            paramLabel = "PREFIX",
            description = "Before every topic's name; short for --set kafka.topicPrefix=…")
    private String topicPrefix;

    /** The effective settings: defaults, file, environment, options. */
    Settings settings() throws SettingsException {
        return settings(Map.of());
    }

    /** The same with some settings that the command itself decides. */
    Settings settings(Map<String, String> decided) throws SettingsException {
        return new SettingsReader(System.getenv()).read(fileInUse(), overrides(decided));
    }

    /** A file under the environment and these options, with what it names. */
    CheckedSettings check(Path settings) throws SettingsException {
        return new SettingsReader(System.getenv()).check(settings, overrides(Map.of()));
    }

    private Map<String, String> overrides(Map<String, String> decided) {
        Map<String, String> all = new LinkedHashMap<>(overrides);
        if (bootstrapServers != null) {
            all.put("kafka.bootstrapServers", bootstrapServers);
        }
        if (topicPrefix != null) {
            all.put("kafka.topicPrefix", topicPrefix);
        }
        all.putAll(decided);
        return all;
    }

    /** Where Kafka is, under the effective settings. */
    Settings.Kafka kafka() throws SettingsException {
        return settings().kafka();
    }

    /** The topics as a client of these settings sees them. */
    static Topics topics(Settings.Kafka kafka) throws SettingsException {
        kafka.requireSecrets(System.getenv());
        return new Topics(kafka.bootstrapServers(), names(kafka), kafka.properties());
    }

    /** How the topics are named under these settings. */
    static TopicNames names(Settings.Kafka kafka) {
        return new TopicNames(kafka.topicPrefix());
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
