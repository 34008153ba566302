package io.fraudstream.job;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.flink.configuration.BlobServerOptions;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ClusterOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.FallbackKey;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.NettyShuffleEnvironmentOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.ResourceManagerOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.RpcOptions;
import org.apache.flink.configuration.SecurityOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateChangelogOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.state.rocksdb.RocksDBConfigurableOptions;
import org.apache.flink.state.rocksdb.RocksDBOptions;

/** Which of Flink's own keys can't be handed on. Keys that Flink does not know are its plugins'. */
public final class FlinkKeys {
    public static final String CHECKPOINT_INTERVAL =
            CheckpointingOptions.CHECKPOINTING_INTERVAL.key();

    private static final String DEMANDED = "it left out: the job demands ";

    /** What the job, or who starts it, decides; laid over that, these would do harm. */
    private static final Map<String, String> THE_JOBS =
            Map.of(
                    PipelineOptions.MAX_PARALLELISM.key(),
                    "job.maxParallelism in its place",
                    PipelineOptions.GENERIC_TYPES.key(),
                    DEMANDED + "false",
                    PipelineOptions.AUTO_GENERATE_UIDS.key(),
                    DEMANDED + "false",
                    PipelineOptions.OBJECT_REUSE.key(),
                    DEMANDED + "true",
                    StateRecoveryOptions.SAVEPOINT_PATH.key(),
                    "it left out: every start would go back there");

    private FlinkKeys() {}

    /** Whether an option of Flink's has this key, today or formerly. */
    public static boolean isKnown(String key) {
        return Known.OPTIONS.containsKey(key);
    }

    /** What is wrong with a value, and what was expected, by key. */
    public static Map<String, String> refused(Map<String, String> keys) {
        Map<String, String> refused = new TreeMap<>();
        keys.forEach(
                (key, value) -> {
                    String shown = "is \"" + value + "\", expected ";
                    if (THE_JOBS.containsKey(key)) {
                        refused.put(key, shown + THE_JOBS.get(key));
                    } else if (isKnown(key)) {
                        fault(Known.OPTIONS.get(key), key, value)
                                .ifPresent(
                                        fault ->
                                                refused.put(
                                                        key,
                                                        shown + "what Flink can read: " + fault));
                    }
                });
        return refused;
    }

    /** The interval between checkpoints, where a key sets one that Flink can read. */
    public static Optional<Duration> checkpointInterval(Map<String, String> keys) {
        try {
            return Configuration.fromMap(keys)
                    .getOptional(CheckpointingOptions.CHECKPOINTING_INTERVAL);
        } catch (IllegalArgumentException unreadable) {
            return Optional.empty();
        }
    }

    private static Optional<String> fault(ConfigOption<?> option, String key, String value) {
        try {
            Configuration.fromMap(Map.of(key, value)).get(option);
            return Optional.empty();
        } catch (IllegalArgumentException unreadable) {
            Throwable cause = unreadable;
            while (cause.getCause() != null && cause.getCause().getMessage() != null) {
                cause = cause.getCause();
            }
            String fault = cause.getMessage();
            return Optional.of(fault.startsWith("For input string") ? "a number" : fault);
        }
    }

    /** Loaded only where there is a key to look for. */
    private static final class Known {
        static final Map<String, ConfigOption<?>> OPTIONS = options();

        private static Map<String, ConfigOption<?>> options() {
            Map<String, ConfigOption<?>> options = new HashMap<>();
            for (Class<?> holder :
                    List.of(
                            BlobServerOptions.class,
                            CheckpointingOptions.class,
                            ClusterOptions.class,
                            CoreOptions.class,
                            ExecutionOptions.class,
                            HeartbeatManagerOptions.class,
                            HighAvailabilityOptions.class,
                            JobManagerOptions.class,
                            MetricOptions.class,
                            NettyShuffleEnvironmentOptions.class,
                            PipelineOptions.class,
                            ResourceManagerOptions.class,
                            RestOptions.class,
                            RestartStrategyOptions.class,
                            RpcOptions.class,
                            SecurityOptions.class,
                            StateBackendOptions.class,
                            StateChangelogOptions.class,
                            StateRecoveryOptions.class,
                            TaskManagerOptions.class,
                            WebOptions.class,
                            RocksDBConfigurableOptions.class,
                            RocksDBOptions.class)) {
                for (Field field : holder.getFields()) {
                    if (Modifier.isStatic(field.getModifiers())
                            && ConfigOption.class.isAssignableFrom(field.getType())) {
                        ConfigOption<?> option = read(field);
                        options.put(option.key(), option);
                        for (FallbackKey former : option.fallbackKeys()) {
                            options.putIfAbsent(former.getKey(), option);
                        }
                    }
                }
            }
            return options;
        }

        private static ConfigOption<?> read(Field field) {
            try {
                return (ConfigOption<?>) field.get(null);
            } catch (IllegalAccessException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }
}
