package io.fraudstream.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A Kafka broker in a process of its own, so that what it costs is not counted with the job's, and
 * so that it can be killed. It runs this program's own {@code broker} command and ends when it is
 * closed.
 */
public final class BrokerProcess implements AutoCloseable {
    private static final Pattern ANNOUNCEMENT = Pattern.compile("Kafka is at ([^,\\s]+),");

    private final Path directory;
    private final Map<String, String> properties;
    private JavaProcess process;
    private String bootstrapServers;

    private BrokerProcess(Path directory, Map<String, String> properties) {
        this.directory = directory;
        this.properties = properties;
    }

    /**
     * Starts a broker without topics at any free port and returns when it takes connections.
     *
     * @param directory for its data and its log
     * @throws IOException if it does not start
     */
    public static BrokerProcess start(Path directory) throws IOException {
        return start(directory, 0, Map.of());
    }

    /**
     * The same at a port of one's choice, with settings over those of {@code LocalBroker}.
     *
     * @param port where clients connect; 0 for any that is free
     * @param properties by their names in Kafka's documentation
     */
    public static BrokerProcess start(Path directory, int port, Map<String, String> properties)
            throws IOException {
        BrokerProcess broker = new BrokerProcess(directory, properties);
        broker.start(Integer.toString(port));
        return broker;
    }

    private void start(String port) throws IOException {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "broker",
                                "--port",
                                port,
                                "--no-topics",
                                "--directory",
                                directory.resolve("broker").toString()));
        properties.forEach((name, value) -> arguments.add("--property=" + name + "=" + value));
        process =
                JavaProcess.service(
                        System.getProperty("java.class.path"),
                        List.of("-Xmx1g"),
                        "io.fraudstream.cli.Fraudstream",
                        arguments,
                        Files.createDirectories(directory).resolve("broker.log"));
        try {
            bootstrapServers = process.awaitLogged(ANNOUNCEMENT);
        } catch (IOException e) {
            process.close();
            throw e;
        }
    }

    /** Where clients connect, also after a restart. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** The process at present. */
    public JavaProcess process() {
        return process;
    }

    /** Starts it again, where it was and with its data, once its process has ended. */
    public void restart() throws IOException {
        start(bootstrapServers.substring(bootstrapServers.lastIndexOf(':') + 1));
    }

    @Override
    public void close() {
        process.close();
    }
}
