package io.fraudstream.cluster;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a Flink distribution has on its class path: those jars of this JVM's, and nothing of ours,
 * so that the job jar has to bring the rest as it would elsewhere.
 */
final class FlinkClassPath {
    /** By the beginnings of their files' names. */
    private static final List<String> OF_THE_DISTRIBUTION =
            List.of(
                    "async-profiler-",
                    "commons-cli-",
                    "commons-collections-",
                    "commons-compress-",
                    "commons-io-",
                    "commons-lang3-",
                    "commons-logging-",
                    "commons-math3-",
                    "commons-text-",
                    "flink-",
                    "frocksdbjni-",
                    "javassist-",
                    "jsr305-",
                    "kryo-",
                    "log4j-",
                    "lz4-java-",
                    "minlog-",
                    "objenesis-",
                    "reflectasm-",
                    "slf4j-api-",
                    "snakeyaml-engine-",
                    "snappy-java-",
                    "zstd-jni-");

    /** Of those, what a job brings itself, and what only tests use. */
    private static final List<String> OF_OTHERS =
            List.of(
                    "flink-autoscaler-",
                    "flink-connector-base-",
                    "flink-connector-files-",
                    "flink-connector-kafka-",
                    "flink-kubernetes-",
                    "flink-parquet-",
                    "flink-test-");

    private FlinkClassPath() {}

    static String ofThisJvm() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> belongs(Path.of(entry).getFileName().toString()))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static boolean belongs(String name) {
        return name.endsWith(".jar")
                && !name.endsWith("-tests.jar")
                && OF_THE_DISTRIBUTION.stream().anyMatch(name::startsWith)
                && OF_OTHERS.stream().noneMatch(name::startsWith);
    }
}
