package io.fraudstream.job.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fraudstream.kafka.LocalBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A broker that is down when a job is to start. */
@Timeout(300)
class BrokerPatienceIT {
    @TempDir private Path directory;

    @Test
    void aBrokerThatComesLaterIsWaitedFor() throws Exception {
        int port = freePort();
        List<LocalBroker> brokers = new ArrayList<>();
        List<String> told = new ArrayList<>();

        try {
            BrokerPatience.await(
                    "localhost:" + port,
                    Map.of(),
                    Duration.ofMinutes(4),
                    line -> {
                        told.add(line);
                        brokers.add(start(port));
                    });
        } finally {
            brokers.forEach(LocalBroker::close);
        }

        assertThat(told)
                .containsExactly(
                        "No Kafka broker at localhost:"
                                + port
                                + " answers; asking again for up to 240 s ...");
    }

    @Test
    void oneThatDoesNotComeIsNamed() throws Exception {
        int port = freePort();

        assertThatThrownBy(
                        () ->
                                BrokerPatience.await(
                                        "localhost:" + port, Map.of(), Duration.ZERO, line -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("no Kafka broker at localhost:" + port + " answers: ");
    }

    private LocalBroker start(int port) {
        try {
            return LocalBroker.start(directory, port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
