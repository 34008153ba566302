package io.fraudstream.cluster;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.flink.autoscaler.config.AutoScalerOptions;
import org.apache.flink.configuration.BlobServerOptions;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.SecurityOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.state.rocksdb.RocksDBConfigurableOptions;
import org.apache.flink.state.rocksdb.RocksDBOptions;

/** What Flink itself says of configuration that stands in files of ours. */
final class FlinkKeys {
    private static final Pattern REPORTER = Pattern.compile("metrics\\.reporter\\.\\w+\\.(.+)");

    private static final Map<String, ConfigOption<?>> KNOWN = new TreeMap<>();

    static {
        Stream.of(
                        AutoScalerOptions.class,
                        BlobServerOptions.class,
                        CheckpointingOptions.class,
                        CoreOptions.class,
                        ExecutionOptions.class,
                        HighAvailabilityOptions.class,
                        JobManagerOptions.class,
                        MetricOptions.class,
                        PipelineOptions.class,
                        RestOptions.class,
                        RestartStrategyOptions.class,
                        RocksDBConfigurableOptions.class,
                        RocksDBOptions.class,
                        SecurityOptions.class,
                        StateBackendOptions.class,
                        StateRecoveryOptions.class,
                        TaskManagerOptions.class)
                .flatMap(type -> Stream.of(type.getFields()))
                .filter(field -> field.getType() == ConfigOption.class)
                .map(FlinkKeys::value)
                .forEach(option -> KNOWN.put(option.key(), option));
    }

    private FlinkKeys() {}

    private static ConfigOption<?> value(Field field) {
        try {
            return (ConfigOption<?>) field.get(null);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Keys that no option of Flink's bears today, and values that its option does not take. */
    static List<String> faults(Map<String, String> keys) {
        List<String> faults = new ArrayList<>();
        Configuration configuration = Configuration.fromMap(keys);
        keys.forEach(
                (key, value) -> {
                    Matcher reporter = REPORTER.matcher(key);
                    ConfigOption<?> option = KNOWN.get(key);
                    if (reporter.matches()) {
                        reporterFault(reporter.group(1), value).ifPresent(faults::add);
                    } else if (option == null) {
                        faults.add(key + " is no key of Flink's");
                    } else {
                        try {
                            configuration.getOptional(option);
                        } catch (IllegalArgumentException wrong) {
                            faults.add(key + " can't be " + value + ": " + wrong.getMessage());
                        }
                    }
                });
        return faults;
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
