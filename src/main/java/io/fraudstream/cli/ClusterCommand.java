package io.fraudstream.cli;

import io.fraudstream.cluster.BrokerProcess;
import io.fraudstream.cluster.FlinkCluster;
import io.fraudstream.cluster.FlinkRest.Checkpoints;
import io.fraudstream.config.Settings;
import io.fraudstream.config.SettingsException;
import io.fraudstream.kafka.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the job jar on a Flink cluster of processes of its own, beside a broker. */
@Command(
        name = "cluster",
        description = {
            "Runs the job as a platform would, on this machine: a Kafka broker, ZooKeeper, a"
                    + " JobManager with Flink's web interface and TaskManagers, each a process of"
                    + " its own, and the job jar deployed on them.",
            "A process that ends is started again: kill one and look. Ctrl-C stops the job with a"
                    + " savepoint, from which the next start in the same directory goes on, and"
                    + " ends all processes."
        },
        footer = {
            "  fraudstream cluster --web-port 8081",
            "  fraudstream simulate stream.jsonl.gz",
            "  fraudstream replay stream.jsonl.gz --mapping config/mappings/wire.yaml"
        })
final class ClusterCommand implements Callable<Integer> {
    private static final String JOB_JAR = "fraudstream.jobJar";
    private static final long LOOK_MILLIS = 500;
    private static final int LOOKS_BETWEEN_LINES = 20;

