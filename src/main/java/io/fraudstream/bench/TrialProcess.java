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

/**
 * One trial in a JVM of its own, where it runs whenever it is its turn: as in a job that has run
 * for days, everything is compiled, and for this job alone. Has the options of this JVM, with a
 * smaller heap.
 */
final class TrialProcess implements AutoCloseable {
    // All of them are there at once.
    private static final String HEAP = "-Xmx2g";

    private static final String RESULT = "pace ";

    private final JavaProcess process;

    private TrialProcess(JavaProcess process) {
        this.process = process;
    }

    /**
     * @param read how many transactions the trial's history holds
     */
    static TrialProcess start(Testbed bed, Path directory, Trial trial, long read)
            throws IOException {
        List<String> options =
                new ArrayList<>(ManagementFactory.getRuntimeMXBean().getInputArguments());
        options.add(HEAP);
        List<String> arguments = new ArrayList<>();
        arguments.add(bed.bootstrapServers());
        arguments.add(bed.names().prefix());
        arguments.add(directory.toString());
        arguments.add(Long.toString(read));
        arguments.add(Boolean.toString(trial.passthrough()));
        arguments.add(
                trial.champion() == null
                        ? ""
                        : new String(trial.champion().encode(), StandardCharsets.UTF_8));
        arguments.add(trial.history().toString());
        trial.settings().forEach((key, value) -> arguments.add(key + "=" + value));
        return new TrialProcess(
                JavaProcess.start(
                        options,
                        TrialProcess.class.getName(),
                        arguments,
                        Files.createDirectories(directory).resolve("trial.log")));
    }

    /** See {@link Testbed#pace}. */
    Pace pace(Duration settling, Duration measured) throws IOException {
        process.send(settling + " " + measured);
        String[] parts = process.await(RESULT).split(" ");
        return new Pace(Double.parseDouble(parts[0]), Double.parseDouble(parts[1]));
    }

    @Override
    public void close() {
        process.close();
    }

    /**
     * The process. A line on its standard input says for how long to settle and to measure; it ends
     * with the input.
     *
     * @param arguments as {@link #start} gives them
     */
    public static void main(String[] arguments) throws Exception {
        Map<String, String> settings = new HashMap<>();
        for (String setting : List.of(arguments).subList(7, arguments.length)) {
            String[] parts = setting.split("=", 2);
            settings.put(parts[0], parts[1]);
        }
        Trial trial =
                new Trial(
                        Boolean.parseBoolean(arguments[4]),
                        arguments[5].isEmpty()
                                ? null
                                : ModelPointer.decode(
                                        arguments[5].getBytes(StandardCharsets.UTF_8)),
                        settings,
                        Path.of(arguments[6]));
        long read = Long.parseLong(arguments[3]);
        try (Testbed bed = Testbed.at(arguments[0], arguments[1], Path.of(arguments[2]));
                BufferedReader in =
                        new BufferedReader(
                                new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] times = line.split(" ");
                Pace pace =
                        bed.pace(trial, read, Duration.parse(times[0]), Duration.parse(times[1]));
                System.out.println(
                        RESULT + pace.eventsPerSecond() + " " + pace.cpuSecondsPerMillion());
            }
        }
        System.exit(0);
    }
}
