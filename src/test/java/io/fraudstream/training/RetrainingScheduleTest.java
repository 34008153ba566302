package io.fraudstream.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetrainingScheduleTest {
    private static final Instant START = Instant.parse("2026-03-01T02:00:00Z");
    private static final Duration DAY = Duration.ofDays(1);

    private final SetClock clock = new SetClock();
    private final List<Instant> rounds = new ArrayList<>();
    private final List<Instant> announced = new ArrayList<>();

    /** Stands still but for what the test does. */
    private static final class SetClock extends Clock {
        private Instant now = START;

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
            throw new UnsupportedOperationException("there is one zone");
        }
    }

    @Test
    void roundsAreEvenlyApartHoweverLongOneTakes() throws InterruptedException {
        run(3, Duration.ofHours(5));

        assertThat(rounds).containsExactly(START, START.plus(DAY), START.plus(DAY.multipliedBy(2)));
        assertThat(announced.get(0)).isEqualTo(START.plus(DAY));
    }

    @Test
    void timesThatPassDuringARoundAreLeftOut() throws InterruptedException {
        run(2, Duration.ofHours(60));

        assertThat(rounds).containsExactly(START, START.plus(DAY.multipliedBy(3)));
    }

    @Test
    void itEndsWhenNoFurtherRoundIsWanted() throws InterruptedException {
        run(1, Duration.ZERO);

        assertThat(rounds).containsExactly(START);
    }

    @Test
    void thereMustBeTimeBetweenRounds() {
        assertThatThrownBy(() -> new RetrainingSchedule(Duration.ZERO, clock, time -> false))
                .hasMessage("every is PT0S, expected a duration of more than zero");
    }

    private void run(int wanted, Duration takes) throws InterruptedException {
        new RetrainingSchedule(
                        DAY,
                        clock,
                        time -> {
                            if (rounds.size() == wanted) {
                                return false;
                            }
                            assertThat(time).isAfter(clock.now);
                            clock.now = time;
                            return true;
                        })
                .run(
                        next -> {
                            rounds.add(clock.now);
                            announced.add(next);
                            clock.now = clock.now.plus(takes);
                        });
    }
}
