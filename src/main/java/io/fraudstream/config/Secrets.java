package io.fraudstream.config;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells which keys of Kafka's and Flink's own settings hold something that must never be shown, and
 * sees to it that settings only say where a secret lies: {@code ${env:NAME}}, {@code
 * ${directory:DIRECTORY:FILE}} or {@code ${file:FILE:KEY}}. Kafka's clients look it up where they
 * run, so that it travels with no job.
 */
final class Secrets {
    static final String HIDDEN = "(hidden)";
    static final String EXPECTED_REFERENCE =
            "where it lies: ${env:NAME} or ${directory:DIRECTORY:FILE}";

    private static final Pattern NAMES =
            Pattern.compile(
                    "password|passwd|secret|token|credential|jaas|basic.?auth|api.?key|access.?key|account\\.key|service.?key"
                        + "|auth.?params|keystore\\.key|http.?headers|user\\.info");

    /** These only look like secrets by their names. */
    private static final Pattern NO_SECRETS =
            Pattern.compile("(url|uri|location|file|path|type|class|provider|name|ms|seconds)$");

    private static final Pattern REFERENCE =
            Pattern.compile("\\$\\{(env|directory|file):([^}]+)\\}");
    private static final Pattern JAAS_OPTION =
            Pattern.compile("([\\w.]+)\\s*=\\s*(\"[^\"]*\"|'[^']*'|[^\\s;]+)");

    private static final String PROVIDERS = "config.providers";
    private static final Map<String, String> PROVIDER_CLASSES =
            Map.of(
                    "env", "org.apache.kafka.common.config.provider.EnvVarConfigProvider",
                    "directory", "org.apache.kafka.common.config.provider.DirectoryConfigProvider",
                    "file", "org.apache.kafka.common.config.provider.FileConfigProvider");

    private Secrets() {}

    static boolean isSecret(String key) {
        return NAMES.matcher(key.toLowerCase(Locale.ROOT)).find();
    }

    static Map<String, String> hide(Map<String, String> settings) {
        Map<String, String> shown = new TreeMap<>(settings);
        shown.replaceAll((key, value) -> isSecret(key) ? HIDDEN : value);
        return shown;
    }

    /** Kafka's settings with what it looks references up by, where there are any. */
    static Map<String, String> withProviders(Map<String, String> kafka) {
        boolean refers = kafka.values().stream().anyMatch(value -> REFERENCE.matcher(value).find());
        if (!refers || kafka.containsKey(PROVIDERS)) {
            return kafka;
        }
        Map<String, String> all = new TreeMap<>(kafka);
        all.put(PROVIDERS, String.join(",", new TreeMap<>(PROVIDER_CLASSES).keySet()));
        PROVIDER_CLASSES.forEach((name, type) -> all.put(PROVIDERS + "." + name + ".class", type));
        return all;
    }

    /**
     * What is wrong with what stands in clear where a reference is expected, without showing it.
     */
    static Map<String, String> inClear(Map<String, String> settings, String expected) {
        Map<String, String> problems = new TreeMap<>();
        settings.forEach(
                (key, value) -> {
                    if (isInClear(key, value)) {
                        problems.put(key, "holds a secret in clear, expected " + expected);
                    }
                });
        return problems;
    }

    private static boolean isInClear(String key, String value) {
        String name = key.toLowerCase(Locale.ROOT);
        if (!isSecret(key) || NO_SECRETS.matcher(name).find() || isReference(value)) {
            return false;
        }
        if (!name.endsWith("jaas.config")) {
            return true;
        }
        // The name of the user may stand there, the password may not.
        Matcher options = JAAS_OPTION.matcher(value);
        boolean found = false;
        while (options.find()) {
            found = true;
            String given = options.group(2).replaceAll("^[\"']|[\"']$", "");
            if (isInClear(options.group(1), given)) {
                return true;
            }
        }
        return !found && !value.contains("required");
    }

    private static boolean isReference(String value) {
        return REFERENCE.matcher(value.strip()).matches();
    }

    /** References that lead nowhere, or to a file that everyone may read, a line each. */
    static List<String> unresolved(
            String section, Map<String, String> settings, Map<String, String> environment) {
        List<String> problems = new ArrayList<>();
        new TreeMap<>(settings)
                .forEach(
                        (key, value) -> {
                            Matcher references = REFERENCE.matcher(value);
                            while (references.find()) {
                                String setting = section + "." + key;
                                String where = references.group(2);
                                if (!references.group(1).equals("env")) {
                                    problems.addAll(SecretFile.faults(setting, file(references)));
                                } else if (environment.getOrDefault(where, "").isBlank()) {
                                    problems.add(
                                            setting
                                                    + " refers to the environment variable "
                                                    + where
                                                    + ", expected it to be set");
                                }
                            }
                        });
        return problems;
    }

    /**
     * What a reference stands for.
     *
     * @throws SettingsException if there is nothing, or others may read it
     */
    static String resolve(String setting, String value, Map<String, String> environment)
            throws SettingsException {
        Matcher reference = REFERENCE.matcher(value.strip());
        if (!reference.matches()) {
            throw new SettingsException(
                    setting + " is no reference, expected " + EXPECTED_REFERENCE);
        }
        String where = reference.group(2);
        String found;
        switch (reference.group(1)) {
            case "env" -> found = environment.getOrDefault(where, "");
            case "directory" -> found = SecretFile.read(setting, file(reference));
            default -> {
                Properties properties = new Properties();
                try {
                    properties.load(new StringReader(SecretFile.read(setting, file(reference))));
                } catch (IOException impossible) {
                    throw new UncheckedIOException(impossible);
                }
                found = properties.getProperty(where.substring(where.lastIndexOf(':') + 1), "");
            }
        }
        if (found.isBlank()) {
            throw new SettingsException(
                    setting + " is " + value + ", expected something to be there");
        }
        return found.strip();
    }

    private static Path file(Matcher reference) {
        String where = reference.group(2);
        int colon = where.lastIndexOf(':');
        Path first = Path.of(colon < 0 ? where : where.substring(0, colon));
        return reference.group(1).equals("file")
                ? first
                : first.resolve(where.substring(colon + 1));
    }
}
