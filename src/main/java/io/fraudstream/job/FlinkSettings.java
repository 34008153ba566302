package io.fraudstream.job;

import java.net.URI;
import java.time.Duration;
import java.util.Map;

/**
 * How Flink runs the job.
 *
 * @param webPort of Flink's web interface, or -1 for none
 * @param extra Flink's own keys, laid over everything else
 */
public record FlinkSettings(
        int parallelism,
        int maxParallelism,
        Duration checkpointInterval,
        URI checkpoints,
        boolean rocksDb,
        int webPort,
        Map<String, String> extra) {}
