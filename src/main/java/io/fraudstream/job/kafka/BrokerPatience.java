package io.fraudstream.job.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.errors.RetriableException;

/**
 * Waits for a broker that is down when a job is to start. Once a job runs, Flink's restart strategy
 * sees to brokers that go away.
 */
public final class BrokerPatience {
    /** For how long a broker is asked again and again. */
    public static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final int ATTEMPT_MILLIS = 5_000;

    private BrokerPatience() {}

    /**
     * Returns when a broker answers.
     *
     * @param client passed to the client as they are, such as {@code security.protocol}
     * @param patience how long to ask again and again
     * @param told once, when the first attempt has failed
     * @throws IllegalStateException if none has answered by then, or if asking again cannot help
     */
    public static void await(
            String bootstrapServers,
            Map<String, String> client,
            Duration patience,
            Consumer<String> told)
            throws InterruptedException {
        Map<String, Object> properties = new HashMap<>(client);
        properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, ATTEMPT_MILLIS);
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ATTEMPT_MILLIS);
        long deadline = System.nanoTime() + patience.toNanos();
        try (Admin admin = Admin.create(properties)) {
            for (boolean first = true; ; first = false) {
                try {
                    admin.describeCluster().nodes().get();
                    return;
                } catch (ExecutionException e) {
                    if (!(e.getCause() instanceof RetriableException)
                            || System.nanoTime() > deadline) {
                        throw new IllegalStateException(
                                "no Kafka broker at "
                                        + bootstrapServers
                                        + " answers: "
                                        + e.getCause().getMessage(),
                                e.getCause());
                    }
                    if (first) {
                        told.accept(
                                "No Kafka broker at "
                                        + bootstrapServers
                                        + " answers; asking again for up to "
                                        + patience.toSeconds()
                                        + " s ...");
                    }
                }
            }
        }
    }
}
