package io.fraudstream.job.operator;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.job.JobSettings;
import io.fraudstream.job.LatePolicy;
import io.fraudstream.job.OrderMode;
import io.fraudstream.job.SimulatedRecording;
import io.fraudstream.job.kafka.Codecs;
import io.fraudstream.job.state.Admitted;
import io.fraudstream.job.state.Received;
import io.fraudstream.registry.TrustedKeys;
import io.fraudstream.transaction.Coordinates;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.MessageType;
import io.fraudstream.transaction.Rejection;
import io.fraudstream.transaction.RejectionReason;
import io.fraudstream.transaction.TraceContext;
import io.fraudstream.transaction.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;

/** Named instants and records for the operators' tests. */
final class Events {
    static final long NOON = Instant.parse("2024-03-01T12:00:00Z").toEpochMilli();
    static final long SECOND = 1000;
    static final long DAY = Duration.ofDays(1).toMillis();
    static final Duration BOUND = Duration.ofSeconds(10);
    static final Codecs CODECS = SimulatedRecording.CODECS;
    static final FeatureSchema SCHEMA = new FeatureSchema(CODECS.rates());

    static final TraceContext TRACE =
            new TraceContext("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "congo=1");

    private Events() {}

    static JobSettings settings(OrderMode order, LatePolicy latePolicy) {
        return new JobSettings(
                order,
                latePolicy,
                BOUND,
                Duration.ofSeconds(30),
                Duration.ofDays(7),
                4096,
                JobSettings.HISTORY_CACHE_MB,
                null,
                List.of(),
                false,
                true,
                TrustedKeys.NONE,
                0);
    }

    static JobSettings settings(OrderMode order) {
        return settings(order, LatePolicy.SCORE);
    }

    /** On one card, at one terminal. */
    static Transaction transaction(String id, long eventTime) {
        return new Transaction(
                id,
                eventTime,
                "card",
                1250,
                "EUR",
                1250,
                "terminal",
                null,
                null,
                null,
                null,
                Double.NaN,
                Double.NaN,
                null,
                null,
                MessageType.AUTHORIZATION,
                null);
    }

    static Received received(Transaction transaction) {
        return Received.alone(transaction, at(0, 0), false);
    }

    static Received rejected() {
        return Received.alone(
                new Rejection(RejectionReason.EMPTY, null, "nothing in it", "", 0, at(0, 0)),
                at(0, 0),
                false);
    }

    /** The same in a trace. */
    static Admitted traced(Admitted admitted) {
        return new Admitted(
                admitted.transaction(),
                admitted.orderTime(),
                admitted.late(),
                admitted.partition(),
                admitted.offset(),
                admitted.receivedAt(),
                TRACE);
    }

    static Admitted admitted(int partition, long offset, Transaction transaction) {
        return new Admitted(
                transaction, transaction.eventTime(), false, partition, offset, 0, null);
    }

    static Admitted admitted(String id, long eventTime) {
        return admitted(0, 0, transaction(id, eventTime));
    }

    static FraudLabel fraud(Transaction transaction, long knownAt) {
        return new FraudLabel(
                transaction.id(),
                transaction.cardId(),
                transaction.terminalId(),
                transaction.merchantId(),
                transaction.eventTime(),
                true,
                knownAt,
                "analyst");
    }

    /** A harness says that closing may be interrupted, which an auto-closed resource must not. */
    static void close(AbstractStreamOperatorTestHarness<?> harness) {
        try {
            harness.close();
        } catch (Exception e) {
            throw new IllegalStateException("closing a harness failed", e);
        }
    }

    private static Coordinates at(int partition, long offset) {
        return new Coordinates("transactions", partition, offset, NOON);
    }
}
