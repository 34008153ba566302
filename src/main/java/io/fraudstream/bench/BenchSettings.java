package io.fraudstream.bench;

import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * How much is measured.
 *
 * @param rounds how often each measurement is repeated; its median counts
 * @param quick whether a fraction of the work is done, to see that all of it runs: the figures are
 *     then rough
 * @param directory an empty one for what a section writes
 * @param progress is told what happens, a line at a time
 */
public record BenchSettings(int rounds, boolean quick, Path directory, Consumer<String> progress) {
    public BenchSettings {
        if (rounds < 1) {
            throw new IllegalArgumentException("rounds is " + rounds + ", expected 1 or more");
        }
    }

    /** So much work, or what is enough to see that it runs. */
    long amount(long whole, long enough) {
        return quick ? Math.min(whole, enough) : whole;
    }
}
