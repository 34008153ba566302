package io.fraudstream.kafka;

import java.time.Duration;

/** Lets time pass; a port, so that tests can let it pass at once. */
@FunctionalInterface
public interface Pause {
    /** Sleeps on the machine's clock. */
    Pause SLEEP = duration -> Thread.sleep(duration.toMillis(), duration.toNanosPart() % 1_000_000);

    void pause(Duration duration) throws InterruptedException;
}
