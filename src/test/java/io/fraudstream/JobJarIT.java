package io.fraudstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/** Opens the jar that goes to a cluster: what must be in it, and what must not. */
class JobJarIT {
    private static final List<String> FOREIGN =
            List.of(
                    "org/deeplearning4j/",
                    "org/nd4j/",
                    "org/bytedeco/",
                    "org/duckdb/",
                    "org/rocksdb/",
                    "org/apache/avro/",
                    "org/apache/flink/api/",
                    "org/apache/flink/core/",
                    "org/apache/flink/runtime/",
                    "org/apache/flink/table/",
                    "org/apache/hadoop/",
                    "org/apache/logging/",
                    "org/slf4j/",
                    "kafka/",
                    "scala/",
                    "picocli/",
                    "io/fraudstream/cli/",
                    "io/fraudstream/cluster/",
                    "io/fraudstream/demo/",
                    "io/fraudstream/model/dl4j/",
                    "io/fraudstream/simulation/",
                    "io/fraudstream/training/");

    private static final List<String> NEEDED =
            List.of(
                    "io/fraudstream/transaction/TransactionCodec.class",
                    "io/fraudstream/config/exchange-rates.yaml",
                    "io/fraudstream/config/alert-v1.avsc",
                    "io/fraudstream/config/scored-transaction-v1.schema.json",
                    "org/apache/flink/connector/kafka/source/KafkaSource.class",
                    "org/apache/flink/formats/parquet/ParquetWriterFactory.class",
                    "org/apache/kafka/clients/producer/KafkaProducer.class",
                    "org/apache/parquet/hadoop/ParquetWriter.class",
                    "org/HdrHistogram/Histogram.class",
                    "io/fraudstream/config/ClusterJob.class",
                    "com/fasterxml/jackson/core/JsonFactory.class");

    @Test
    void theJobJarHoldsTheJobAndWhatFlinkDoesNotBring() throws IOException {
        Path path = Path.of(System.getProperty("fraudstream.jobJar"));
        try (JarFile jar = new JarFile(path.toFile())) {
            TreeSet<String> names = new TreeSet<>();
            jar.stream().map(ZipEntry::getName).forEach(names::add);

            assertThat(names).containsAll(NEEDED);
            names.removeIf(name -> !name.endsWith(".class"));
            assertThat(names)
                    .filteredOn(name -> name.startsWith("io/fraudstream/kafka/"))
                    .isSubsetOf(
                            "io/fraudstream/kafka/TopicNames.class",
                            "io/fraudstream/kafka/BrokerFault.class",
                            "io/fraudstream/kafka/SchemaRegistry.class",
                            "io/fraudstream/kafka/SchemaRegistry$Kind.class",
                            "io/fraudstream/kafka/SchemaRegistry$Request.class",
                            "io/fraudstream/kafka/SchemaRegistry$Schema.class",
                            "io/fraudstream/kafka/SchemaRegistryException.class");
            assertThat(names)
                    .filteredOn(name -> name.startsWith("io/fraudstream/recording/"))
                    .isSubsetOf("io/fraudstream/recording/Durations.class");
            assertThat(names).noneMatch(name -> FOREIGN.stream().anyMatch(name::startsWith));
            assertThat(names)
                    .noneMatch(
                            name ->
                                    name.startsWith("org/apache/flink/streaming/")
                                            && !name.startsWith(
                                                    "org/apache/flink/streaming/connectors/kafka/"));
            assertThat(jar.getManifest().getMainAttributes().getValue(Attributes.Name.MAIN_CLASS))
                    .isEqualTo("io.fraudstream.config.ClusterJob");
        }
    }

    /**
     * Shade's own transformer drops every licence, and writes the year of the build into the
     * notice.
     */
    @Test
    void theJobJarHoldsTheLicencesAndNoticesOfWhatItHolds() throws IOException {
        try (JarFile jar = new JarFile(System.getProperty("fraudstream.jobJar"))) {
            assertThat(text(jar, "META-INF/LICENSE"))
                    .startsWith(Files.readString(Path.of("LICENSE")))
                    .contains("parquet");
            assertThat(text(jar, "META-INF/LICENSE.txt")).contains("Gil Tene");
            assertThat(text(jar, "META-INF/NOTICE"))
                    .startsWith(Files.readString(Path.of("NOTICE")))
                    .contains("Flink : Connectors : Kafka", "Jackson JSON processor");
        }
    }

    private static String text(JarFile jar, String name) throws IOException {
        return new String(
                jar.getInputStream(jar.getEntry(name)).readAllBytes(), StandardCharsets.UTF_8);
    }

    /** A class of ours that the jar lacks would only be missed on a cluster. */
    @Test
    void ourClassesInTheJobJarNeedNoOtherOfOurs() throws IOException {
        try (JarFile jar = new JarFile(System.getProperty("fraudstream.jobJar"))) {
            JavaClasses ours =
                    new ClassFileImporter()
                            .withImportOption(location -> location.contains("io/fraudstream/"))
                            .importJar(jar);

            assertThat(ours).isNotEmpty();
            for (JavaClass type : ours) {
                assertThat(type.getDirectDependenciesFromSelf())
                        .as(type.getName())
                        .allSatisfy(
                                dependency -> {
                                    String target =
                                            dependency
                                                    .getTargetClass()
                                                    .getBaseComponentType()
                                                    .getName();
                                    assertThat(
                                                    !target.startsWith("io.fraudstream.")
                                                            || jar.getEntry(
                                                                            target.replace('.', '/')
                                                                                    + ".class")
                                                                    != null)
                                            .as(dependency.getDescription())
                                            .isTrue();
                                });
            }
        }
    }
}
