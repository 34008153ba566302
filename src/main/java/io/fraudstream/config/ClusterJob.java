package io.fraudstream.config;

import io.fraudstream.job.JobSettings;
import io.fraudstream.job.KafkaPipeline;
import io.fraudstream.job.KafkaSettings;
import java.nio.file.Path;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The job jar's main class, for a Flink cluster: {@code flink run fraudstream-job.jar [SETTINGS.yaml]}. Parallelism,
 * checkpoints and state backend are the cluster's affair; the settings' section {@code flink} is laid over them.
 */
public final class ClusterJob {
    private ClusterJob() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 1) {
            throw new IllegalArgumentException(
                    arguments.length + " arguments are given, expected at most one: the settings file");
        }
        Path file = arguments.length == 0 ? null : Path.of(arguments[0]);
        Settings settings = new SettingsReader(System.getenv()).read(file, Map.of());
        CodecParts parts = CodecParts.of(settings.transactions(), System.getenv());
        JobPlan plan = JobPlan.of(settings, parts, KafkaSettings.Start.EARLIEST, Map.of(), null, -1);
        Configuration configuration = new Configuration();
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        configuration.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
        configuration.set(PipelineOptions.OBJECT_REUSE, true);
        configuration.set(PipelineOptions.MAX_PARALLELISM, plan.flink().maxParallelism());
        plan.flink().extra().forEach(configuration::setString);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        JobSettings job = plan.job();
        KafkaPipeline.build(env, plan.kafka(), job, plan.codecs());
        env.execute("Fraudstream");
    }
}
