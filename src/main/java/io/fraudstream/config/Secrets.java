package io.fraudstream.config;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Tells which keys of Kafka's and Flink's own settings hold something that must never be shown. */
final class Secrets {
    static final String HIDDEN = "(hidden)";
    private static final Pattern NAMES =
            Pattern.compile(
                    "password|passwd|secret|token|credential|jaas|basic.?auth|api.?key|access.?key|account\\.key|service.?key"
                        + "|auth.?params|keystore\\.key|http.?headers|user\\.info");

    private Secrets() {}

    static boolean isSecret(String key) {
        return NAMES.matcher(key.toLowerCase(Locale.ROOT)).find();
    }

    static Map<String, String> hide(Map<String, String> settings) {
        Map<String, String> shown = new TreeMap<>(settings);
        shown.replaceAll((key, value) -> isSecret(key) ? HIDDEN : value);
        return shown;
    }
}
