package io.fraudstream;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.File;
import java.io.ObjectInputStream;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.flink.util.InstantiationUtil;

/** The import rules of the packages, in the order in which data meets them. */
@AnalyzeClasses(
        packages = "io.fraudstream",
        importOptions = {
            ImportOption.DoNotIncludeTests.class,
            ArchitectureTest.DoNotIncludeGenerated.class
        })
class ArchitectureTest {
    /** What JMH made of its benchmarks. */
    static final class DoNotIncludeGenerated implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("/jmh_generated/");
        }
    }

    private static final String ROOT = "io.fraudstream.";
    private static final List<String> DOMAIN = List.of("transaction", "features", "model", "alert");

    /** Which of our packages each may import; those that put the others together are not here. */
    private static final Map<String, List<String>> MAY_IMPORT =
            new TreeMap<>(
                    Map.of(
                            "transaction", List.of(),
                            "features", List.of("transaction"),
                            "model", List.of("transaction", "features"),
                            "alert", List.of("transaction", "features", "model"),
                            "recording", DOMAIN,
                            "registry", List.of("transaction", "features", "model"),
                            "training",
                                    List.of(
                                            "transaction",
                                            "features",
                                            "model",
                                            "alert",
                                            "recording",
                                            "registry"),
                            "job", List.of("transaction", "features", "model", "alert", "registry"),
                            "kafka",
                                    List.of(
                                            "transaction",
                                            "features",
                                            "model",
                                            "alert",
                                            "recording",
                                            "registry"),
                            "simulation", List.of("transaction")));

    @ArchTest
    static void eachPackageImportsOnlyWhatItMay(JavaClasses classes) {
        MAY_IMPORT.forEach(
                (name, allowed) -> {
                    String[] packages =
                            Stream.concat(Stream.of(name), allowed.stream())
                                    .map(ArchitectureTest::within)
                                    .toArray(String[]::new);
                    classes()
                            .that()
                            .resideInAPackage(within(name))
                            .should()
                            .onlyDependOnClassesThat(
                                    resideInAnyPackage(packages)
                                            .or(resideOutsideOfPackages("io.fraudstream..")))
                            .allowEmptyShould(true)
                            .check(classes);
                });
    }

    @ArchTest
    static void everyPackageHasARule(JavaClasses classes) {
        TreeSet<String> known = new TreeSet<>(MAY_IMPORT.keySet());
        known.addAll(List.of("demo", "bench", "cluster", "config", "cli"));
        for (JavaClass type : classes) {
            assertThat(known)
                    .as(type.getName())
                    .contains(type.getPackageName().substring(ROOT.length()).split("\\.", 2)[0]);
        }
    }

    @ArchTest
    static final ArchRule THE_CLUSTER_IMPORTS_NOTHING_OF_OURS =
            noClasses()
                    .that()
                    .resideInAPackage(within("cluster"))
                    .should()
                    .dependOnClassesThat(
                            resideInAnyPackage("io.fraudstream..")
                                    .and(resideOutsideOfPackages(within("cluster"))))
                    .because("what runs there is the job jar alone");

    @ArchTest
    static final ArchRule FLINK_ONLY_IN_THE_JOB = onlyIn("org.apache.flink..", "job", "bench");

    @ArchTest
    static final ArchRule KAFKA_ONLY_IN_THE_JOB_AND_ITS_OWN_PACKAGE =
            onlyIn("org.apache.kafka..", "job", "kafka", "bench");

    @ArchTest static final ArchRule THE_BROKER_ONLY_IN_KAFKA = onlyIn("kafka..", "kafka");

    @ArchTest
    static final ArchRule DL4J_ONLY_IN_ITS_PACKAGE = onlyIn("org.deeplearning4j..", "model.dl4j");

    @ArchTest static final ArchRule ND4J_ONLY_IN_DL4J = onlyIn("org.nd4j..", "model.dl4j");

    @ArchTest static final ArchRule AVRO_ONLY_IN_KAFKA = onlyIn("org.apache.avro..", "kafka");

    @ArchTest static final ArchRule DUCKDB_ONLY_IN_TRAINING = onlyIn("org.duckdb..", "training");

    @ArchTest static final ArchRule SQL_ONLY_IN_TRAINING = onlyIn("java.sql..", "training");

    @ArchTest static final ArchRule PARQUET_ONLY_IN_THE_JOB = onlyIn("org.apache.parquet..", "job");

    @ArchTest static final ArchRule HADOOP_ONLY_IN_THE_JOB = onlyIn("org.apache.hadoop..", "job");

    @ArchTest
    static final ArchRule NOTHING_IMPORTS_THE_COMMAND_LINE =
            noClasses()
                    .that()
                    .resideOutsideOfPackage(within("cli"))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(within("cli"), "picocli..");

    @ArchTest
    static final ArchRule THE_SCORER_NEEDS_NO_DL4J =
            noClasses()
                    .that()
                    .resideOutsideOfPackages(
                            within("model.dl4j"),
                            within("training"),
                            within("demo"),
                            within("bench"),
                            within("cli"))
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(within("model.dl4j"))
                    .because("the job runs without ND4J and native memory");

    @ArchTest
    static final ArchRule NOTHING_BUT_THE_TRAINERS_REFERENCE_READS_JAVA_OBJECTS =
            noClasses()
                    .that()
                    .resideOutsideOfPackage(within("model.dl4j"))
                    .should()
                    .dependOnClassesThat()
                    .belongToAnyOf(ObjectInputStream.class, InstantiationUtil.class)
                    .orShould()
                    .dependOnClassesThat()
                    .haveSimpleName("SerializationUtils")
                    .orShould()
                    .dependOnClassesThat()
                    .haveSimpleName("ModelSerializer")
                    .because("whoever can write what it reads could run code");

    @ArchTest
    static final ArchRule THE_DOMAIN_KNOWS_NO_FILE =
            noClasses()
                    .that(domain())
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("java.nio.file..")
                    .orShould()
                    .dependOnClassesThat()
                    .belongToAnyOf(File.class)
                    .allowEmptyShould(true);

    /** An injected {@link Clock} is no clock of its own. */
    @ArchTest
    static final ArchRule THE_DOMAIN_KNOWS_NO_CLOCK =
            noClasses()
                    .that(domain())
                    .should()
                    .callMethod(System.class, "currentTimeMillis")
                    .orShould()
                    .callMethod(System.class, "nanoTime")
                    .orShould()
                    .callMethod(Instant.class, "now")
                    .orShould()
                    .callMethod(LocalDate.class, "now")
                    .orShould()
                    .callMethod(LocalDateTime.class, "now")
                    .orShould()
                    .callMethod(ZonedDateTime.class, "now")
                    .orShould()
                    .callMethod(Clock.class, "systemUTC")
                    .orShould()
                    .callMethod(Clock.class, "systemDefaultZone")
                    .allowEmptyShould(true);

    @ArchTest
    static final ArchRule THE_PACKAGES_HAVE_NO_CYCLES =
            slices().matching(ROOT + "(*)..").should().beFreeOfCycles();

    private static ArchRule onlyIn(String library, String... packages) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(
                        Stream.of(packages).map(ArchitectureTest::within).toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .allowEmptyShould(true);
    }

    /** The domain as the job sees it; DL4J's package is training's and works on files. */
    private static DescribedPredicate<JavaClass> domain() {
        return resideInAnyPackage(
                        DOMAIN.stream().map(ArchitectureTest::within).toArray(String[]::new))
                .and(resideOutsideOfPackages(within("model.dl4j")));
    }

    private static String within(String name) {
        return ROOT + name + "..";
    }
}
