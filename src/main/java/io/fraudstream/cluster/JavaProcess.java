package io.fraudstream.cluster;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A JVM of its own, which does not outlive this one unless this one is killed. */
public final class JavaProcess implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 30;
    private static final long STARTING_NANOS = TimeUnit.MINUTES.toNanos(5);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Process process;
    private final BufferedReader out;
    private final BufferedWriter in;
    private final Path errors;
    private final long before;
    private final Thread hook;

    private JavaProcess(Process process, Path errors, long before) {
        this.process = process;
        this.before = before;
        this.out = process.inputReader(StandardCharsets.UTF_8);
        this.in = process.outputWriter(StandardCharsets.UTF_8);
        this.errors = errors;
        this.hook = new Thread(process::destroy, "child-process");
    }

    /**
     * With the class path of this JVM; whoever starts it reads its standard output.
     *
     * @param options for Java
     * @param mainClass by its name
     * @param errors a file for its standard error
     */
    public static JavaProcess start(
            List<String> options, String mainClass, List<String> arguments, Path errors)
            throws IOException {
        JavaProcess started =
                new JavaProcess(
                        new ProcessBuilder(
                                        command(
                                                System.getProperty("java.class.path"),
                                                options,
                                                mainClass,
                                                arguments))
                                .redirectError(errors.toFile())
                                .start(),
                        errors,
                        0);
        Runtime.getRuntime().addShutdownHook(started.hook);
        return started;
    }

    /**
     * A service that writes to a log and does not hear the Ctrl-C that is meant for this process,
     * so that it is still there to be asked for a savepoint. Whoever starts it ends it, also when
     * this process ends.
     *
     * @param log gets standard output and error, behind what is in it
     */
    static JavaProcess service(
            String classPath,
            List<String> options,
            String mainClass,
            List<String> arguments,
            Path log)
            throws IOException {
        return service(command(classPath, options, mainClass, arguments), Map.of(), log);
    }

    /**
     * The same of any command that ends in one JVM.
     *
     * @param environment over that of this process
     */
    static JavaProcess service(List<String> command, Map<String, String> environment, Path log)
            throws IOException {
        List<String> deaf =
                new ArrayList<>(List.of("/bin/sh", "-c", "trap '' INT HUP; exec \"$0\" \"$@\""));
        deaf.addAll(command);
        long before = Files.exists(log) ? Files.size(log) : 0;
        ProcessBuilder builder =
                new ProcessBuilder(deaf)
                        .redirectErrorStream(true)
                        .redirectOutput(Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        return new JavaProcess(builder.start(), log, before);
    }

    static List<String> command(
            String classPath, List<String> options, String mainClass, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, mainClass));
        command.addAll(arguments);
        return command;
    }

    /** Writes a line to its standard input. */
    public void send(String line) throws IOException {
        in.write(line);
        in.newLine();
        in.flush();
    }

    /**
     * What follows this on the next line of its standard output that begins with it; other lines
     * are passed over.
     *
     * @throws IOException with its standard error, if it ends before
     */
    public String await(String beginning) throws IOException {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(beginning)) {
                return line.substring(beginning.length());
            }
        }
        throw new IOException("the process has ended: " + Files.readString(errors));
    }

    /**
     * All lines of its standard output, once it has ended; its standard input is at its end.
     *
     * @throws IOException with its standard error, if it fails
     */
    public List<String> lines() throws IOException, InterruptedException {
        in.close();
        List<String> lines;
        try {
            lines = out.lines().toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        int exit = process.waitFor();
        if (exit != 0) {
            throw new IOException(
                    "the process has ended with " + exit + ": " + Files.readString(errors));
        }
        return lines;
    }

    /**
     * What the pattern's first group finds in the log of a service, which it may take five minutes
     * to write.
     *
     * @throws IOException with the end of the log, if it ends or the time passes before
     */
    String awaitLogged(Pattern pattern) throws IOException {
        long deadline = System.nanoTime() + STARTING_NANOS;
        while (true) {
            boolean ended = !process.isAlive() || System.nanoTime() > deadline;
            String said;
            try (InputStream log = Files.newInputStream(errors)) {
                log.skipNBytes(before);
                said = new String(log.readAllBytes(), StandardCharsets.UTF_8);
            }
            Matcher found = pattern.matcher(said);
            if (found.find()) {
                return found.group(1);
            }
            if (ended) {
                throw new IOException(
                        "the process has not started, see "
                                + errors
                                + ": "
                                + said.substring(Math.max(0, said.length() - 500)).strip());
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** Its number, by which it can be killed from outside. */
    public long id() {
        return process.pid();
    }

    /** Whether it runs, also while it is suspended. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Waits until it has ended by itself, and gives its exit code. */
    int awaitEnd() throws InterruptedException {
        return process.waitFor();
    }

    /** SIGKILL: it ends at once, without a word; returns when it is gone. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** SIGSTOP: it stands still, with its connections open, until {@link #resume}. */
    public void suspend() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** SIGCONT. */
    public void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        int exit =
                new ProcessBuilder("/bin/kill", "-" + name, Long.toString(id()))
                        .inheritIO()
                        .start()
                        .waitFor();
        if (exit != 0) {
            throw new IOException("kill -" + name + " " + id() + " has ended with " + exit);
        }
    }

    /** SIGTERM. */
    void end() {
        process.destroy();
    }

    /** SIGTERM, and SIGKILL if it has not ended after half a minute. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // Then the hook has run, or runs.
        }
    }
}
