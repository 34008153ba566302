package io.fraudstream.bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A Kafka broker in a process of its own, so that what it costs is not counted with the job's. It
 * runs this program's own {@code broker} command and ends when it is closed.
 */
final class BrokerProcess implements AutoCloseable {
    private static final String ANNOUNCEMENT = "Kafka is at ";
    private static final int PATIENCE_SECONDS = 30;

    private final Process process;
    private final String bootstrapServers;

    private BrokerProcess(Process process, String bootstrapServers) {
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
        Path log = Files.createDirectories(directory).resolve("broker.log");
        ProcessBuilder builder =
                new ProcessBuilder(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx1g",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "io.fraudstream.cli.Fraudstream",
                                "broker",
                                "--port",
                                "0",
                                "--no-topics",
                                "--directory",
                                directory.resolve("broker").toString()));
        builder.redirectError(new File(log.toString()));
        Process process = builder.start();
        // Whatever becomes of this process, the broker must not outlive it.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy, "bench-broker"));
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(ANNOUNCEMENT)) {
                return new BrokerProcess(
                        process, line.substring(ANNOUNCEMENT.length()).split(",", 2)[0]);
            }
        }
        process.destroy();
        throw new IOException("the broker did not start: " + Files.readString(log));
    }

    String bootstrapServers() {
        return bootstrapServers;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
