package io.fraudstream.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/**
 * A Flink session cluster of processes of its own on the loopback address: one ZooKeeper, which
 * keeps what a JobManager must find again, one JobManager, and TaskManagers. Any of them may be
 * killed and started again.
 *
 * <pre>{@code
 * try (FlinkCluster cluster = FlinkCluster.start(directory, Layout.DEFAULT, Map.of())) {
 *     cluster.awaitSlots();
 *     String job = cluster.rest().run(cluster.rest().upload(jar), arguments, 2, null);
 * }
 * }</pre>
 */
public final class FlinkCluster implements AutoCloseable {
    private static final String HOST = "localhost";
    private static final Pattern REST_ADDRESS =
            Pattern.compile("Rest endpoint listening at [^:\\s]+:(\\d+)");
    private static final int ATTEMPTS = 3;
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(5);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Path directory;
    private final Layout layout;
    private final String classPath = FlinkClassPath.ofThisJvm();
    private final Map<String, JavaProcess> taskManagers = new LinkedHashMap<>();

    /** All that ever were, the last one first. */
    private final Deque<JavaProcess> started = new ArrayDeque<>();

    private JavaProcess jobManager;
    private FlinkRest rest;
    private int starts;
    private boolean closed;

    /**
     * How large a cluster is.
     *
     * @param taskManagers processes that run the job's tasks
     * @param slots of each TaskManager: subtasks of an operator that it can run
     * @param heapMebibytes the heap that a TaskManager's tasks have
     * @param webPort of the JobManager's web and REST interface; 0 for any that is free
     */
    public record Layout(int taskManagers, int slots, int heapMebibytes, int webPort) {
        public static final Layout DEFAULT = new Layout(2, 2, 512, 0);
    }

    private FlinkCluster(Path directory, Layout layout) {
        this.directory = directory;
        this.layout = layout;
    }

