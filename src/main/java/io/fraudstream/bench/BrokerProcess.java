package io.fraudstream.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A Kafka broker in a process of its own, so that what it costs is not counted with the job's. It
 * runs this program's own {@code broker} command and ends when it is closed.
 */
final class BrokerProcess implements AutoCloseable {
    private static final String ANNOUNCEMENT = "Kafka is at ";

    private final JavaProcess process;
    private final String bootstrapServers;

    private BrokerProcess(JavaProcess process, String bootstrapServers) {
        this.process = process;
        this.bootstrapServers = bootstrapServers;
    }

    /**
     * Starts a broker without topics and returns when it takes connections.
     *
     * @param directory for its data and its log
     * @throws IOException if it does not start
     */
    static BrokerProcess start(Path directory) throws IOException {
        JavaProcess process =
                JavaProcess.start(
                        List.of("-Xmx1g"),
                        "io.fraudstream.cli.Fraudstream",
                        List.of(
                                "broker",
                                "--port",
                                "0",
                                "--no-topics",
                                "--directory",
                                directory.resolve("broker").toString()),
                        Files.createDirectories(directory).resolve("broker.log"));
        try {
            return new BrokerProcess(process, process.await(ANNOUNCEMENT).split(",", 2)[0]);
        } catch (IOException e) {
            process.close();
            throw e;
        }
    }

    String bootstrapServers() {
        return bootstrapServers;
    }

    @Override
    public void close() {
        process.close();
    }
}
