package io.fraudstream.cli;

import io.fraudstream.config.Settings;
import io.fraudstream.config.SettingsException;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.kafka.BrokerProbe;
import io.fraudstream.model.BundleException;
import io.fraudstream.model.compiled.CompiledScorer;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.registry.ModelRegistry;
import io.fraudstream.registry.RegistryEntry;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Checks what the other commands need, and says of each fault how to mend it. */
@Command(
        name = "doctor",
        description =
                "Checks Java, memory, disk, settings and the broker, and says how to mend what is"
                        + " wrong.",
        footer = "  fraudstream doctor --bootstrap-servers localhost:9092")
final class DoctorCommand implements Callable<Integer> {
    private static final long GIGABYTE = 1L << 30;
    private static final int LOWEST_JAVA = 17;
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final List<String> TOPICS =
            List.of("transactions", "labels", "alerts", "rejected", "models");

    /** The platforms that the last release of ND4J was built for. */
    private static final Set<String> ND4J_PLATFORMS =
            Set.of("linux-amd64", "linux-x86_64", "mac-x86_64", "windows-amd64", "linux-ppc64le");

    @Mixin private SettingsOptions options;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        List<Finding> findings = findings();
        PrintWriter out = spec.commandLine().getOut();
        for (Finding finding : findings) {
            out.printf(
                    Locale.ROOT,
                    "%-4s  %-10s %s%n",
                    finding.level().name().toLowerCase(Locale.ROOT),
                    finding.subject(),
                    finding.detail());
            if (!finding.remedy().isEmpty()) {
                out.printf("%17s%s%n", "", finding.remedy());
            }
        }
        boolean failed =
                findings.stream().anyMatch(finding -> finding.level() == Finding.Level.FAIL);
        return failed ? Fraudstream.FAILED : Fraudstream.DONE;
    }

    private List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        findings.add(java(Runtime.version().feature()));
        findings.add(platform(System.getProperty("os.name"), System.getProperty("os.arch")));
        findings.add(memory(Runtime.getRuntime().maxMemory(), physicalMemory()));
        findings.add(threads(System.getenv("OMP_NUM_THREADS")));
        findings.add(temporaryFiles(Path.of(System.getProperty("java.io.tmpdir"))));
        Settings settings;
        try {
            settings = options.settings();
            SettingsOptions.codecParts(settings);
        } catch (SettingsException wrong) {
            for (String problem : wrong.problems()) {
                findings.add(
                        Finding.fail(
                                "settings",
                                problem,
                                "Mend the value; fraudstream config show prints those in effect."));
            }
            return findings;
        }
        Path file = options.fileInUse();
        findings.add(
                Finding.ok(
                        "settings",
                        file == null ? "the defaults, without a file" : file.toString()));
        if ("file".equals(settings.store().uri().getScheme())) {
            findings.add(disk(Path.of(settings.store().uri())));
        }
        findings.addAll(broker(settings.kafka()));
        findings.add(bundle(settings));
        return findings;
    }

    /** Whether the champion can be loaded and takes the features that the job computes. */
    private static Finding bundle(Settings settings) {
        try {
            ModelRegistry registry = settings.registry().open(Clock.systemUTC());
            Optional<String> champion =
                    registry.inService(ModelPointer.CHAMPION).map(RegistryEntry::bundleId);
            if (champion.isEmpty()) {
                return Finding.warn(
                        "model",
                        "no bundle is in service in "
                                + settings.registry().directory()
                                + ": the job observes",
                        "fraudstream train --model-out model.zip, then: fraudstream models publish"
                                + " and promote, or: run --model model.zip");
            }
            String fingerprint =
                    new FeatureSchema(SettingsOptions.codecParts(settings).rates()).fingerprint();
            CompiledScorer.of(registry.load(champion.get()), fingerprint);
            return Finding.ok(
                    "model", "bundle " + champion.get() + " is sound and takes these features");
        } catch (IOException | BundleException | SettingsException unusable) {
            return Finding.fail(
                    "model",
                    Failures.describe(unusable),
                    "Promote another bundle: fraudstream models list, fraudstream models promote"
                            + " ID");
        }
    }

    static Finding java(int feature) {
        return feature < LOWEST_JAVA
                ? Finding.fail(
                        "java",
                        "version " + feature,
                        "Install a JDK 17 or later and point JAVA_HOME to it.")
                : Finding.ok("java", Runtime.version() + " in " + System.getProperty("java.home"));
    }

    static Finding platform(String system, String architecture) {
        String platform = system.toLowerCase(Locale.ROOT).split(" ")[0] + "-" + architecture;
        return ND4J_PLATFORMS.contains(platform)
                ? Finding.ok("platform", platform)
                : Finding.warn(
                        "platform",
                        platform + " has no native library for training",
                        "The job runs here; train on 64-bit x86 and bring the bundle.");
    }

    static Finding memory(long heap, long physical) {
        String detail =
                String.format(
                        Locale.ROOT,
                        "heap %.1f GB of %.1f GB",
                        (double) heap / GIGABYTE,
                        (double) physical / GIGABYTE);
        if (heap > physical) {
            return Finding.fail(
                    "memory",
                    detail,
                    "Set FRAUDSTREAM_HEAP to less than the machine has, such as 2g.");
        }
        return heap < GIGABYTE
                ? Finding.warn("memory", detail, "Set FRAUDSTREAM_HEAP to 2g or more.")
                : Finding.ok("memory", detail);
    }

    static Finding threads(String ompThreads) {
        return "1".equals(ompThreads)
                ? Finding.ok("threads", "OMP_NUM_THREADS=1")
                : Finding.warn(
                        "threads",
                        "OMP_NUM_THREADS is " + (ompThreads == null ? "unset" : ompThreads),
                        "Set it to 1 before Java starts, as bin/fraudstream does; training is many"
                                + " times slower else.");
    }

    static Finding temporaryFiles(Path directory) {
        try {
            Files.delete(Files.createTempFile(directory, "fraudstream", ".probe"));
            return Finding.ok("temporary", directory + " can be written");
        } catch (IOException unwritable) {
            return Finding.fail(
                    "temporary",
                    Failures.describe(unwritable),
                    "Set FRAUDSTREAM_JAVA_OPTS=-Djava.io.tmpdir=DIRECTORY to one that can be"
                            + " written.");
        }
    }

    private static Finding disk(Path store) {
        Path existing = store;
        while (!Files.exists(existing)) {
            existing = existing.getParent();
        }
        try {
            FileStore disk = Files.getFileStore(existing);
            return disk(store, disk.getUsableSpace(), Files.isWritable(existing));
        } catch (IOException unreadable) {
            return Finding.fail(
                    "disk",
                    Failures.describe(unreadable),
                    "Set store.directory to a directory of yours.");
        }
    }

    static Finding disk(Path store, long free, boolean writable) {
        if (!writable) {
            return Finding.fail(
                    "disk",
                    store + " can't be written",
                    "Set store.directory to a directory of yours.");
        }
        String detail =
                String.format(Locale.ROOT, "%.1f GB free at %s", (double) free / GIGABYTE, store);
        if (free < GIGABYTE) {
            return Finding.fail(
                    "disk", detail, "Free some space, or set store.directory to another disk.");
        }
        return free < 5 * GIGABYTE
                ? Finding.warn(
                        "disk", detail, "A million stored events take about 0.2 GB: watch it.")
                : Finding.ok("disk", detail);
    }

    static List<Finding> broker(Settings.Kafka kafka) {
        String servers = kafka.bootstrapServers();
        if (nothingListens(servers)) {
            return List.of(
                    Finding.warn(
                            "broker",
                            "nothing listens at " + servers,
                            "Start one by `fraudstream broker`, or set kafka.bootstrapServers;"
                                    + " `demo` brings its own."));
        }
        try {
            kafka.requireSecrets(System.getenv());
        } catch (SettingsException missing) {
            return List.of(
                    Finding.fail("broker", missing.getMessage(), "Set it, or name another place."));
        }
        BrokerProbe probe = BrokerProbe.of(servers, kafka.properties(), PATIENCE);
        if (probe instanceof BrokerProbe.Reached reached) {
            return List.of(Finding.ok("broker", servers), topics(kafka, reached.topics()));
        }
        return List.of(
                Finding.fail(
                        "broker",
                        servers + ": " + ((BrokerProbe.Unreachable) probe).why(),
                        "Is it a Kafka broker? Check kafka.bootstrapServers and kafka.properties"
                                + " (security.protocol)."));
    }

    private static Finding topics(Settings.Kafka kafka, Set<String> present) {
        Set<String> missing =
                TOPICS.stream().map(kafka::topic).collect(Collectors.toCollection(TreeSet::new));
        missing.removeAll(present);
        return missing.isEmpty()
                ? Finding.ok("topics", "all there")
                : Finding.warn(
                        "topics",
                        "missing: " + String.join(", ", missing),
                        "Create them: fraudstream topics create");
    }

    /** Tells a port without a listener from one with something else than a broker. */
    private static boolean nothingListens(String servers) {
        return Stream.of(servers.split(",")).noneMatch(DoctorCommand::listens);
    }

    private static boolean listens(String server) {
        int colon = server.lastIndexOf(':');
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(
                            server.substring(0, Math.max(0, colon)).strip(),
                            Integer.parseInt(server.substring(colon + 1).strip())),
                    Math.toIntExact(PATIENCE.toMillis()));
            return true;
        } catch (IOException | IllegalArgumentException unreachable) {
            return false;
        }
    }

    private static long physicalMemory() {
        return ManagementFactory.getOperatingSystemMXBean()
                        instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : Long.MAX_VALUE;
    }
}
