package io.fraudstream.bench;

import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** Runs sections one after the other. */
public final class Benchmark {
    private Benchmark() {}

    /** All there are, in the order in which they run. */
    public static List<Section> sections() {
        PipelineSection pipeline = new PipelineSection();
        return List.of(
                new ScoringSection(),
                new KernelsSection(),
                new FeaturesSection(),
                new CodecSection(),
                pipeline,
                new LatencySection(pipeline),
                new ScaleSection(),
                new TrainingSection());
    }

    /**
     * Runs these sections.
     *
     * @param done is told of each section when it has ended
     * @return the machine, the settings and the figures of each section by its name
     */
    public static Map<String, Object> run(
            List<Section> sections,
            BenchSettings settings,
            Clock clock,
            BiConsumer<Section, Findings> done)
            throws Exception {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("at", clock.instant().toString());
        all.put("machine", Machine.here());
        all.put("settings", Map.of("rounds", settings.rounds(), "quick", settings.quick()));
        for (Section section : sections) {
            long began = System.nanoTime();
            Findings findings = new Findings();
            section.run(settings, findings);
            findings.put(
                    "seconds", Duration.ofNanos(System.nanoTime() - began).toMillis() / 1000.0);
            all.put(section.name(), findings.figures());
            done.accept(section, findings);
        }
        return all;
    }
}
