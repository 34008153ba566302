package io.fraudstream.bench;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The scorer's inner loops by JMH, in JVMs of their own, by plain loops and by the Vector API. */
final class KernelsSection implements Section {
    private static final String PATH = "path";
    private static final String PLAIN = "plain";
    private static final String VECTOR = "vector";

    @Override
    public String name() {
        return "kernels";
    }

    @Override
    public String description() {
        return "the scorer's inner loops by JMH: plain, and by the Vector API";
    }

    @Override
    public void run(BenchSettings settings, Findings findings) throws RunnerException {
        boolean both = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        settings.progress().accept("kernels: JMH ...");
        TimeValue iteration = TimeValue.milliseconds(settings.amount(200, 20));
        Collection<RunResult> runs =
                new Runner(
                                new OptionsBuilder()
                                        .include("\\.KernelBenchmark\\.")
                                        .param(
                                                PATH,
                                                both
                                                        ? new String[] {PLAIN, VECTOR}
                                                        : new String[] {PLAIN})
                                        .forks(settings.quick() ? 1 : settings.rounds())
                                        .warmupIterations(settings.quick() ? 1 : 5)
                                        .warmupTime(iteration)
                                        .measurementIterations(5)
                                        .measurementTime(iteration)
                                        .verbosity(VerboseMode.SILENT)
                                        // Where each JVM's warning of the Vector API goes.
                                        .output(settings.directory().resolve("jmh.log").toString())
                                        .build())
                        .run();
        Map<String, Map<String, Result<?>>> byKernel = new TreeMap<>();
        for (RunResult run : runs) {
            Result<?> result = run.getPrimaryResult();
            byKernel.computeIfAbsent(result.getLabel(), kernel -> new TreeMap<>())
                    .put(run.getParams().getParam(PATH), result);
        }
        findings.row("", "plain (ns)", "Vector API (ns)", "ratio");
        byKernel.forEach(
                (kernel, byPath) -> {
                    Findings figures = findings.under(kernel);
                    byPath.forEach(
                            (path, result) -> {
                                figures.put(path + "Nanos", result.getScore());
                                figures.put(path + "NanosError", result.getScoreError());
                            });
                    Result<?> vector = byPath.get(VECTOR);
                    findings.row(
                            kernel,
                            text(byPath.get(PLAIN)),
                            text(vector),
                            vector == null
                                    ? ""
                                    : String.format(
                                            Locale.ROOT,
                                            "%.2f",
                                            byPath.get(PLAIN).getScore() / vector.getScore()));
                });
    }

    private static String text(Result<?> result) {
        return result == null
                ? ""
                : String.format(
                        Locale.ROOT, "%.0f ± %.0f", result.getScore(), result.getScoreError());
    }
}
