package io.fraudstream.config;

import io.fraudstream.job.KafkaPipeline;
import io.fraudstream.job.KafkaSettings;
import io.fraudstream.kafka.BrokerFault;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The job jar's main class, for a Flink cluster: {@code flink run fraudstream-job.jar
 * [SETTINGS.yaml]}. Parallelism, checkpoints and state backend are the cluster's affair; the
 * settings' section {@code flink} is laid over them.
 */
public final class ClusterJob {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterJob.class);

    private ClusterJob() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 1) {
            throw new IllegalArgumentException(
                    arguments.length
                            + " arguments are given, expected at most one: the settings file");
        }
        Path file = arguments.length == 0 ? null : Path.of(arguments[0]);
        Settings settings = new SettingsReader(System.getenv()).read(file, Map.of());
        settings.kafka().requireSecrets(System.getenv());
        CodecParts parts = CodecParts.of(settings.transactions(), System.getenv());
        JobPlan plan =
                JobPlan.of(settings, parts, KafkaSettings.Start.EARLIEST, Map.of(), null, -1)
                        .withSchemas(settings, System.getenv(), LOG::warn);
        try {
            KafkaPipeline.executeOnCluster(plan.kafka(), plan.job(), plan.flink(), plan.codecs());
        } catch (RuntimeException failed) {
            throw BrokerFault.named(failed, settings.kafka().properties())
                    .<RuntimeException>map(text -> new IllegalStateException(text, failed))
                    .orElse(failed);
        }
    }
}
