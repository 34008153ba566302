package io.fraudstream.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A Kafka broker in a process of its own, so that what it costs is not counted with the job's, and
 * so that it can be killed. It runs this program's own {@code broker} command and ends when it is
 * closed.
 */
public final class BrokerProcess implements AutoCloseable {
    private static final String ANNOUNCEMENT = "Kafka is at ";

    private final Path directory;
    private final Map<String, String> properties;
    private JavaProcess process;
    private String bootstrapServers;

    private BrokerProcess(Path directory, Map<String, String> properties) {
        this.directory = directory;
        this.properties = properties;
    }

    /**
     * Starts a broker without topics and returns when it takes connections.
     *
     * @param directory for its data and its log
     * @throws IOException if it does not start
     */
    public static BrokerProcess start(Path directory) throws IOException {
        return start(directory, Map.of());
    }

    /**
     * The same with settings of the broker's own over those of {@code LocalBroker}.
     *
     * @param properties by their names in Kafka's documentation
     */
    public static BrokerProcess start(Path directory, Map<String, String> properties)
            throws IOException {
        BrokerProcess broker = new BrokerProcess(directory, properties);
        broker.start("0");
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
                JavaProcess.start(
                        List.of("-Xmx1g"),
                        "io.fraudstream.cli.Fraudstream",
                        arguments,
                        Files.createDirectories(directory).resolve("broker.log"));
        try {
            bootstrapServers = process.await(ANNOUNCEMENT).split(",", 2)[0];
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
