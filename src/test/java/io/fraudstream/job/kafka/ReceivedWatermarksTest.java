package io.fraudstream.job.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.fraudstream.job.state.Received;
import io.fraudstream.transaction.Coordinates;
import io.fraudstream.transaction.Decoded;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.MessageType;
import io.fraudstream.transaction.Rejection;
import io.fraudstream.transaction.RejectionReason;
import io.fraudstream.transaction.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.eventtime.TimestampAssigner;
import org.apache.flink.api.common.eventtime.TimestampAssignerSupplier;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkGeneratorSupplier;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.util.clock.RelativeClock;
import org.apache.flink.util.clock.SystemClock;
import org.junit.jupiter.api.Test;

class ReceivedWatermarksTest {
    private static final long NOON = 1_709_294_400_000L;
    private static final Coordinates HERE = new Coordinates("transactions", 0, 0, NOON);

    private final Partition partition = new Partition();

    @Test
    void followsTheNewestEventAtTheDistanceOfTheBound() {
        partition.receive(transaction(NOON), false);
        partition.receive(transaction(NOON - 5), false);
        partition.look();

        assertThat(partition.watermarks).containsExactly(NOON - 10_001);
    }

    @Test
    void aRejectedRecordMovesNothing() {
        partition.receive(rejection(), false);
        partition.look();

        assertThat(partition.watermarks).isEmpty();
    }

    @Test
    void aLabelCountsByWhenItBecameKnown() {
        partition.receive(
                new FraudLabel("t", "c", null, null, NOON - 99, true, NOON, "analyst"), false);
        partition.look();

        assertThat(partition.watermarks).containsExactly(NOON - 10_001);
    }

    @Test
    void theLastRecordOfARunEndsTimeEvenIfItIsRejected() {
        partition.receive(transaction(NOON), false);
        partition.receive(rejection(), true);
        partition.look();

        assertThat(partition.watermarks).containsExactly(ReceivedWatermarks.END_OF_RUN);
    }

    private static Transaction transaction(long eventTime) {
        return new Transaction(
                "t",
                eventTime,
                "c",
                1,
                "EUR",
                1,
                null,
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

    private static Rejection rejection() {
        return new Rejection(RejectionReason.EMPTY, null, "nothing in it", "", 0, HERE);
    }

    /** What Flink does for one partition; idleness is an error here. */
    private static final class Partition implements WatermarkOutput {
        private static final WatermarkStrategy<Received> STRATEGY =
                ReceivedWatermarks.untilEnd(Duration.ofSeconds(10));

        private final Context context = new Context();
        private final TimestampAssigner<Received> times = STRATEGY.createTimestampAssigner(context);
        private final WatermarkGenerator<Received> generator =
                STRATEGY.createWatermarkGenerator(context);
        private final List<Long> watermarks = new ArrayList<>();

        void receive(Decoded decoded, boolean last) {
            Received received = Received.alone(decoded, HERE, last);
            generator.onEvent(received, times.extractTimestamp(received, HERE.timestamp()), this);
        }

        void look() {
            generator.onPeriodicEmit(this);
        }

        @Override
        public void emitWatermark(Watermark watermark) {
            watermarks.add(watermark.getTimestamp());
        }

        @Override
        public void markIdle() {
            throw new AssertionError("a partition of a run until the end is never idle");
        }

        @Override
        public void markActive() {
            throw new AssertionError("a partition of a run until the end is never idle");
        }
    }

    private static final class Context
            implements TimestampAssignerSupplier.Context, WatermarkGeneratorSupplier.Context {
        @Override
        public MetricGroup getMetricGroup() {
            return new UnregisteredMetricsGroup();
        }

        @Override
        public RelativeClock getInputActivityClock() {
            return SystemClock.getInstance();
        }
    }
}
