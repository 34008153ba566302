package io.fraudstream.cli;

import io.fraudstream.job.JobMetrics;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** Where Prometheus can scrape what is run here. */
final class MetricsOption {
    private static final String NOWHERE = "-1";

    @Option(
            names = "--metrics-port",
            paramLabel = "PORT",
            defaultValue = NOWHERE,
            description =
                    "Show metrics to Prometheus there, at /metrics; of a cluster's processes each"
                            + " takes the next free port from this one on (default: nowhere).")
    private int port;

    boolean isGiven() {
        return port >= 0;
    }

    int port() {
        return port;
    }

    /**
     * The settings by which Flink shows them.
     *
     * @param ports how many may be taken
     * @throws IOException if the only port is in use, which Flink would merely log
     */
    Map<String, String> settings(int ports) throws IOException {
        Map<String, String> settings = new LinkedHashMap<>();
        if (!isGiven()) {
            return settings;
        }
        if (ports == 1) {
            try (ServerSocket free = new ServerSocket(port)) {
                port = free.getLocalPort();
            } catch (IOException taken) {
                throw new IOException("--metrics-port " + port + " cannot be used", taken);
            }
        }
        String range = ports == 1 ? Integer.toString(port) : port + "-" + (port + ports - 1);
        JobMetrics.reporter(range).forEach((key, value) -> settings.put("flink." + key, value));
        return settings;
    }
}
