package io.fraudstream.job;

/** In which order events are scored. */
public enum OrderMode {
    /** At once, as they are received: the lowest latency. */
    ARRIVAL,
    /**
     * Held until the watermark and scored by (event time, transaction id): the same result at any
     * parallelism.
     */
    EVENT_TIME
}
