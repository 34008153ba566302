package io.fraudstream.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** What the JVM's compiler threads have used of the processor, which Linux alone tells. */
final class CompilerThreads {
    private static final Path THREADS = Path.of("/proc/self/task");

    /** By HotSpot's names, cut off at 15 characters. */
    private static final String NAME = "C[12] CompilerThre.*\\s*";

    /** Of user and system time, in fields of {@code stat} behind the name. */
    private static final int USER = 11;

    private static final int SYSTEM = 12;

    /** USER_HZ, which is 100 in every Linux that runs a JVM. */
    private static final long NANOS_PER_TICK = TimeUnit.MILLISECONDS.toNanos(10);

    private CompilerThreads() {}

    /** So far, in steps of 10 ms; 0 on other systems. */
    static long cpuNanos() {
        if (!Files.isDirectory(THREADS)) {
            return 0;
        }
        long ticks = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
            for (Path thread : threads) {
                ticks += ticks(thread);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ticks * NANOS_PER_TICK;
    }

    private static long ticks(Path thread) throws IOException {
        try {
            if (!Files.readString(thread.resolve("comm")).matches(NAME)) {
                return 0;
            }
            String stat = Files.readString(thread.resolve("stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return Long.parseLong(fields[USER]) + Long.parseLong(fields[SYSTEM]);
        } catch (NoSuchFileException ended) {
            return 0;
        }
    }
}
