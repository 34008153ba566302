package io.fraudstream.job;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * The newest complete checkpoint or savepoint below a directory, and what had been counted when a
 * run ended there.
 */
final class RestorePoint {
    private static final String METADATA = "_metadata";
    private static final String COUNTS = "fraudstream-counts.properties";

    private final Path directory;

    RestorePoint(Path directory) {
        this.directory = directory;
    }

    /** The directory to restore from; only complete checkpoints have their metadata. */
    Optional<Path> newest() throws IOException {
        if (!Files.isDirectory(directory)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.walk(directory, 4)) {
            return files.filter(file -> file.getFileName().toString().equals(METADATA))
                    .max(Comparator.comparing(RestorePoint::modified))
                    .map(Path::getParent);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** What the run that ended with this savepoint had counted; none if it ended otherwise. */
    static JobCounts countsAt(Path point) throws IOException {
        Path file = point.resolve(COUNTS);
        if (!Files.exists(file)) {
            return JobCounts.NONE;
        }
        Properties p = new Properties();
        try (var reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            p.load(reader);
        }
        return new JobCounts(
                number(p, "read"),
                number(p, "scored"),
                number(p, "rejected"),
                number(p, "late"),
                number(p, "scoredLate"),
                number(p, "duplicate"),
                number(p, "alerts"),
                number(p, "approximate"),
                number(p, "labels"),
                number(p, "labelsRejected"),
                JobCounts.NONE.latencyMillis());
    }

    static void writeCounts(Path point, JobCounts counts) throws IOException {
        Properties p = new Properties();
        p.setProperty("read", Long.toString(counts.read()));
        p.setProperty("scored", Long.toString(counts.scored()));
        p.setProperty("rejected", Long.toString(counts.rejected()));
        p.setProperty("late", Long.toString(counts.late()));
        p.setProperty("scoredLate", Long.toString(counts.scoredLate()));
        p.setProperty("duplicate", Long.toString(counts.duplicate()));
        p.setProperty("alerts", Long.toString(counts.alerts()));
        p.setProperty("approximate", Long.toString(counts.approximate()));
        p.setProperty("labels", Long.toString(counts.labels()));
        p.setProperty("labelsRejected", Long.toString(counts.labelsRejected()));
        try (var writer = Files.newBufferedWriter(point.resolve(COUNTS), StandardCharsets.UTF_8)) {
            p.store(writer, "What the job had counted at this savepoint");
        }
    }

    private static long number(Properties p, String key) {
        return Long.parseLong(p.getProperty(key, "0"));
    }

    private static FileTime modified(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