    /**
     * Starts the processes and returns when the JobManager answers; TaskManagers join in meanwhile.
     *
     * @param directory for configuration, logs, checkpoints and what ZooKeeper keeps
     * @param flink Flink's own keys over those that are set here
     * @throws IOException if a process does not start, with the end of its log
     */
    public static FlinkCluster start(Path directory, Layout layout, Map<String, String> flink)
            throws IOException {
        FlinkCluster cluster = new FlinkCluster(directory.toAbsolutePath(), layout);
        try {
            cluster.start(flink);
            return cluster;
        } catch (IOException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    private void start(Map<String, String> flink) throws IOException {
        Files.createDirectories(logs());
        Files.createDirectories(configuration());
        int zooKeeperPort = freePort();
        write(
                configuration().resolve("zoo.cfg"),
                List.of(
                        "tickTime=500",
                        "dataDir=" + Files.createDirectories(directory.resolve("zookeeper")),
                        "clientPort=" + zooKeeperPort,
                        "clientPortAddress=" + HOST,
                        "admin.enableServer=false"));
        write(
                configuration().resolve("log4j.properties"),
                List.of(
                        "status = error",
                        "appender.console.type = Console",
                        "appender.console.name = console",
                        "appender.console.layout.type = PatternLayout",
                        "appender.console.layout.pattern = %d %-5p %c{1} - %m%n",
                        "rootLogger.level = info",
                        "rootLogger.appenderRef.console.ref = console"));
        Map<String, String> keys = new TreeMap<>(defaults(zooKeeperPort));
        keys.putAll(flink);
        write(
                configuration().resolve("config.yaml"),
                keys.entrySet().stream()
                        .map(key -> key.getKey() + ": '" + key.getValue().replace("'", "''") + "'")
                        .toList());
        service(
                nextLog("zookeeper"),
                coordinating("128m"),
                "org.apache.flink.runtime.zookeeper.FlinkZooKeeperQuorumPeer",
                List.of(
                        "--zkConfigFile",
                        configuration().resolve("zoo.cfg").toString(),
                        "--peerId",
                        "1"));
        startJobManager();
        for (int i = 0; i < layout.taskManagers(); i++) {
            startTaskManager();
        }
    }

    private Map<String, String> defaults(int zooKeeperPort) {
        Map<String, String> keys = new TreeMap<>();
        keys.put("jobmanager.rpc.address", HOST);
        keys.put("jobmanager.bind-host", HOST);
        keys.put("rest.address", HOST);
        keys.put("rest.bind-address", HOST);
        keys.put("rest.bind-port", Integer.toString(layout.webPort()));
        keys.put("web.tmpdir", directory.resolve("web").toString());
        keys.put("io.tmp.dirs", directory.resolve("tmp").toString());
        keys.put("taskmanager.host", HOST);
        keys.put("taskmanager.bind-host", HOST);
        keys.put("taskmanager.numberOfTaskSlots", Integer.toString(layout.slots()));
        // Otherwise a job may leave a whole process idle.
        keys.put("taskmanager.load-balance.mode", "SLOTS");
        // Flink's scripts work these out of the size of the process; here they are given.
        keys.put("taskmanager.cpu.cores", Integer.toString(layout.slots()));
        keys.put("taskmanager.memory.framework.heap.size", "128m");
        keys.put("taskmanager.memory.task.heap.size", layout.heapMebibytes() + "m");
        keys.put("taskmanager.memory.framework.off-heap.size", "64m");
        keys.put("taskmanager.memory.task.off-heap.size", "64m");
        keys.put("taskmanager.memory.network.min", "64m");
        keys.put("taskmanager.memory.network.max", "64m");
        keys.put("taskmanager.memory.managed.size", "128m");
        keys.put("taskmanager.memory.jvm-metaspace.size", "256m");
        keys.put("taskmanager.memory.jvm-overhead.min", "192m");
        keys.put("taskmanager.memory.jvm-overhead.max", "192m");
        keys.put("high-availability.type", "zookeeper");
        keys.put("high-availability.zookeeper.quorum", HOST + ":" + zooKeeperPort);
        keys.put("high-availability.zookeeper.client.tolerate-suspended-connections", "true");
        keys.put("zookeeper.sasl.disable", "true");
        keys.put("high-availability.storageDir", uri("ha"));
        keys.put("high-availability.cluster-id", "/fraudstream");
        // A JobManager that was killed holds its office no longer than this.
        keys.put("high-availability.zookeeper.client.session-timeout", "10 s");
        keys.put("high-availability.zookeeper.client.connection-timeout", "10 s");
        keys.put("heartbeat.interval", "500 ms");
        // A busy machine is slow, which is no fault.
        keys.put("pekko.ask.timeout", "60 s");
        keys.put("pekko.startup-timeout", "120 s");
        keys.put("restart-strategy.type", "exponential-delay");
        keys.put("restart-strategy.exponential-delay.initial-backoff", "100 ms");
        keys.put("restart-strategy.exponential-delay.max-backoff", "5 s");
        keys.put("execution.checkpointing.dir", uri("checkpoints"));
        keys.put("execution.checkpointing.savepoint-dir", uri("savepoints"));
        keys.put(
                "execution.checkpointing.externalized-checkpoint-retention",
                "RETAIN_ON_CANCELLATION");
        keys.put("execution.checkpointing.num-retained", "2");
        keys.put("execution.checkpointing.interval", "10 s");
        return keys;
    }

    private String uri(String name) {
        return directory.resolve(name).toUri().toString();
    }

    private Path configuration() {
        return directory.resolve("conf");
    }

    /** Where each process writes its log. */
    public Path logs() {
        return directory.resolve("logs");
    }

    private static void write(Path file, List<String> lines) throws IOException {
        Files.write(file, lines);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
            return socket.getLocalPort();
        }
    }

    private Path nextLog(String name) {
        starts++;
        return logs().resolve(String.format("%03d-%s.log", starts, name));
    }

    /** What computes little and is to be there soon needs no optimising compiler. */
    private static List<String> coordinating(String heap) {
        return List.of(
                "-Xmx" + heap,
                "-XX:TieredStopAtLevel=1",
                // What ZooKeeper keeps need not outlive the machine.
                "-Dzookeeper.forceSync=no");
    }

    private JavaProcess service(
            Path log, List<String> options, String mainClass, List<String> arguments)
            throws IOException {
        List<String> all = new ArrayList<>(options);
        all.add("-XX:+UseSerialGC");
        // As a distribution's own configuration does: Flink's client looks into a collection.
        all.add("--add-opens=java.base/java.util=ALL-UNNAMED");
        all.add("-XX:+ExitOnOutOfMemoryError");
        all.add("-Dlog4j.configurationFile=" + configuration().resolve("log4j.properties").toUri());
        synchronized (started) {
            if (closed) {
                throw new IOException("the cluster has been closed");
            }
            JavaProcess process = JavaProcess.service(classPath, all, mainClass, arguments, log);
            started.push(process);
            return process;
        }
    }

    private void startJobManager() throws IOException {
        for (int attempts = ATTEMPTS; ; attempts--) {
            jobManager =
                    service(
                            nextLog("jobmanager"),
                            coordinating("512m"),
                            "org.apache.flink.runtime.entrypoint"
                                    + ".StandaloneSessionClusterEntrypoint",
                            List.of("--configDir", configuration().toString()));
            try {
                String port = jobManager.awaitLogged(REST_ADDRESS);
                rest = new FlinkRest(URI.create("http://" + HOST + ":" + port));
                return;
            } catch (IOException slow) {
                if (attempts == 1) {
                    throw slow;
                }
            }
        }
    }

    /**
     * Starts again what has ended, by being killed or because it was slow to start: a process gives
     * its network ten seconds for that, which on a busy machine may be too little.
     *
     * @return a line for each process that was started
     */
    public List<String> revive() throws IOException {
        List<String> lines = new ArrayList<>();
        if (!jobManager.isAlive()) {
            startJobManager();
            lines.add(
                    "The JobManager had ended; it runs again as process "
                            + jobManager.id()
                            + ", its web interface is "
                            + rest.address());
        }
        for (String name : List.copyOf(taskManagers.keySet())) {
            if (!taskManagers.get(name).isAlive()) {
                taskManagers.remove(name);
                lines.add(
                        "A TaskManager had ended; it runs again as process "
                                + startTaskManager().id());
            }
        }
        return lines;
    }

    private JavaProcess startTaskManager() throws IOException {
        Path log = nextLog("taskmanager");
        String name = log.getFileName().toString().replace(".log", "");
        JavaProcess process =
                service(
                        log,
                        List.of("-Xmx" + (128 + layout.heapMebibytes()) + "m"),
                        "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
                        List.of(
                                "--configDir",
                                configuration().toString(),
                                "-Dtaskmanager.resource-id=" + name));
        taskManagers.put(name, process);
        return process;
    }

    /**
     * Waits until every TaskManager has joined.
     *
     * @throws IOException if one has not within five minutes
     */
    public void awaitSlots() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (slots() < layout.taskManagers() * layout.slots()) {
            revive();
            if (System.nanoTime() > deadline) {
                throw new IOException("TaskManagers are missing, see the logs in " + logs());
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** None while the JobManager is being elected, which takes it a while in a used directory. */
    private int slots() throws InterruptedException {
        try {
            return rest.slots();
        } catch (IOException notYet) {
            return 0;
        }
    }

    /** The REST interface of the JobManager at present. */
    public FlinkRest rest() {
        return rest;
    }

    public JavaProcess jobManager() {
        return jobManager;
    }

    /** The processes at present, by the ids that {@link FlinkRest#taskManagers} gives. */
    public Map<String, JavaProcess> taskManagers() {
        return Map.copyOf(taskManagers);
    }

    /** Ends all processes; jobs that run go on nowhere, their last checkpoints stay. */
    @Override
    public void close() {
        synchronized (started) {
            closed = true;
        }
        started.forEach(JavaProcess::end);
        started.forEach(JavaProcess::close);
    }
}
