package io.fraudstream.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM with the class path of this one, which it does not outlive. */
final class JavaProcess implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 30;

    private final Process process;
    private final BufferedReader out;
    private final BufferedWriter in;
    private final Path errors;

    private JavaProcess(Process process, Path errors) {
        this.process = process;
        this.out = process.inputReader(StandardCharsets.UTF_8);
        this.in = process.outputWriter(StandardCharsets.UTF_8);
        this.errors = errors;
    }

    /**
     * @param options for Java
     * @param mainClass by its name
     * @param errors a file for its standard error
     */
    static JavaProcess start(
            List<String> options, String mainClass, List<String> arguments, Path errors)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy, "bench-process"));
        return new JavaProcess(process, errors);
    }

    /** Writes a line to its standard input. */
    void send(String line) throws IOException {
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
    String await(String beginning) throws IOException {
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
    List<String> lines() throws IOException, InterruptedException {
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

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
