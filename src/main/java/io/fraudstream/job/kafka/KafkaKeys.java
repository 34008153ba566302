package io.fraudstream.job.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;

/**
 * Which properties Kafka's clients would refuse. Those that they don't know may be those of what
 * they load.
 */
public final class KafkaKeys {
    /** For how long a transaction may be open. */
    public static final String TRANSACTION_TIMEOUT = ProducerConfig.TRANSACTION_TIMEOUT_CONFIG;

    // The broker's default maximum is 15 minutes; the sink's own default of an hour would be
    // refused.
    private static final Duration DEFAULT_TRANSACTION_TIMEOUT = Duration.ofMinutes(14);

    private static final List<ConfigDef> CLIENTS =
            List.of(
                    ProducerConfig.configDef(),
                    ConsumerConfig.configDef(),
                    AdminClientConfig.configDef());

    private KafkaKeys() {}

    /** For how long a transaction may be open, under these properties. */
    public static Duration transactionTimeout(Map<String, String> properties) {
        try {
            return Duration.ofMillis(Long.parseLong(properties.get(TRANSACTION_TIMEOUT)));
        } catch (NumberFormatException notGiven) {
            return DEFAULT_TRANSACTION_TIMEOUT;
        }
    }

    /** What is wrong with a value, and what was expected, by property. */
    public static Map<String, String> refused(Map<String, String> properties) {
        Map<String, String> refused = new TreeMap<>();
        properties.forEach(
                (name, value) -> {
                    if (name.equals(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG)) {
                        refused.put(
                                name,
                                "is \""
                                        + value
                                        + "\", expected kafka.bootstrapServers in its place");
                    }
                    for (ConfigDef client : CLIENTS) {
                        check(client.configKeys().get(name), value, refused);
                    }
                });
        return refused;
    }

    private static void check(ConfigDef.ConfigKey key, String value, Map<String, String> refused) {
        // References are looked up, classes loaded and passwords seen where the clients run.
        if (key == null
                || key.type == ConfigDef.Type.PASSWORD
                || key.type == ConfigDef.Type.CLASS
                || value.contains("${")) {
            return;
        }
        try {
            Object parsed = ConfigDef.parseType(key.name, value, key.type);
            if (key.validator != null) {
                key.validator.ensureValid(key.name, parsed);
            }
        } catch (ConfigException invalid) {
            String fault =
                    invalid.getMessage()
                            .replaceFirst("(?s)^Invalid value .* for configuration [^:]+:? ?", "");
            refused.put(
                    key.name,
                    "is \""
                            + value
                            + "\", expected what Kafka can read"
                            + (fault.isEmpty() ? "" : ": " + fault));
        }
    }
}
