package io.fraudstream.bench;

import io.fraudstream.bench.Testbed.Trial;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.simulation.TransactionSimulator;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * From the moment at which an event is due in the input topic to its alert at a consumer of the
 * output topic, at shares of the rate that the job with a dense network came to at most. Broker and
 * jobs have a JVM of their own each, sender and consumer this one, and all share the machine;
 * checkpoints are the defaults, and for exactly once come every 10 s. So one is always measured at
 * half of the rate, and elsewhere by chance.
 */
final class LatencySection implements Section {
    private static final Duration SETTLING = Duration.ofSeconds(5);

    /** Histories that were just restored have no room and grow with their next events. */
    private static final Duration GROWING = Duration.ofSeconds(10);

    private static final Duration MEASURED = Duration.ofSeconds(10);
    private static final Duration HALF_MEASURED = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** What is committed last comes one checkpoint later. */
    private static final Duration COMMIT_PATIENCE = Duration.ofSeconds(13);

    private static final Duration MAXIMUM_MEASURED = Duration.ofSeconds(8);
    private static final int CARDS = 50_000;
    private static final int DAYS = 365;
    private static final int HISTORY = 1_000_000;
    private static final int PARTITIONS = 4;
    private static final int MAXIMUM_EVENTS = 1_200_000;
    private static final String WARMING_INTERVAL = "3s";
    private static final String HEAP = "4g";
    private static final String DENSE = "dense";
    private static final double MICROS_PER_MILLI = 1000;

    private final PipelineSection pipeline;

    private Path history;
    private long inHistory;

    /**
     * @param pipeline is asked for the maximum, if it has run
     */
    LatencySection(PipelineSection pipeline) {
        this.pipeline = pipeline;
    }

    @Override
    public String name() {
        return "latency";
    }

    @Override
    public String description() {
        return "from an event that is due to its alert at a consumer, milliseconds";
    }

    @Override
    public void run(BenchSettings settings, Findings findings) throws Exception {
        Path directory = settings.directory().resolve(name());
        try (Testbed bed = Testbed.open(directory, PARTITIONS)) {
            Workload training =
                    Workload.of(
                            (int) settings.amount(PipelineSection.TRAINING_CARDS, 300),
                            PipelineSection.TRAINING_DAYS);
            ModelPointer model = bed.serving(training.trained(NetworkKind.DENSE));
            Map<String, Trial> jobs = new LinkedHashMap<>();
            jobs.put("passthrough", Testbed.passthrough());
            jobs.put(DENSE, Testbed.product(model));

            settings.progress().accept("latency: filling the topics ...");
            TransactionSimulator stream = Workload.simulator(bed.parts(), CARDS, DAYS);
            bed.fill(new SimulatedRows(stream, settings.amount(HISTORY, HISTORY / 10)));
            keep(bed, bed.savepointOf(Testbed.product(null)));
            Map<String, TrialProcess> processes = new LinkedHashMap<>();
            try {
                for (Map.Entry<String, Trial> job : jobs.entrySet()) {
                    processes.put(
                            job.getKey(),
                            TrialProcess.start(
                                    bed,
                                    directory.resolve(job.getKey()),
                                    job.getValue(),
                                    settings.quick() ? PipelineSection.QUICK_HEAP : HEAP));
                }
                double maximum = maximum(bed, settings, stream, jobs, processes);
                findings.put("maximumEventsPerSecond", maximum);
                findings.row("", "events a second", "p50", "p99", "p99.9", "max");
                for (int percent : new int[] {25, 75, 50}) {
                    measure(
                            bed,
                            settings,
                            stream,
                            jobs,
                            processes,
                            maximum * percent / 100,
                            percent,
                            findings);
                }
                jobs.replaceAll(
                        (name, job) ->
                                job.with("job.delivery", "exactly-once")
                                        .with("job.checkpointInterval", "10s"));
                measure(bed, settings, stream, jobs, processes, maximum / 2, 0, findings);
            } finally {
                processes.values().forEach(TrialProcess::close);
            }
        }
    }

    private void keep(Testbed bed, Path savepoint) {
        history = savepoint;
        inHistory = bed.transactions();
    }

