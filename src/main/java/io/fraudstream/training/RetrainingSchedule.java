package io.fraudstream.training;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Runs rounds at even distances: the first at once, then at whole multiples of the distance since
 * then. Times that pass while a round is under way are left out.
 */
public final class RetrainingSchedule {
    private final Duration every;
    private final Clock clock;
    private final Wait wait;

    /** Waits for a time to come. */
    @FunctionalInterface
    public interface Wait {
        /**
         * @return false if no further round is wanted
         */
        boolean until(Instant time) throws InterruptedException;
    }

    /** One round; what goes wrong in it must not end the schedule. */
    @FunctionalInterface
    public interface Round {
        void run(Instant next) throws InterruptedException;
    }

    public RetrainingSchedule(Duration every, Clock clock, Wait wait) {
        if (every.isNegative() || every.isZero()) {
            throw new IllegalArgumentException(
                    "every is " + every + ", expected a duration of more than zero");
        }
        this.every = every;
        this.clock = clock;
        this.wait = wait;
    }

    /** Returns when no further round is wanted. */
    public void run(Round round) throws InterruptedException {
        Instant first = clock.instant();
        Instant due = first;
        do {
            round.run(due.plus(every));
            long passed = Duration.between(first, clock.instant()).toMillis() / every.toMillis();
            due = first.plus(every.multipliedBy(passed + 1));
        } while (wait.until(due));
    }
}
