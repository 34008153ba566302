package io.fraudstream.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fraudstream.recording.RecordedTransaction;
import io.fraudstream.transaction.Coordinates;
import io.fraudstream.transaction.FraudLabel;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;

class RecordingSenderTest {
    private static final TopicNames TOPICS = new TopicNames("");

    private final WallClock clock = new WallClock();
    private final Sent sent = new Sent(clock);

    @Test
    void labelsLeaveWhenTheyBecomeKnownBeforeATransactionOfThatTime() throws InterruptedException {
        SendProgress result =
                sender(ReplaySpeed.MAX)
                        .send(
                                rows(
                                        fraud("a", 0, 50),
                                        fraud("b", 10, 20),
                                        genuine("c", 20),
                                        genuine("d", 49),
                                        genuine("e", 50)),
                                p -> {});

        assertThat(sent.texts).containsExactly("a", "b", "label b", "c", "d", "label a", "e");
        assertThat(result.transactions()).isEqualTo(5);
        assertThat(result.labels()).isEqualTo(2);
        assertThat(result.complete()).isTrue();
        assertThat(sent.flushed).isTrue();
    }

    @Test
    void labelsOfTheTailFollowTheLastTransactionInOrder() throws InterruptedException {
        sender(ReplaySpeed.MAX)
                .send(rows(fraud("a", 0, 900), fraud("c", 1, 500), fraud("b", 2, 500)), p -> {});

        assertThat(sent.texts).containsExactly("a", "c", "b", "label b", "label c", "label a");
    }

    @Test
    void anOldTransactionDoesNotTurnTheTimeBack() throws InterruptedException {
        SendProgress result =
                sender(ReplaySpeed.MAX)
                        .send(
                                rows(
                                        genuine("a", 100),
                                        fraud("b", 10, 60),
                                        genuine("c", 40),
                                        genuine("d", 101)),
                                p -> {});

        assertThat(sent.texts).containsExactly("a", "b", "c", "label b", "d");
        assertThat(result.firstEventTime()).isEqualTo(10);
        assertThat(result.lastEventTime()).isEqualTo(101);
    }

    @Test
    void recordsCarryTheCardAsKeyAndRowsWithoutATimeAreSentToo() throws InterruptedException {
        RecordedTransaction broken =
                new RecordedTransaction(
                        bytes("broken"),
                        null,
                        RecordedTransaction.NO_EVENT_TIME,
                        null,
                        coordinates());
        sender(new ReplaySpeed(1)).send(rows(genuine("a", 5), broken), p -> {});

        assertThat(sent.texts).containsExactly("a", "broken");
        assertThat(sent.keys).containsExactly("card of a", null);
    }

    @Test
    void aSpeedPacesEventTimeAgainstTheClock() throws InterruptedException {
        sender(ReplaySpeed.parse("60x"))
                .send(
                        rows(
                                genuine("a", 1_000_000),
                                genuine("b", 1_060_000),
                                genuine("c", 1_180_000)),
                        p -> {});

        assertThat(sent.at).containsExactly(0L, 1000L, 3000L);
    }

    @Test
    void lagTellsHowFarTheSendingIsBehind() throws InterruptedException {
        List<Duration> lags = new ArrayList<>();
        sent.millisEach = 700;
        sender(ReplaySpeed.parse("1x"))
                .send(
                        rows(genuine("a", 0), genuine("b", 500), genuine("c", 1000)),
                        p -> lags.add(p.lag()));

        // c was due at 1000 and could go at 1400.
        assertThat(lags.get(lags.size() - 1)).isEqualTo(Duration.ofMillis(400));
    }

    @Test
    void fullSpeedLooksAtNoEventTimeToWait() throws InterruptedException {
        sender(ReplaySpeed.MAX).send(rows(genuine("a", 0), genuine("b", 86_400_000)), p -> {});

        assertThat(sent.at).containsExactly(0L, 0L);
    }

    @Test
    void progressComesAFewTimesASecondAndAtTheEnd() throws InterruptedException {
        List<Long> counts = new ArrayList<>();
        sender(ReplaySpeed.parse("1x"))
                .send(
                        rows(genuine("a", 0), genuine("b", 450), genuine("c", 500)),
                        p -> counts.add(p.transactions()));

        assertThat(counts).containsExactly(1L, 1L, 3L);
    }

    @Test
    void stopEndsEvenAWaitAndFlushesWhatWasSent() throws InterruptedException {
        RecordingSender sender = sender(ReplaySpeed.parse("1x"));
        SendProgress result =
                sender.send(
                        rows(fraud("a", 0, 10_000_000), genuine("b", 3_600_000)),
                        p -> sender.stop());

        assertThat(sent.texts).containsExactly("a");
        assertThat(sent.flushed).isTrue();
        assertThat(result.complete()).isFalse();
        assertThat(result.pendingLabels()).isEqualTo(1);
        assertThat(clock.millis()).isLessThan(1000);
    }

    @Test
    void aRecordThatTheBrokerDoesNotTakeFailsTheSending() {
        sent.refuseFrom = 2;

        assertThatThrownBy(
                        () ->
                                sender(ReplaySpeed.MAX)
                                        .send(rows(genuine("a", 0), genuine("b", 1)), p -> {}))
                .isInstanceOf(KafkaException.class)
                .hasMessage("full");
    }

    private RecordingSender sender(ReplaySpeed speed) {
        return new RecordingSender(sent, TOPICS, speed, clock, clock::pass);
    }

    private static Iterator<RecordedTransaction> rows(RecordedTransaction... rows) {
        return List.of(rows).iterator();
    }

    private static RecordedTransaction genuine(String id, long eventTime) {
        return new RecordedTransaction(bytes(id), "card of " + id, eventTime, null, coordinates());
    }

    private static RecordedTransaction fraud(String id, long eventTime, long knownAt) {
        FraudLabel label =
                new FraudLabel(id, "card of " + id, "t", null, eventTime, true, knownAt, "test");
        return new RecordedTransaction(bytes(id), "card of " + id, eventTime, label, coordinates());
    }

    private static Coordinates coordinates() {
        return new Coordinates("file", 0, 1, Coordinates.NO_TIMESTAMP);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Begins at 0 and moves when somebody waits. */
    private static final class WallClock extends Clock {
        private Instant now = Instant.EPOCH;

        void pass(Duration duration) {
            now = now.plus(duration);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    /** Keeps what was sent, and when. */
    private static final class Sent implements RecordSink {
        private final WallClock clock;
        private final List<String> texts = new ArrayList<>();
        private final List<String> keys = new ArrayList<>();
        private final List<Long> at = new ArrayList<>();
        private long millisEach;
        private int refuseFrom = Integer.MAX_VALUE;
        private boolean flushed;

        Sent(WallClock clock) {
            this.clock = clock;
        }

        @Override
        public void send(String topic, byte[] key, byte[] value) {
            if (texts.size() + 1 >= refuseFrom) {
                throw new KafkaException("full");
            }
            texts.add(
                    topic.equals(TOPICS.labels())
                            ? "label " + labelled(value)
                            : new String(value, StandardCharsets.UTF_8));
            keys.add(key == null ? null : new String(key, StandardCharsets.UTF_8));
            at.add(clock.millis());
            clock.pass(Duration.ofMillis(millisEach));
        }

        /** The id of the transaction whose label has these bytes. */
        private static String labelled(byte[] value) {
            String text = new String(value, StandardCharsets.UTF_8);
            return text.replaceFirst("\\{\"transaction_id\":\"([^\"]*)\".*", "$1");
        }

        @Override
        public void flush() {
            flushed = true;
        }
    }
}
