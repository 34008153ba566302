package io.fraudstream.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.UncheckedIOException;
import java.util.stream.Collectors;

/** What there is to know of every key, from the records that declare them. */
public final class SettingsDocs {
    private static final int WIDTH = 100;

    private static final String YAML_HEAD =
            """
            # Fraudstream's settings, as `fraudstream config docs --format yaml` prints them. What stands here
            # is the default, so any line may go; minimal.yaml and production.yaml beside it are examples of
            # files that say only what differs.
            #
            # Over this file stand environment variables (FRAUDSTREAM_KAFKA_BOOTSTRAP_SERVERS for
            # kafka.bootstrapServers) and over those --set key.path=value on the command line.
            # Durations: 7d, 12h, 5m, 30s, 100ms. `fraudstream config check FILE` tells everything that is
            # wrong with a file, `fraudstream config show` what is in effect.
            """;

    private SettingsDocs() {}

    /** A table in Markdown: key, default, unit and meaning. */
    public static String markdown() {
        JsonNode defaults = SettingsYaml.MAPPER.valueToTree(Settings.DEFAULT);
        return SettingKey.ALL.stream()
                .map(key -> row(key, at(defaults, key)))
                .collect(
                        Collectors.joining(
                                "\n",
                                "| key | default | unit and meaning |\n|---|---|---|\n",
                                "\n"));
    }

    private static String row(SettingKey key, JsonNode value) {
        String words = key.setting().defaultInWords();
        String shown = value.isNull() || text(value).equals("\"\"") ? "" : "`" + text(value) + "` ";
        return "| `"
                + key.path()
                + "` | "
                + (words.isEmpty() ? shown : words + " ")
                + "| "
                + meaning(key)
                + " |";
    }

    private static String meaning(SettingKey key) {
        String onCluster = key.setting().onCluster();
        return key.setting().value()
                + (onCluster.isEmpty()
                        ? ""
                        : " (`run` only; on a cluster Flink's `" + onCluster + "`)");
    }

    /** A settings file that holds every default. */
    public static String yaml() {
        JsonNode defaults = SettingsYaml.MAPPER.valueToTree(Settings.DEFAULT);
        StringBuilder out = new StringBuilder(YAML_HEAD);
        for (SettingKey part : SettingKey.of(Settings.class).toList()) {
            out.append('\n');
            if (!part.isSection()) {
                write(out, "", part, at(defaults, part));
                continue;
            }
            if (part.setting() != null) {
                comment(out, "", part.setting().value());
            }
            out.append(part.path()).append(":\n");
            part.keys().forEach(key -> write(out, "  ", key, at(defaults, key)));
        }
        return out.toString();
    }

    /** Where the default is none, or the machine's, an example stands in its place. */
    private static void write(StringBuilder out, String indent, SettingKey key, JsonNode value) {
        comment(out, indent, meaning(key));
        String example = key.setting().example();
        out.append(indent)
                .append(example.isEmpty() ? "" : "# ")
                .append(key.name())
                .append(": ")
                .append(example.isEmpty() ? text(value) : example)
                .append('\n');
    }

    private static void comment(StringBuilder out, String indent, String meaning) {
        String text = meaning.replaceAll("\\[([^]]*)\\]\\([^)]*\\)", "$1");
        String start = indent + "#";
        StringBuilder line = new StringBuilder(start);
        for (String word :
                (Character.toUpperCase(text.charAt(0)) + text.substring(1) + ".").split(" ")) {
            if (line.length() + 1 + word.length() > WIDTH) {
                out.append(line).append('\n');
                line = new StringBuilder(start);
            }
            line.append(' ').append(word);
        }
        out.append(line).append('\n');
    }

    private static JsonNode at(JsonNode defaults, SettingKey key) {
        return defaults.at("/" + key.path().replace('.', '/'));
    }

    private static String text(JsonNode value) {
        try {
            return SettingsYaml.MAPPER.writeValueAsString(value).replaceFirst("^--- ", "").strip();
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
