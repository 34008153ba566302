package io.fraudstream.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fraudstream.config.ClusterJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.kubernetes.operator.api.FlinkDeployment;
import org.apache.flink.kubernetes.operator.api.spec.FlinkDeploymentSpec;
import org.apache.flink.kubernetes.operator.api.spec.FlinkVersion;
import org.apache.flink.kubernetes.operator.api.spec.UpgradeMode;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;
import org.apache.flink.runtime.jobmanager.JobManagerProcessUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * Reads the manifests by the classes of Kubernetes' and of the operator's interfaces, and fails at
 * a field that they do not know. The operator's classes are those of 1.10, which know no Flink 2.2:
 * {@code flinkVersion} is looked at apart. No cluster has seen the manifests.
 */
class KubernetesManifestsTest {
    private static final Path DIRECTORY = Path.of("docker", "kubernetes");

    /** Since operator 1.12; before, the same under the name that is given here. */
    private static final Map<String, String> NEWER_KEYS =
            Map.of("job.autoscaler.utilization.target", "job.autoscaler.target.utilization");

    private static final Map<String, Class<? extends HasMetadata>> KINDS =
            Map.of(
                    "v1/ConfigMap", ConfigMap.class,
                    "v1/Namespace", Namespace.class,
                    "v1/PersistentVolumeClaim", PersistentVolumeClaim.class,
                    "v1/ServiceAccount", ServiceAccount.class,
                    "batch/v1/CronJob", CronJob.class,
                    "networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class,
                    "rbac.authorization.k8s.io/v1/Role", Role.class,
                    "rbac.authorization.k8s.io/v1/RoleBinding", RoleBinding.class,
                    "flink.apache.org/v1beta1/FlinkDeployment", FlinkDeployment.class);

    private static final ObjectMapper STRICT =
            JsonMapper.builder().annotationIntrospector(new NothingUnknown()).build();

    /** These classes keep or pass over what they do not know; here it is an error. */
    private static final class NothingUnknown extends JacksonAnnotationIntrospector {
        private static final long serialVersionUID = 1L;

        @Override
        public Boolean hasAnySetter(Annotated method) {
            return false;
        }

        @Override
        public JsonIgnoreProperties.Value findPropertyIgnoralByName(
                MapperConfig<?> config, Annotated type) {
            return JsonIgnoreProperties.Value.empty();
        }
    }

    @TempDir private Path directory;

