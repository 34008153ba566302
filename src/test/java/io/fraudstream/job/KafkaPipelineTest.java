package io.fraudstream.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.fraudstream.registry.TrustedKeys;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.runtime.jobgraph.JobVertex;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaPipelineTest {
    /**
     * Literally, since state is found by them: a change here breaks the restore of every savepoint.
     */
    private static final Set<String> UIDS =
            Set.of(
                    "transaction-source",
                    "label-source",
                    "pointer-source",
                    "bundle-fetch",
                    "bundle-acceptance",
                    "admission",
                    "label-admission",
                    "dedupe",
                    "terminal-features",
                    "card-scoring",
                    "alerts-only",
                    "alert-sink",
                    "scored-sink",
                    "rejected-sink",
                    "late-sink",
                    "event-store",
                    "label-store");

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyOperatorHasItsUidAndNoTypeIsGeneric(boolean untilEnd) {
        Configuration configuration = new Configuration();
        KafkaPipeline.demand(
                configuration,
                new FlinkSettings(
                        2,
                        64,
                        Duration.ofSeconds(1),
                        URI.create("file:///checkpoints"),
                        false,
                        -1,
                        Map.of()),
                OrderMode.ARRIVAL);
        assertThat(configuration.get(ExecutionOptions.BUFFER_TIMEOUT))
                .isEqualTo(Duration.ofMillis(1));
        assertThat(configuration.get(PipelineOptions.GENERIC_TYPES)).isFalse();
        assertThat(configuration.get(PipelineOptions.AUTO_GENERATE_UIDS)).isFalse();
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(2, configuration);
        Map<String, Map<Integer, Long>> ends =
                untilEnd
                        ? Map.of("transactions", Map.of(0, 1L), "labels", Map.of(0, 0L))
                        : Map.of();
        KafkaPipeline.build(
                env,
                new KafkaSettings(
                        "localhost:1",
                        Map.of(),
                        "group",
                        KafkaSettings.Start.EARLIEST,
                        ends,
                        "transactions",
                        "labels",
                        "models",
                        "alerts",
                        "rejected",
                        "late",
                        "scored",
                        true,
                        "file:///store"),
                new JobSettings(
                        OrderMode.EVENT_TIME,
                        LatePolicy.DIVERT,
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(30),
                        Duration.ofDays(7),
                        JobSettings.MAX_EVENTS_PER_HISTORY,
                        JobSettings.HISTORY_CACHE_MB,
                        null,
                        List.of(),
                        false,
                        true,
                        TrustedKeys.NONE,
                        0),
                SimulatedRecording.CODECS);

        StreamGraph graph = env.getStreamGraph();

        Set<String> uids = new TreeSet<>();
        for (StreamNode node : graph.getStreamNodes()) {
            assertThat(node.getTransformationUID()).as(node.getOperatorName()).isNotNull();
            uids.add(node.getTransformationUID().replaceFirst("^.*: ", ""));
        }
        assertThat(uids).isEqualTo(UIDS);
        for (JobVertex vertex : graph.getJobGraph().getVertices()) {
            assertThat(vertex.getMaxParallelism()).as(vertex.getName()).isIn(64, 1);
        }
    }
}
