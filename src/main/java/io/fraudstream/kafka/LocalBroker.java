package io.fraudstream.kafka;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;

/**
 * A real Kafka broker in this JVM: one KRaft node, controller and broker in one, for people and
 * tests without another.
 *
 * <pre>{@code
 * try (LocalBroker broker = LocalBroker.start(directory, 0)) {
 *     use(broker.bootstrapServers());
 * }
 * }</pre>
 *
 * <p>It listens on the loopback address alone, keeps its data in the given directory and finds them
 * there at the next start. Records never expire, since replayed streams carry old times. Closing
 * says goodbye to the controller; after a kill the next start waits about 9 s until the controller
 * gives up the dead broker.
 */
public final class LocalBroker implements AutoCloseable {
    private static final String HOST = "localhost";

    private final KafkaRaftServer server;
    private final int port;
    private boolean closed;

    private LocalBroker(KafkaRaftServer server, int port) {
        this.server = server;
        this.port = port;
    }

    /**
     * How clients get in.
     *
     * @param protocol as in Kafka's {@code security.protocol}
     * @param properties of the broker, such as its key store and SASL mechanisms
     * @param credentials users as {@code kafka-storage format --add-scram} takes them; made when
     *     the directory is prepared
     */
    public record Door(String protocol, Map<String, String> properties, List<String> credentials) {
        /** Everyone on this machine. */
        public static final Door OPEN = openWith(Map.of());

        /** Everyone on this machine, to a broker of such properties. */
        public static Door openWith(Map<String, String> properties) {
            return new Door("PLAINTEXT", properties, List.of());
        }
    }

    /** Starts a broker that everyone on this machine may use. */
    public static LocalBroker start(Path directory, int port) throws IOException {
        return start(directory, port, Door.OPEN);
    }

    /**
     * Starts a broker and returns when it takes connections.
     *
     * @param directory for its data; made if it is not there
     * @param port where clients connect; 0 for any that is free
     * @throws IOException if the directory cannot be used or the port is taken
     */
    public static LocalBroker start(Path directory, int port, Door door) throws IOException {
        Files.createDirectories(directory);
        Path data = directory.toAbsolutePath().resolve("kafka");
        int clientPort = freePort(port);
        Properties properties = properties(data, clientPort, door);
        format(data, properties, door.credentials());
        KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(properties), Time.SYSTEM);
        try {
            server.startup();
        } catch (RuntimeException failed) {
            server.shutdown();
            throw new IOException(
                    "the broker did not start in " + directory + ": " + failed.getMessage(),
                    failed);
        }
        return new LocalBroker(server, clientPort);
    }

    private static int freePort(int wanted) throws IOException {
        try (ServerSocket socket = new ServerSocket(wanted, 1, InetAddress.getByName(HOST))) {
            return socket.getLocalPort();
        } catch (IOException taken) {
            throw new IOException(
                    "port " + wanted + " is taken, expected a free one (0 finds one)", taken);
        }
    }

    private static Properties properties(Path data, int clientPort, Door door) throws IOException {
        int controllerPort = freePort(0);
        // The broker speaks to itself too, and needs no login for that.
        String itself = "BROKER://" + HOST + ":" + freePort(0);
        String clients = door.protocol() + "://" + HOST + ":" + clientPort;
        Properties p = new Properties();
        p.setProperty("process.roles", "broker,controller");
        p.setProperty("node.id", "1");
        p.setProperty("controller.quorum.voters", "1@" + HOST + ":" + controllerPort);
        p.setProperty(
                "listeners",
                clients + "," + itself + ",CONTROLLER://" + HOST + ":" + controllerPort);
        p.setProperty("advertised.listeners", clients + "," + itself);
        p.setProperty(
                "listener.security.protocol.map",
                door.protocol() + ":" + door.protocol() + ",BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT");
        p.setProperty("controller.listener.names", "CONTROLLER");
        p.setProperty("inter.broker.listener.name", "BROKER");
        p.setProperty("log.dirs", data.toString());
        p.setProperty("log.retention.ms", "-1");
        // Recordings may tell of days to come, too.
        p.setProperty("log.message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE));
        p.setProperty("auto.create.topics.enable", "false");
        p.setProperty("default.replication.factor", "1");
        p.setProperty("min.insync.replicas", "1");
        p.setProperty("offsets.topic.replication.factor", "1");
        p.setProperty("offsets.topic.num.partitions", "4");
        p.setProperty("transaction.state.log.replication.factor", "1");
        p.setProperty("transaction.state.log.min.isr", "1");
        p.setProperty("transaction.state.log.num.partitions", "4");
        p.setProperty("share.coordinator.state.topic.replication.factor", "1");
        p.setProperty("share.coordinator.state.topic.min.isr", "1");
        // Flink's sink asks for an hour; the default of 15 minutes refuses it.
        p.setProperty("transaction.max.timeout.ms", "7200000");
        p.setProperty("group.initial.rebalance.delay.ms", "0");
        p.setProperty("log.cleaner.dedupe.buffer.size", "4194304");
        p.putAll(door.properties());
        return p;
    }

    /**
     * Prepares an empty directory, as {@code kafka-storage format} does; one that was prepared
     * stays as it is.
     */
    private static void format(Path data, Properties properties, List<String> credentials)
            throws IOException {
        if (Files.exists(data.resolve("meta.properties"))) {
            return;
        }
        Path settings = Files.createTempFile("broker", ".properties");
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            try (OutputStream file = Files.newOutputStream(settings)) {
                properties.store(file, null);
            }
            String clusterId = Uuid.randomUuid().toString();
            // The id may begin with a hyphen, so it must not stand as a word of its own.
            List<String> command = new ArrayList<>();
            command.addAll(List.of("format", "--cluster-id=" + clusterId, "--config=" + settings));
            credentials.forEach(user -> command.add("--add-scram=" + user));
            if (StorageTool.execute(command.toArray(new String[0]), out) != 0) {
                throw new IOException(
                        data
                                + " cannot be prepared for a broker: "
                                + said.toString(StandardCharsets.UTF_8));
            }
        } finally {
            Files.delete(settings);
        }
    }

    /** Where clients connect, such as {@code localhost:9092}. */
    public String bootstrapServers() {
        return HOST + ":" + port;
    }

    /**
     * Returns when the broker has ended, by {@link #close} from another thread or by a fault of its
     * own.
     */
    public void awaitEnd() {
        server.awaitShutdown();
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        server.shutdown();
        server.awaitShutdown();
    }
}