    /**
     * Runs both jobs at full speed first, and once with checkpoints, so that no latency is the
     * compiler's: what a checkpoint runs would else be compiled during the first one measured.
     */
    private double maximum(
            Testbed bed,
            BenchSettings settings,
            TransactionSimulator stream,
            Map<String, Trial> jobs,
            Map<String, TrialProcess> processes)
            throws Exception {
        settings.progress().accept("latency: warming up and measuring the maximum ...");
        bed.fill(new SimulatedRows(stream, settings.amount(MAXIMUM_EVENTS, MAXIMUM_EVENTS / 4)));
        double maximum = pipeline.denseEventsPerSecond();
        for (int run = 0; run < (settings.quick() ? 1 : 2); run++) {
            for (Map.Entry<String, Trial> job : jobs.entrySet()) {
                Trial trial =
                        run == 0 && !settings.quick()
                                ? job.getValue().with("job.checkpointInterval", WARMING_INTERVAL)
                                : job.getValue();
                double rate =
                        processes
                                .get(job.getKey())
                                .pace(trial.after(history), inHistory, SETTLING, MAXIMUM_MEASURED)
                                .eventsPerSecond();
                if (job.getKey().equals(DENSE) && Double.isNaN(pipeline.denseEventsPerSecond())) {
                    maximum = rate;
                }
            }
        }
        keep(bed, bed.savepointOf(Testbed.product(null).after(history)));
        return maximum;
    }

    /**
     * @param percent of the maximum that the rate is, or 0 for exactly once at half of it
     */
    private void measure(
            Testbed bed,
            BenchSettings settings,
            TransactionSimulator stream,
            Map<String, Trial> jobs,
            Map<String, TrialProcess> processes,
            double rate,
            int percent,
            Findings findings)
            throws Exception {
        boolean exactlyOnce = percent == 0;
        Duration measured = settings.quick() ? SETTLING : percent == 50 ? HALF_MEASURED : MEASURED;
        for (Map.Entry<String, Trial> job : jobs.entrySet()) {
            settings.progress()
                    .accept(
                            "latency: "
                                    + job.getKey()
                                    + (exactlyOnce ? " exactly once" : " at " + percent + " %")
                                    + " ...");
            Histogram[] micros = new Histogram[1];
            Path savepoint =
                    processes
                            .get(job.getKey())
                            .during(
                                    job.getValue().after(history),
                                    inHistory,
                                    job.getKey().equals(DENSE),
                                    () ->
                                            micros[0] =
                                                    Load.of(
                                                                    bed,
                                                                    stream,
                                                                    rate,
                                                                    settings.quick()
                                                                            ? SETTLING
                                                                            : GROWING,
                                                                    measured,
                                                                    exactlyOnce)
                                                            .run(
                                                                    exactlyOnce
                                                                            ? COMMIT_PATIENCE
                                                                            : PATIENCE));
            if (savepoint != null) {
                keep(bed, savepoint);
            }
            Findings found = findings.under(job.getKey());
            if (percent != 50) {
                found = found.under(exactlyOnce ? "exactlyOnce" : "at" + percent + "Percent");
            }
            report(job.getKey(), exactlyOnce, rate, micros[0], found);
        }
    }

    private static void report(
            String job, boolean exactlyOnce, double rate, Histogram micros, Findings found) {
        found.put("rate", rate)
                .put("alerts", micros.getTotalCount())
                .put("p50", millis(micros.getValueAtPercentile(50)))
                .put("p99", millis(micros.getValueAtPercentile(99)))
                .put("p999", millis(micros.getValueAtPercentile(99.9)))
                .put("max", millis(micros.getMaxValue()));
        found.row(
                job + (exactlyOnce ? ", exactly once" : ""),
                String.format(Locale.ROOT, "%.0f", rate),
                text(micros.getValueAtPercentile(50)),
                text(micros.getValueAtPercentile(99)),
                text(micros.getValueAtPercentile(99.9)),
                text(micros.getMaxValue()));
    }

    private static double millis(long micros) {
        return micros / MICROS_PER_MILLI;
    }

    private static String text(long micros) {
        return String.format(Locale.ROOT, "%.1f", millis(micros));
    }
}
