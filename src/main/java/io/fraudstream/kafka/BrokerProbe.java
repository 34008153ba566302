package io.fraudstream.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;

/**
 * Asks a broker whether it is there and which topics it has. Health is a value: nothing is thrown.
 */
public sealed interface BrokerProbe {
    /** The broker answered. */
    record Reached(Set<String> topics) implements BrokerProbe {}

    /**
     * The broker did not answer.
     *
     * @param why in one line
     */
    record Unreachable(String why) implements BrokerProbe {}

    /**
     * Lists the topics.
     *
     * @param properties passed to the client as they are
     * @param patience how long to wait for an answer
     */
    static BrokerProbe of(
            String bootstrapServers, Map<String, String> properties, Duration patience) {
        Map<String, Object> client = new HashMap<>(properties);
        client.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        client.put(
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.toIntExact(patience.toMillis()));
        client.put(
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                Math.toIntExact(patience.toMillis()));
        try (Admin admin = Admin.create(client)) {
            return new Reached(
                    admin.listTopics()
                            .names()
                            .get(patience.toMillis() + 1000, TimeUnit.MILLISECONDS));
        } catch (ExecutionException failed) {
            return new Unreachable(BrokerFault.describe(failed.getCause(), properties));
        } catch (TimeoutException late) {
            return new Unreachable("no answer within " + patience.toSeconds() + " s");
        } catch (KafkaException wrongSettings) {
            return new Unreachable(BrokerFault.describe(wrongSettings, properties));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return new Unreachable("interrupted");
        }
    }
}