    @Mixin private SettingsOptions options;

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            defaultValue = "data/cluster",
            description =
                    "For logs, checkpoints, savepoints and the broker's data, also for the next"
                            + " start (default: ${DEFAULT-VALUE}).")
    private Path directory;

    @Option(
            names = "--task-managers",
            paramLabel = "N",
            defaultValue = "2",
            description = "How many TaskManagers there are (default: ${DEFAULT-VALUE}).")
    private int taskManagers;

    @Option(
            names = "--web-port",
            paramLabel = "PORT",
            defaultValue = "8081",
            description =
                    "Of Flink's web interface; 0 for any free one (default: ${DEFAULT-VALUE}).")
    private int webPort;

    @Mixin private MetricsOption metrics;

    @Option(
            names = "--broker-port",
            paramLabel = "PORT",
            defaultValue = "9092",
            description =
                    "Where Kafka's clients connect; 0 for any free one (default:"
                            + " ${DEFAULT-VALUE}).")
    private int brokerPort;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            defaultValue = "4",
            description =
                    "Of each topic that is not there yet: the most subtasks that can read it"
                            + " (default: ${DEFAULT-VALUE}).")
    private int partitions;

    @Spec private CommandSpec spec;

    private PrintWriter out;
    private BrokerProcess broker;
    private FlinkCluster cluster;
    private String job;
    private volatile boolean stopping;

    @Override
    public Integer call() throws Exception {
        out = spec.commandLine().getOut();
        if (taskManagers < 1) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--task-managers is " + taskManagers + ", expected 1 or more");
        }
        if (partitions < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--partitions is " + partitions + ", expected 1 or more");
        }
        // One for each process, and some for those that are started again.
        int ports = 1 + 2 * taskManagers;
        Settings settings = options.settings(metrics.settings(ports));
        if (!settings.kafka().properties().isEmpty()) {
            throw new SettingsException(
                    "kafka.properties is set, expected none: the cluster has a broker of its own");
        }
        String jar = System.getProperty(JOB_JAR, "");
        if (jar.isEmpty() || !Files.exists(Path.of(jar))) {
            throw new IOException(
                    "no job jar at '"
                            + jar
                            + "', expected it to be built: start by bin/fraudstream");
        }
        CountDownLatch ended = new CountDownLatch(1);
        Thread hook = new Thread(() -> end(ended), "cluster-shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
        start(settings, Path.of(jar));
        watch();
        ended.await();
        return Fraudstream.DONE;
    }

    private void start(Settings settings, Path jar) throws Exception {
        say("Starting a Kafka broker ...");
        synchronized (this) {
            broker = BrokerProcess.start(directory, brokerPort, Map.of());
        }
        try (Topics topics =
                new Topics(broker.bootstrapServers(), SettingsOptions.names(settings.kafka()))) {
            topics.create(new Topics.Layout(partitions, Optional.empty(), Optional.empty()));
        }
        say("Kafka is at " + broker.bootstrapServers() + ", its topics are there.");
        int parallelism = settings.job().parallelism();
        int slots = (parallelism + taskManagers - 1) / taskManagers;
        say("Starting ZooKeeper, a JobManager and " + taskManagers + " TaskManagers ...");
        synchronized (this) {
            cluster =
                    FlinkCluster.start(
                            directory,
                            new FlinkCluster.Layout(taskManagers, slots, 512, webPort),
                            flink(settings));
        }
        say("Flink's web interface: " + cluster.rest().address());
        if (metrics.isGiven()) {
            say(
                    "Metrics: http://localhost:"
                            + metrics.port()
                            + "/metrics, and the ports from there on, one a process.");
        }
        cluster.awaitSlots();
        deploy(jar, parallelism);
        say("Logs are in " + cluster.logs() + ". Ctrl-C stops it all with a savepoint.");
    }

    private static Map<String, String> flink(Settings settings) {
        Map<String, String> keys = new LinkedHashMap<>();
        keys.put(
                "execution.checkpointing.interval",
                settings.job().checkpointInterval().toMillis() + " ms");
        keys.put(
                "state.backend.type",
                settings.job().stateBackend() == Settings.StateBackend.ROCKSDB
                        ? "rocksdb"
                        : "hashmap");
        keys.putAll(settings.flink());
        return keys;
    }

    /** The next start goes on from the savepoint, or, where a job was left behind, with that. */
    private void deploy(Path jar, int parallelism) throws Exception {
        Path left = directory.resolve("job");
        if (Files.exists(left)) {
            job = Files.readString(left).strip();
            say("The last run was not stopped; its job " + job + " goes on from its checkpoint.");
            return;
        }
        Map<String, String> here = new LinkedHashMap<>();
        here.put("kafka.bootstrapServers", broker.bootstrapServers());
        Path file = directory.resolve("job.yaml").toAbsolutePath();
        Files.writeString(file, options.settings(here).toYaml());
        Path savepoint = directory.resolve("savepoint");
        String from = Files.exists(savepoint) ? Files.readString(savepoint).strip() : null;
        job =
                cluster.rest()
                        .run(
                                cluster.rest().upload(jar),
                                List.of(file.toString()),
                                parallelism,
                                from);
        Files.writeString(left, job);
        say(
                "Deployed "
                        + jar.getFileName()
                        + " as job "
                        + job
                        + (from == null ? ", afresh." : ", going on from " + from + "."));
    }

    /** Starts again what has ended, and says now and then how the job is. */
    private void watch() throws InterruptedException {
        String last = "";
        for (int looks = 0; !stopping; looks++) {
            try {
                revive();
                if (looks % LOOKS_BETWEEN_LINES == 0) {
                    String now = status();
                    if (!now.equals(last)) {
                        say(now);
                    }
                    last = now;
                }
            } catch (IOException notNow) {
                // A JobManager that has just come, or is just gone, does not answer.
                looks--;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }

    private synchronized void revive() throws IOException {
        if (stopping) {
            return;
        }
        if (!broker.process().isAlive()) {
            broker.restart();
            say("The broker had ended; it runs again as process " + broker.process().id() + ".");
        }
        cluster.revive().forEach(this::say);
    }

    private String status() throws IOException, InterruptedException {
        Checkpoints checkpoints = cluster.rest().checkpoints(job);
        Map<String, String> counts = cluster.rest().accumulators(job);
        return String.format(
                Locale.ROOT,
                "%s: read %s, scored %s, alerts %s; %d checkpoints, restored %d times.",
                cluster.rest().state(job),
                counts.getOrDefault("read", "0"),
                counts.getOrDefault("scored", "0"),
                counts.getOrDefault("alerts", "0"),
                checkpoints.completed(),
                checkpoints.restored());
    }

    private void end(CountDownLatch ended) {
        stopping = true;
        synchronized (this) {
            try {
                if (job != null) {
                    String savepoint = cluster.rest().stop(job);
                    Files.writeString(directory.resolve("savepoint"), savepoint);
                    Files.delete(directory.resolve("job"));
                    say("Stopped with a savepoint: " + savepoint);
                }
            } catch (IOException e) {
                System.err.println(
                        "fraudstream: no savepoint, the next start goes on from the last"
                                + " checkpoint: "
                                + Failures.describe(e));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                if (cluster != null) {
                    cluster.close();
                }
                if (broker != null) {
                    broker.close();
                }
                ended.countDown();
            }
        }
    }

    private void say(String line) {
        out.println(line);
        out.flush();
    }
}
