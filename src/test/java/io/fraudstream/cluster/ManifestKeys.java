package io.fraudstream.cluster;

import io.fraudstream.job.FlinkKeys;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.flink.autoscaler.config.AutoScalerOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;

/** What Flink and its autoscaler say of configuration that stands in files of ours. */
final class ManifestKeys {
    private static final Pattern REPORTER = Pattern.compile("metrics\\.reporter\\.\\w+\\.(.+)");

    private ManifestKeys() {}

    /** Keys that no option bears, and values that its option does not take. */
    static List<String> faults(Map<String, String> keys) {
        List<String> faults = new ArrayList<>();
        FlinkKeys.refused(keys).forEach((key, fault) -> faults.add(key + " " + fault));
        Configuration configuration = Configuration.fromMap(keys);
        keys.forEach(
                (key, value) -> {
                    Matcher reporter = REPORTER.matcher(key);
                    Optional<ConfigOption<?>> autoscaler = ofAutoscaler(key);
                    if (reporter.matches()) {
                        reporterFault(reporter.group(1), value).ifPresent(faults::add);
                    } else if (autoscaler.isPresent()) {
                        try {
                            configuration.getOptional(autoscaler.get());
                        } catch (IllegalArgumentException wrong) {
                            faults.add(key + " can't be " + value + ": " + wrong.getMessage());
                        }
                    } else if (!FlinkKeys.isKnown(key)) {
                        faults.add(key + " is no key of Flink's");
                    }
                });
        return faults;
    }

    private static Optional<ConfigOption<?>> ofAutoscaler(String key) {
        return Stream.of(AutoScalerOptions.class.getFields())
                .filter(field -> field.getType() == ConfigOption.class)
                .<ConfigOption<?>>map(ManifestKeys::value)
                .filter(option -> option.key().equals(key))
                .findFirst();
    }

    private static ConfigOption<?> value(Field field) {
        try {
            return (ConfigOption<?>) field.get(null);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Optional<String> reporterFault(String parameter, String value) {
        if (parameter.equals("port")) {
            return value.matches("\\d{4}") ? Optional.empty() : Optional.of(value + " is no port");
        }
        if (parameter.equals("filterLabelValueCharacters")) {
            return value.matches("true|false")
                    ? Optional.empty()
                    : Optional.of(value + " is neither true nor false");
        }
        if (!parameter.equals("factory.class")) {
            return Optional.of(parameter + " is not a reporter's");
        }
        try {
            Class.forName(value);
            return Optional.empty();
        } catch (ClassNotFoundException e) {
            return Optional.of("there is no reporter " + value);
        }
    }
}
