package io.fraudstream.bench;

import io.fraudstream.bench.Testbed.Pace;
import io.fraudstream.bench.Testbed.Trial;
import io.fraudstream.cluster.JavaProcess;
import io.fraudstream.registry.ModelPointer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/**
 * Trials of one job in a JVM of its own, where it runs whenever it is its turn: as in a job that
 * has run for days, everything is compiled, and for this job alone. Has the options of this JVM and
 * those that docs/sizing.md advises.
 */
final class TrialProcess implements AutoCloseable {
    private static final String PACE = "pace";
    private static final String HOLD = "hold";
    private static final String READY = "ready ";
    private static final String RESULT = "result ";
    private static final String BETWEEN = "\t";

    private final JavaProcess process;

    private TrialProcess(JavaProcess process) {
        this.process = process;
    }

    /**
     * @param trial says which job it is; its history and settings are each request's own
     * @param heap such as 2g, whole from the beginning as a task manager's
     */
    static TrialProcess start(Testbed bed, Path directory, Trial trial, String heap)
            throws IOException {
        List<String> options =
                new ArrayList<>(ManagementFactory.getRuntimeMXBean().getInputArguments());
        options.addAll(
                List.of(
                        "-Xms" + heap,
                        "-Xmx" + heap,
                        "-XX:+AlwaysPreTouch",
                        "-XX:MaxGCPauseMillis=20",
                        "-XX:ThreadPriorityPolicy=1"));
        List<String> arguments =
                List.of(
                        bed.bootstrapServers(),
                        bed.names().prefix(),
                        directory.toString(),
                        Boolean.toString(trial.passthrough()),
                        trial.champion() == null
                                ? ""
                                : new String(trial.champion().encode(), StandardCharsets.UTF_8));
        return new TrialProcess(
                JavaProcess.start(
                        options,
                        TrialProcess.class.getName(),
                        arguments,
                        Files.createDirectories(directory).resolve("trial.log")));
    }

    /** See {@link Testbed#pace}. */
    Pace pace(Trial trial, long history, Duration settling, Duration measured) throws IOException {
        request(trial, history, PACE, settling, measured);
        String[] parts = process.await(RESULT).split(BETWEEN);
        return new Pace(Double.parseDouble(parts[0]), Double.parseDouble(parts[1]));
    }

    /** See {@link Testbed#during}; the work is done in this process. */
    Path during(Trial trial, long history, boolean keep, Testbed.Work work) throws Exception {
        request(trial, history, HOLD, keep, "");
        process.await(READY);
        work.run();
        process.send("");
        String savepoint = process.await(RESULT);
        return savepoint.isEmpty() ? null : Path.of(savepoint);
    }

    private void request(Trial trial, long history, String what, Object first, Object second)
            throws IOException {
        StringJoiner line = new StringJoiner(BETWEEN);
        line.add(what).add(first.toString()).add(second.toString());
        line.add(Long.toString(history)).add(trial.history().toString());
        trial.settings().forEach((key, value) -> line.add(key + "=" + value));
        process.send(line.toString());
    }

    @Override
    public void close() {
        process.close();
    }

    /**
     * The process. Each line on its standard input is a request, or lets go of a job that is held;
     * it ends with the input.
     *
     * @param arguments as {@link #start} gives them
     */
    public static void main(String[] arguments) throws Exception {
        boolean passthrough = Boolean.parseBoolean(arguments[3]);
        ModelPointer champion =
                arguments[4].isEmpty()
                        ? null
                        : ModelPointer.decode(arguments[4].getBytes(StandardCharsets.UTF_8));
        try (Testbed bed = Testbed.at(arguments[0], arguments[1], Path.of(arguments[2]));
                BufferedReader in =
                        new BufferedReader(
                                new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] request = line.split(BETWEEN, -1);
                Map<String, String> settings = new HashMap<>();
                for (String setting : List.of(request).subList(5, request.length)) {
                    String[] parts = setting.split("=", 2);
                    settings.put(parts[0], parts[1]);
                }
                Trial trial = new Trial(passthrough, champion, settings, Path.of(request[4]));
                System.out.println(RESULT + answer(bed, trial, request, in));
            }
        }
        System.exit(0);
    }

    private static String answer(Testbed bed, Trial trial, String[] request, BufferedReader in)
            throws Exception {
        // The state of the job before hangs on objects with finalizers: in this job's time G1 would
        // trace all of it in a pause of up to .6 s.
        System.gc();
        System.runFinalization();
        System.gc();
        long history = Long.parseLong(request[3]);
        if (request[0].equals(PACE)) {
            Pace pace =
                    bed.pace(
                            trial, history, Duration.parse(request[1]), Duration.parse(request[2]));
            return pace.eventsPerSecond() + BETWEEN + pace.cpuSecondsPerMillion();
        }
        Path savepoint =
                bed.during(
                        trial,
                        history,
                        Boolean.parseBoolean(request[1]),
                        () -> {
                            System.out.println(READY);
                            in.readLine();
                        });
        return savepoint == null ? "" : savepoint.toString();
    }
}
