package io.fraudstream.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The compose file, with its anchors and variables put in. */
record Compose(Map<String, Service> services, List<String> volumes) {
    static final Path FILE = Path.of("docker", "compose.yaml");

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+)(?::-([^}]*))?}");

    /**
     * A service.
     *
     * @param dockerfile empty where the image is another's
     * @param dependsOn which services have to be how before this one starts
     * @param healthcheck the command, empty where there is none
     * @param memory its limit, empty where there is none
     */
    record Service(
            String image,
            String dockerfile,
            List<String> command,
            Map<String, String> environment,
            List<String> volumes,
            List<String> ports,
            Map<String, String> dependsOn,
            List<String> healthcheck,
            String restart,
            String memory,
            int replicas) {

        /**
         * Flink's configuration as the image's start script makes it of {@code FLINK_PROPERTIES}: a
         * key and a value a line, all blanks taken out.
         */
        Map<String, String> flinkKeys() {
            Map<String, String> keys = new LinkedHashMap<>();
            for (String line : environment.get("FLINK_PROPERTIES").split("\n")) {
                String[] parts = line.replaceAll("\\s", "").split(":", 2);
                if (!parts[0].isEmpty()) {
                    keys.put(parts[0], parts[1]);
                }
            }
            return keys;
        }

        /** The broker's properties as the image's start script makes them of the environment. */
        Map<String, String> kafkaProperties() {
            Map<String, String> properties = new TreeMap<>();
            environment.forEach(
                    (name, value) -> {
                        if (name.startsWith("KAFKA_")) {
                            properties.put(
                                    name.substring("KAFKA_".length())
                                            .toLowerCase(Locale.ROOT)
                                            .replace('_', '.'),
                                    value);
                        }
                    });
            return properties;
        }
    }

    /**
     * Reads it.
     *
     * @param variables of the shell that compose would be started from
     */
    static Compose read(Map<String, String> variables) throws IOException {
        Map<?, ?> tree =
                map(
                        new Yaml(new SafeConstructor(new LoaderOptions()))
                                .load(substituted(Files.readString(FILE), variables)));
        Map<String, Service> services = new TreeMap<>();
        map(tree.get("services"))
                .forEach((name, service) -> services.put((String) name, service(map(service))));
        return new Compose(services, strings(List.copyOf(map(tree.get("volumes")).keySet())));
    }

    private static String substituted(String text, Map<String, String> variables) {
        Matcher uses = VARIABLE.matcher(text);
        return uses.replaceAll(
                use ->
                        Matcher.quoteReplacement(
                                variables.getOrDefault(
                                        use.group(1), use.group(2) == null ? "" : use.group(2))));
    }

    private static Service service(Map<?, ?> service) {
        Map<String, String> dependsOn = new LinkedHashMap<>();
        map(service.get("depends_on"))
                .forEach(
                        (other, how) ->
                                dependsOn.put((String) other, (String) map(how).get("condition")));
        Map<String, String> environment = new LinkedHashMap<>();
        map(service.get("environment"))
                .forEach((name, value) -> environment.put((String) name, value.toString()));
        Map<?, ?> deploy = map(service.get("deploy"));
        return new Service(
                (String) service.get("image"),
                text(map(service.get("build")).get("dockerfile")),
                words(service.get("command")),
                environment,
                strings(service.get("volumes")),
                strings(service.get("ports")),
                dependsOn,
                strings(map(service.get("healthcheck")).get("test")),
                text(service.get("restart")),
                text(map(map(deploy.get("resources")).get("limits")).get("memory")),
                deploy.get("replicas") == null ? 1 : (Integer) deploy.get("replicas"));
    }

    /** What is mounted of the tree, by where it is mounted. */
    static Map<String, Path> mounts(Service service) {
        Map<String, Path> mounts = new TreeMap<>();
        for (String volume : service.volumes()) {
            String[] parts = volume.split(":");
            if (parts[0].startsWith(".")) {
                mounts.put(parts[1], FILE.resolveSibling(parts[0]).normalize());
            }
        }
        return mounts;
    }

    private static List<String> words(Object command) {
        return command instanceof String line
                ? List.of(line.strip().split("\\s+"))
                : strings(command);
    }

    private static List<String> strings(Object list) {
        List<String> strings = new ArrayList<>();
        if (list != null) {
            ((List<?>) list).forEach(entry -> strings.add((String) entry));
        }
        return strings;
    }

    private static String text(Object value) {
        return value == null ? "" : (String) value;
    }

    private static Map<?, ?> map(Object value) {
        return value == null ? Map.of() : (Map<?, ?>) value;
    }
}
