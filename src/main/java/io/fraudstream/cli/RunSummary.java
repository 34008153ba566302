package io.fraudstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fraudstream.job.JobCounts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** The JSON that {@code --summary} writes: a contract, since others drive the program by it. */
final class RunSummary {
    private final Map<String, Object> fields = new LinkedHashMap<>();

    RunSummary(JobCounts counts, Duration elapsed) {
        fields.put("read", counts.read());
        fields.put("scored", counts.scored());
        fields.put("rejected", counts.rejected());
        fields.put("late", counts.late());
        fields.put("duplicate", counts.duplicate());
        fields.put("alerts", counts.alerts());
        fields.put("scoredLate", counts.scoredLate());
        fields.put("approximate", counts.approximate());
        fields.put("labels", counts.labels());
        fields.put("labelsRejected", counts.labelsRejected());
        fields.put("balanced", counts.isBalanced());
        fields.put("seconds", elapsed.toMillis() / 1000.0);
    }

    /** The same for people, in a line. */
    static String line(JobCounts counts, Duration elapsed) {
        return String.format(
                Locale.ROOT,
                "Read %,d = scored %,d + rejected %,d + late %,d + duplicate %,d; %,d alerts;"
                        + " %,d labels; %.1f s.",
                counts.read(),
                counts.scored(),
                counts.rejected(),
                counts.late(),
                counts.duplicate(),
                counts.alerts(),
                counts.labels(),
                elapsed.toMillis() / 1000.0);
    }

    RunSummary with(String field, Object value) {
        fields.put(field, value);
        return this;
    }

    /** Leaves latency out where no event arrived live. */
    RunSummary withLatency(Histogram histogram, double unitsPerMilli) {
        if (histogram.getTotalCount() > 0) {
            Map<String, Object> latency = new LinkedHashMap<>();
            latency.put("p50", histogram.getValueAtPercentile(50) / unitsPerMilli);
            latency.put("p95", histogram.getValueAtPercentile(95) / unitsPerMilli);
            latency.put("p99", histogram.getValueAtPercentile(99) / unitsPerMilli);
            latency.put("p999", histogram.getValueAtPercentile(99.9) / unitsPerMilli);
            latency.put("max", histogram.getMaxValue() / unitsPerMilli);
            fields.put("latencyMillis", latency);
        }
        return this;
    }

    /** Does nothing without a file. */
    void write(Path file) throws IOException {
        if (file != null) {
            JsonMapper.builder()
                    .build()
                    .writerWithDefaultPrettyPrinter()
                    .writeValue(file.toFile(), fields);
        }
    }
}
