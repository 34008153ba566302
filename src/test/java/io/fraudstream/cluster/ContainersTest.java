package io.fraudstream.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fraudstream.config.CodecParts;
import io.fraudstream.config.Settings;
import io.fraudstream.config.SettingsReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kafka.server.KafkaConfig;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;
import org.apache.flink.runtime.jobmanager.JobManagerProcessUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the Dockerfiles and the compose file against each other and against what reads them. */
class ContainersTest {
    private static final String EXACT = "[\\w./-]+:v?\\d+\\.\\d+\\.\\d+[\\w.-]*";

    private final Compose compose;

    ContainersTest() throws IOException {
        compose = Compose.read(Map.of());
    }

    @ParameterizedTest
    @ValueSource(strings = {"job", "cli"})
    void anImageIsOfAnExactBaseForAUserWithoutPrivilege(String image) throws IOException {
        Dockerfile file = Dockerfile.read(Path.of("docker", image, "Dockerfile"));

        assertThat(file.all("FROM")).singleElement().asString().matches(EXACT);
        assertThat(file.last("USER")).isEqualTo("9999:9999");
        assertThat(file.all("ADD")).isEmpty();
        Matcher version =
                Pattern.compile("<artifactId>fraudstream</artifactId>\\s*<version>([^<]+)<")
                        .matcher(Files.readString(Path.of("pom.xml")));
        assertThat(version.find()).isTrue();
        assertThat(file.arguments()).isEqualTo(Map.of("VERSION", version.group(1)));
        List<String> sent = Files.readAllLines(Path.of(".dockerignore"));
        assertThat(sent).contains("*");
        assertThat(file.copies().keySet())
                .isNotEmpty()
                .allSatisfy(
                        source ->
                                assertThat(sent)
                                        .contains(
                                                "!"
                                                        + source.replaceFirst(
                                                                "fraudstream-.*",
                                                                "fraudstream-*.jar")));
    }

    @Test
    void theJobsImageHasAHealthCheckAtThePortThatMetricsAreReportedAt() throws IOException {
        assertThat(Dockerfile.read(Path.of("docker", "job", "Dockerfile")).last("HEALTHCHECK"))
                .contains("--retries=", "http://localhost:9249/metrics");
        assertThat(service("taskmanager").flinkKeys())
                .containsEntry("metrics.reporter.prom.port", "9249");
    }

    @Test
    void everyServiceIsOfAnExactImageAndWaitsForOnesThatCanBeHealthy() {
        assertThat(compose.services().keySet())
                .containsExactlyInAnyOrder(
                        "kafka",
                        "zookeeper",
                        "topics",
                        "jobmanager",
                        "taskmanager",
                        "retrain",
                        "prometheus",
                        "grafana");
        compose.services()
                .forEach(
                        (name, service) -> {
                            assertThat(service.image()).as(name).matches(EXACT);
                            service.dependsOn()
                                    .forEach(
                                            (other, how) ->
                                                    assertThat(canBe(service(other), how))
                                                            .as(name + " waits for " + other)
                                                            .isTrue());
                        });
        // Or it would begin anew after it was stopped with a savepoint.
        assertThat(service("jobmanager").restart()).isEqualTo("on-failure");
        assertThat(service("taskmanager").replicas()).isGreaterThan(1);
    }

    private static boolean canBe(Compose.Service service, String how) {
        return switch (how) {
            case "service_healthy" -> !service.healthcheck().isEmpty();
            case "service_completed_successfully" -> service.restart().isEmpty();
            default -> false;
        };
    }

    @Test
    void whatIsMountedIsThere() {
        for (Compose.Service service : compose.services().values()) {
            assertThat(Compose.mounts(service).values())
                    .allSatisfy(place -> assertThat(place).isDirectory());
            for (String volume : service.volumes()) {
                if (!volume.startsWith(".")) {
                    assertThat(compose.volumes()).contains(volume.split(":")[0]);
                }
            }
            for (String port : service.ports()) {
                assertThat(port).startsWith("127.0.0.1:");
            }
        }
    }

    @Test
    void flinkKnowsItsConfigurationAndFitsIntoItsMemory() {
        Map<String, String> keys = service("jobmanager").flinkKeys();

        assertThat(keys).isEqualTo(service("taskmanager").flinkKeys());
        assertThat(ManifestKeys.faults(keys)).isEmpty();
        Configuration configuration = Configuration.fromMap(keys);
        assertThat(
                        TaskExecutorProcessUtils.processSpecFromConfig(configuration)
                                .getTotalProcessMemorySize())
                .isEqualTo(MemorySize.parse(service("taskmanager").memory()));
        assertThat(
                        JobManagerProcessUtils.processSpecFromConfig(configuration)
                                .getTotalProcessMemorySize())
                .isEqualTo(MemorySize.parse(service("jobmanager").memory()));
        assertThat(Integer.parseInt(keys.get("parallelism.default")))
                .isEqualTo(
                        service("taskmanager").replicas()
                                * Integer.parseInt(keys.get("taskmanager.numberOfTaskSlots")));
    }

    @Test
    void kafkaKnowsItsProperties() {
        Map<String, String> environment = service("kafka").kafkaProperties();
        Properties properties = new Properties();
        properties.putAll(environment);

        KafkaConfig config = new KafkaConfig(properties);

        assertThat(config.values().keySet()).containsAll(environment.keySet());
        assertThat(config.processRoles().size()).isEqualTo(2);
        assertThat(service("kafka").environment().get("CLUSTER_ID")).hasSize(22);
    }

    @Test
    void theSettingsAreGoodAndNameTheSharedVolume() throws Exception {
        Settings settings =
                new SettingsReader(Map.of())
                        .read(Path.of("docker", "config", "settings.yaml"), Map.of());
        CodecParts.of(settings.transactions(), Map.of());

        assertThat(settings.kafka().bootstrapServers())
                .isEqualTo(
                        service("kafka")
                                .kafkaProperties()
                                .get("advertised.listeners")
                                .replaceFirst("CONTAINERS://([^,]+),.*", "$1"));
        assertThat(settings.store().uri().getPath()).startsWith("/data/");
        for (String name : List.of("jobmanager", "taskmanager", "retrain")) {
            assertThat(service(name).volumes()).contains("data:/data");
        }
    }

    private Compose.Service service(String name) {
        return compose.services().get(name);
    }
}
