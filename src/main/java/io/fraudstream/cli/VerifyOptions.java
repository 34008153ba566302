package io.fraudstream.cli;

import io.fraudstream.config.Settings;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options of {@code replay --verify}. */
final class VerifyOptions {
    /** By which way a recording comes into the job. */
    enum Way {
        FILES,
        BROKER
    }

    @Option(
            names = "--verify",
            description = {
                "Send nothing: run the recording through the job here, in event-time order, and"
                    + " hash what it finds out about each event. The same recording, bundle,"
                    + " settings and --partitions give the same hash, whatever the other options."
            })
    boolean verify;

    @Option(
            names = "--topics",
            description = {
                "With --verify, take the topics transactions (from --since to --until) and labels"
                        + " (whole) in place of files."
            })
    boolean topics;

    @Option(
            names = "--model",
            paramLabel = "BUNDLE",
            description = "Score with this bundle (default: none, features only).")
    Path model;

    @Option(
            names = "--threshold",
            paramLabel = "SCORE",
            description = "Alert from this score on, 0 to 1 (default: the bundle's own).")
    Double threshold;

    @Option(
            names = "--parallelism",
            paramLabel = "N",
            description = "Subtasks of each operator (default: the setting job.parallelism).")
    Integer parallelism;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            defaultValue = "4",
            description =
                    "Partitions that rows of files are dealt to by card, as a topic's would be; an"
                            + " event is late by its own partition (default: ${DEFAULT-VALUE}).")
    int partitions;

    @Option(
            names = "--state-backend",
            paramLabel = "hashmap|rocksdb",
            description = "Where state is kept (default: the setting job.stateBackend).")
    Settings.StateBackend stateBackend;

    @Option(
            names = "--through",
            paramLabel = "files|broker",
            defaultValue = "files",
            description =
                    "Whether the job reads the recording itself or from a Kafka broker that is"
                            + " started for it (default: ${DEFAULT-VALUE}).")
    Way way;

    @Option(
            names = "--kill",
            description =
                    "End the task manager in the middle, a quarter of the recording behind a"
                            + " checkpoint, from which the job is then restored.")
    boolean kill;

    @Option(
            names = "--savepoint",
            description = "Stop the job with a savepoint in the middle, and go on from it.")
    boolean savepoint;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "Write what was found out there, sorted by (event time, id), for replay diff;"
                            + " compressed if the name ends in .gz.")
    Path out;

    @Option(names = "--expect", paramLabel = "HASH", description = "Fail unless this is the hash.")
    String expected;

    @Option(
            names = "--work",
            paramLabel = "DIR",
            description =
                    "Where the recording is laid out and lines are sorted, about 2 KB an event"
                            + " (default: the system's directory for temporary files).")
    Path work;
}