    @Test
    void everyFieldIsKnown() throws IOException {
        assertThat(manifests(FlinkDeployment.class)).hasSize(1);
        assertThat(manifests(CronJob.class)).hasSize(2);
        assertThat(manifests(NetworkPolicy.class)).hasSize(3);
        for (HasMetadata manifest : manifests(HasMetadata.class)) {
            assertThat(manifest.getMetadata().getName()).isNotEmpty();
            if (!(manifest instanceof Namespace)) {
                assertThat(manifest.getMetadata().getNamespace()).isEqualTo("fraudstream");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "job.yaml, upgradeMode:, upgradeModus:",
        "job.yaml, upgradeMode: savepoint, upgradeMode: savepoints",
        "job.yaml, taskManager:, taskManagers:",
        "job.yaml, seccompProfile:, seccomp:",
        "job.yaml, whenUnsatisfiable:, whenUnsatisfied:",
        "retraining.yaml, concurrencyPolicy:, concurrency:",
        "retraining.yaml, allowPrivilegeEscalation:, allowPrivileges:",
        "network.yaml, namespaceSelector:, namespaces:",
        "storage.yaml, accessModes:, accessMode:",
        "access.yaml, roleRef:, role:"
    })
    void aFieldOrValueThatIsNotKnownFails(String file, String right, String wrong)
            throws IOException {
        String text = Files.readString(DIRECTORY.resolve(file));
        assertThat(text).contains(right);

        assertThatThrownBy(() -> parse(text.replaceFirst(right, wrong)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(wrong.replaceAll(".*?(\\w+):?$", "$1"));
    }

    @Test
    void theVersionOfFlinkIsThatOfTheImageAndNewerThanTheOperatorsClasses() throws IOException {
        String base = Dockerfile.read(Path.of("docker", "job", "Dockerfile")).all("FROM").get(0);

        assertThat(base).startsWith("flink:2.2.");
        assertThat(Files.readString(DIRECTORY.resolve("job.yaml"))).contains("flinkVersion: v2_2");
        // Where this fails, the version can be parsed with the rest.
        assertThat(Stream.of(FlinkVersion.values()).map(Enum::name)).doesNotContain("v2_2");
    }

    @Test
    void flinkKnowsTheConfigurationAndItFitsIntoThePods() throws IOException {
        FlinkDeploymentSpec spec = deployment();
        Map<String, String> keys = new LinkedHashMap<>(spec.getFlinkConfiguration());
        NEWER_KEYS.forEach((key, former) -> keys.put(former, keys.remove(key)));

        assertThat(ManifestKeys.faults(keys)).isEmpty();
        keys.put(
                "taskmanager.memory.process.size", spec.getTaskManager().getResource().getMemory());
        keys.put("jobmanager.memory.process.size", spec.getJobManager().getResource().getMemory());
        Configuration configuration = Configuration.fromMap(keys);
        assertThat(
                        TaskExecutorProcessUtils.processSpecFromConfig(configuration)
                                .getTaskHeapSize()
                                .getMebiBytes())
                .isGreaterThan(2048);
        assertThat(
                        JobManagerProcessUtils.processSpecFromConfig(configuration)
                                .getJvmHeapMemorySize()
                                .getMebiBytes())
                .isGreaterThan(1024);
        assertThat(keys)
                .containsEntry("high-availability.type", "kubernetes")
                .containsEntry("state.backend.type", "rocksdb");
        assertThat(keys.get("execution.checkpointing.dir")).startsWith("s3://");
        // As docs/sizing.md lays it out.
        assertThat(Files.readString(Path.of("docs", "sizing.md")))
                .contains("16 task managers with 4 slots, 4 cores and 16 GB each");
        assertThat(spec.getJob().getParallelism()).isEqualTo(16 * 4);
        assertThat(keys).containsEntry("taskmanager.numberOfTaskSlots", "4");
        assertThat(spec.getTaskManager().getResource().getCpu()).isEqualTo(4);
        assertThat(spec.getTaskManager().getResource().getMemory()).isEqualTo("16g");
    }

    @Test
    void whatFlinkDoesNotKnowIsTold() {
        assertThat(
                        ManifestKeys.faults(
                                Map.of(
                                        "state.backend.typ", "rocksdb",
                                        "taskmanager.memory.managed.fraction", "much",
                                        "execution.checkpointing.interval", "60 parsecs",
                                        "jobmanager.scheduler", "Adaptable",
                                        "metrics.reporter.prom.factory.class", "org.example.None")))
                .hasSize(5);
    }

    @Test
    void theJobRunsWhatTheImageHoldsAsTheSettingsSay() throws IOException {
        FlinkDeploymentSpec spec = deployment();

        assertThat(Dockerfile.read(Path.of("docker", "job", "Dockerfile")).copies().values())
                .containsExactly(spec.getJob().getJarURI().replace("local://", ""));
        assertThat(spec.getJob().getEntryClass()).isEqualTo(ClusterJob.class.getName());
        assertThat(spec.getJob().getArgs()).containsExactly("/etc/fraudstream/settings.yaml");
        assertThat(spec.getJob().getUpgradeMode()).isEqualTo(UpgradeMode.SAVEPOINT);
    }

    /** As {@code fraudstream config check} finds them, with keys where the secrets would be. */
    @Test
    void theSettingsAreGood() throws Exception {
        Path secrets = directory.resolve("secrets");
        Files.createDirectories(secrets.resolve("card-token"));
        String wrapping = secrets.resolve("card-token/wrapping.key").toString();
        fraudstream("keys", "new", wrapping);
        fraudstream(
                "keys",
                "new",
                secrets.resolve("card-token/card-token.key").toString(),
                "--wrapped-by",
                wrapping);
        List<ConfigMap> maps = manifests(ConfigMap.class);
        assertThat(maps).hasSize(1);
        for (Map.Entry<String, String> file : maps.get(0).getData().entrySet()) {
            Files.writeString(
                    directory.resolve(file.getKey()),
                    file.getValue().replace("/run/secrets", secrets.toString()));
        }
        Path settings = directory.resolve("settings.yaml");

        assertThat(fraudstream("config", "check", settings.toString()))
                .singleElement()
                .asString()
                .contains("ok, in effect are", "exchange rates: example-2026-01");

        Files.writeString(settings, Files.readString(settings).replace("idleness:", "idle:"));
        assertThatThrownBy(() -> fraudstream("config", "check", settings.toString()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("idle");
    }

    private List<String> fraudstream(String... arguments) throws IOException, InterruptedException {
        try (JavaProcess process =
                JavaProcess.start(
                        List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"),
                        "io.fraudstream.cli.Fraudstream",
                        List.of(arguments),
                        directory.resolve("errors"))) {
            return process.lines();
        }
    }

    @Test
    void whatAPodNamesIsThere() throws IOException {
        String readme = Files.readString(Path.of("docker", "README.md"));
        for (PodSpec pod : pods()) {
            List<String> volumes = pod.getVolumes().stream().map(Volume::getName).toList();
            for (Container container : pod.getContainers()) {
                assertThat(container.getVolumeMounts())
                        .isNotEmpty()
                        .extracting(VolumeMount::getName)
                        .isSubsetOf(volumes);
            }
            for (Volume volume : pod.getVolumes()) {
                if (volume.getConfigMap() != null) {
                    assertThat(names(ConfigMap.class)).contains(volume.getConfigMap().getName());
                }
                if (volume.getPersistentVolumeClaim() != null) {
                    assertThat(names(PersistentVolumeClaim.class))
                            .contains(volume.getPersistentVolumeClaim().getClaimName());
                }
                if (volume.getSecret() != null) {
                    assertThat(volume.getSecret().getDefaultMode()).isEqualTo(0440);
                    assertThat(readme)
                            .contains(
                                    "create secret generic " + volume.getSecret().getSecretName());
                }
            }
        }
        assertThat(names(ServiceAccount.class))
                .contains(deployment().getServiceAccount())
                .containsAll(
                        manifests(CronJob.class).stream()
                                .map(job -> pod(job).getServiceAccountName())
                                .toList());
    }

    /** What the namespace's label demands, at which the API server would turn pods away. */
    @Test
    void noPodAsksForPrivilege() throws IOException {
        for (PodSpec pod : pods()) {
            assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
            assertThat(pod.getSecurityContext().getRunAsUser()).isEqualTo(9999);
            assertThat(pod.getSecurityContext().getSeccompProfile().getType())
                    .isEqualTo("RuntimeDefault");
            for (Container container : pod.getContainers()) {
                assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
                assertThat(container.getSecurityContext().getCapabilities().getDrop())
                        .containsExactly("ALL");
            }
        }
    }

    @Test
    void kustomizeTakesEveryFile() throws IOException {
        Map<?, ?> kustomization =
                (Map<?, ?>) documents(read("kustomization.yaml")).iterator().next();
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            assertThat(
                            files.map(file -> file.getFileName().toString())
                                    .filter(name -> !name.equals("kustomization.yaml")))
                    .containsExactlyInAnyOrderElementsOf(
                            ((List<?>) kustomization.get("resources"))
                                    .stream().map(Object::toString).toList());
        }
    }

    /** The pods' common template, whose containers those of each kind are merged with. */
    private static List<PodSpec> pods() throws IOException {
        List<PodSpec> pods = new ArrayList<>();
        pods.add(deployment().getPodTemplate().getSpec());
        manifests(CronJob.class).forEach(job -> pods.add(pod(job)));
        return pods;
    }

    private static PodSpec pod(CronJob job) {
        return job.getSpec().getJobTemplate().getSpec().getTemplate().getSpec();
    }

    private static FlinkDeploymentSpec deployment() throws IOException {
        return manifests(FlinkDeployment.class).get(0).getSpec();
    }

    private static List<String> names(Class<? extends HasMetadata> type) throws IOException {
        return manifests(type).stream().map(manifest -> manifest.getMetadata().getName()).toList();
    }

    private static <T> List<T> manifests(Class<T> type) throws IOException {
        List<T> manifests = new ArrayList<>();
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            for (Path file : files.sorted().toList()) {
                if (!file.endsWith("kustomization.yaml")) {
                    parse(Files.readString(file)).stream()
                            .filter(type::isInstance)
                            .map(type::cast)
                            .forEach(manifests::add);
                }
            }
        }
        return manifests;
    }

    private static String read(String file) throws IOException {
        return Files.readString(DIRECTORY.resolve(file));
    }

    private static List<HasMetadata> parse(String text) {
        List<HasMetadata> manifests = new ArrayList<>();
        for (Object document : documents(text)) {
            Map<?, ?> fields = (Map<?, ?>) document;
            Class<? extends HasMetadata> type =
                    KINDS.get(fields.get("apiVersion") + "/" + fields.get("kind"));
            assertThat(type).as(fields.toString()).isNotNull();
            if (type == FlinkDeployment.class) {
                ((Map<?, ?>) fields.get("spec")).remove("flinkVersion");
            }
            manifests.add(STRICT.convertValue(fields, type));
        }
        return manifests;
    }

    /** By YAML 1.1, as Kubernetes reads it: a mode in octal is one. */
    private static Iterable<Object> documents(String text) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        return new Yaml(new SafeConstructor(options)).loadAll(text);
    }
}
