package io.fraudstream.bench;

import io.fraudstream.bench.Testbed.Pace;
import io.fraudstream.bench.Testbed.Trial;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.simulation.TransactionSimulator;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * The job from Kafka to Kafka beside {@link Passthrough}, on a broker in a process of its own, each
 * job in a JVM of its own that has run it before. All jobs go on from the state of 30 days of
 * history and begin with the same event; starting and the first seconds are left out. CPU seconds
 * are all of the job's process, Flink, the Kafka clients, checkpoints and garbage collector, but
 * for the compiler.
 */
final class PipelineSection implements Section {
    static final int CARDS = 10_000;
    static final int HISTORY = 600_000;
    static final int EVENTS = 2_600_000;
    static final int TRAINING_CARDS = 1_000;
    static final int TRAINING_DAYS = 30;

    private static final String PASSTHROUGH = "passthrough";
    private static final String EVENT_STORE = "eventStore";
    private static final Duration SETTLING = Duration.ofSeconds(2);
    private static final Duration MEASURED = Duration.ofSeconds(10);

    /** All jobs are there at once. */
    private static final String HEAP = "2g";

    static final String QUICK_HEAP = "768m";

    private static final int WARM_UPS = 2;
    private static final Duration QUICK = Duration.ofSeconds(2);
    private static final int PARTITIONS = 4;

    private double denseEventsPerSecond = Double.NaN;

    @Override
    public String name() {
        return "pipeline";
    }

    @Override
    public String description() {
        return "the job from Kafka to Kafka, against one that passes the same events through";
    }

    /** What the job with a dense network came to, or NaN before this section has run. */
    double denseEventsPerSecond() {
        return denseEventsPerSecond;
    }

    @Override
    public void run(BenchSettings settings, Findings findings) throws Exception {
        Path directory = settings.directory().resolve(name());
        try (Testbed bed = Testbed.open(directory, PARTITIONS)) {
            Path history = prepare(bed, settings);
            Workload training =
                    Workload.of((int) settings.amount(TRAINING_CARDS, 300), TRAINING_DAYS);
            settings.progress().accept("pipeline: training ...");
            ModelPointer dense = bed.serving(training.trained(NetworkKind.DENSE));
            ModelPointer lstm = bed.serving(training.trained(NetworkKind.LSTM));
            Map<String, Trial> trials = new LinkedHashMap<>();
            trials.put(PASSTHROUGH, Testbed.passthrough());
            trials.put("features", Testbed.product(null));
            trials.put("dense", Testbed.product(dense));
            trials.put("lstm", Testbed.product(lstm));
            trials.put("denseRocksDb", Testbed.product(dense).with("job.stateBackend", "rocksdb"));
            trials.put(EVENT_STORE, Testbed.product(dense).with("job.storeEvents", "true"));
            trials.replaceAll((name, trial) -> trial.after(history));
            long read = settings.amount(HISTORY, HISTORY / 10);
            Duration measured = settings.quick() ? QUICK : MEASURED;
            Map<String, TrialProcess> processes = new LinkedHashMap<>();
            Map<String, Pace[]> paces = new LinkedHashMap<>();
            try {
                for (Map.Entry<String, Trial> each : trials.entrySet()) {
                    String name = each.getKey();
                    settings.progress().accept("pipeline: warming up " + name + " ...");
                    TrialProcess process =
                            TrialProcess.start(
                                    bed,
                                    directory.resolve(name),
                                    each.getValue(),
                                    settings.quick() ? QUICK_HEAP : HEAP);
                    processes.put(name, process);
                    paces.put(name, new Pace[settings.rounds()]);
                    for (int i = 0; i < (settings.quick() ? 0 : WARM_UPS); i++) {
                        process.pace(each.getValue(), read, SETTLING, measured);
                    }
                }
                for (int round = 0; round < settings.rounds(); round++) {
                    settings.progress()
                            .accept("pipeline: round " + (round + 1) + " of " + settings.rounds());
                    for (Map.Entry<String, TrialProcess> each : processes.entrySet()) {
                        paces.get(each.getKey())[round] =
                                each.getValue()
                                        .pace(trials.get(each.getKey()), read, SETTLING, measured);
                    }
                }
            } finally {
                processes.values().forEach(TrialProcess::close);
            }
            report(paces, findings);
            denseEventsPerSecond = Spread.of(rates(paces.get("dense"))).median();
        }
    }

    /** Fills the topics, and gives the state of the job after the first 30 days. */
    static Path prepare(Testbed bed, BenchSettings settings) throws Exception {
        settings.progress().accept("filling the topics ...");
        int cards = (int) settings.amount(CARDS, CARDS / 10);
        TransactionSimulator stream = Workload.simulator(bed.parts(), cards, 365);
        bed.fill(new SimulatedRows(stream, settings.amount(HISTORY, HISTORY / 10)));
        Path history = bed.savepointOf(Testbed.product(null));
        bed.fill(new SimulatedRows(stream, settings.amount(EVENTS, EVENTS / 4)));
        return history;
    }

    private static void report(Map<String, Pace[]> paces, Findings findings) {
        double[] base = cpu(paces.get(PASSTHROUGH));
        findings.row("", "events a second", "CPU s a million", "passthrough's CPU over its");
        paces.forEach(
                (name, rounds) -> {
                    Spread rate = Spread.of(rates(rounds));
                    Spread cpu = Spread.of(cpu(rounds));
                    Spread ratio = Spread.ofRatios(base, cpu(rounds));
                    Findings found =
                            findings.under(name)
                                    .put("eventsPerSecond", rate)
                                    .put("cpuSecondsPerMillion", cpu)
                                    .put("cpuRatio", ratio);
                    if (name.equals(EVENT_STORE)) {
                        double without = Spread.of(cpu(paces.get("dense"))).median();
                        found.put("addedCpuSecondsPerMillion", cpu.median() - without);
                    }
                    findings.row(
                            name,
                            String.format(Locale.ROOT, "%.0f", rate.median()),
                            String.format(Locale.ROOT, "%.2f", cpu.median()),
                            String.format(
                                    Locale.ROOT,
                                    "%.3f (%.3f to %.3f)",
                                    ratio.median(),
                                    ratio.min(),
                                    ratio.max()));
                });
    }

    private static double[] rates(Pace[] rounds) {
        return each(rounds, Pace::eventsPerSecond);
    }

    private static double[] cpu(Pace[] rounds) {
        return each(rounds, Pace::cpuSecondsPerMillion);
    }

    private static double[] each(Pace[] rounds, ToDoubleFunction<Pace> figure) {
        return Arrays.stream(rounds).mapToDouble(figure).toArray();
    }
}
