package io.fraudstream.bench;

/** One part of the benchmark, which can be run alone. */
public interface Section {
    /** Its key in the JSON and its name on the command line. */
    String name();

    /** What it measures, in a line. */
    String description();

    /**
     * Measures. What is compared takes turns within a round, so that a machine that slows down
     * slows all of it.
     */
    void run(BenchSettings settings, Findings findings) throws Exception;
}
