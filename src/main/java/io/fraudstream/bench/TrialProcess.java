package io.fraudstream.bench;

import io.fraudstream.bench.Testbed.Pace;
import io.fraudstream.bench.Testbed.Trial;
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

    private final Process process;
    private final BufferedReader out;
    private final Path log;

    private TrialProcess(Process process, Path log) {
        this.process = process;
        this.out = process.inputReader(StandardCharsets.UTF_8);
        this.log = log;
    }

    /**
     * @param read how many transactions the trial's history holds
     */
    static TrialProcess start(Testbed bed, Path directory, Trial trial, long read)
            throws IOException {
        Path log = Files.createDirectories(directory).resolve("trial.log");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(
                List.of(
                        HEAP,
                        "-cp",
                        System.getProperty("java.class.path"),
                        TrialProcess.class.getName(),
                        bed.bootstrapServers(),
                        bed.names().prefix(),
                        directory.toString(),
                        Long.toString(read),
                        Boolean.toString(trial.passthrough()),
                        trial.champion() == null
                                ? ""
                                : new String(trial.champion().encode(), StandardCharsets.UTF_8),
                        trial.history().toString()));
        trial.settings().forEach((key, value) -> command.add(key + "=" + value));
        Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
        // Whatever becomes of this process, that one must not outlive it.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy, "bench-trial"));
        return new TrialProcess(process, log);
    }

    /** See {@link Testbed#pace}. */
    Pace pace(Duration settling, Duration measured) throws IOException {
        process.outputWriter().write(settling + " " + measured + "\n");
        process.outputWriter().flush();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(RESULT)) {
                String[] parts = line.substring(RESULT.length()).split(" ");
                return new Pace(Double.parseDouble(parts[0]), Double.parseDouble(parts[1]));
            }
        }
        throw new IOException("the job's process has ended: " + Files.readString(log));
    }

    @Override
    public void close() {
        process.destroy();
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
