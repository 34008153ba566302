package io.fraudstream.cluster;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Dockerfile of ours, and what an image of it would hold, laid out in a directory: the files that
 * it copies, each in its place. What it runs is not run.
 */
record Dockerfile(List<Instruction> instructions) {
    private static final ObjectMapper JSON = new ObjectMapper();

    record Instruction(String name, String arguments) {}

    static Dockerfile read(Path file) throws IOException {
        List<Instruction> instructions = new ArrayList<>();
        StringBuilder open = new StringBuilder();
        for (String line : Files.readAllLines(file)) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            boolean goesOn = line.endsWith("\\");
            open.append(goesOn ? line.substring(0, line.length() - 1) : line);
            if (!goesOn) {
                String[] parts = open.toString().strip().split("\\s+", 2);
                instructions.add(new Instruction(parts[0], parts[1].strip()));
                open.setLength(0);
            }
        }
        return new Dockerfile(List.copyOf(instructions));
    }

    /** The arguments of every instruction of this name. */
    List<String> all(String name) {
        return instructions.stream()
                .filter(instruction -> instruction.name().equals(name))
                .map(Instruction::arguments)
                .toList();
    }

    /** The arguments of the last instruction of this name, which is the one that counts. */
    String last(String name) {
        List<String> all = all(name);
        if (all.isEmpty()) {
            throw new IllegalStateException("there is no " + name);
        }
        return all.get(all.size() - 1);
    }

    /** The last instruction of this name in its form as a list. */
    List<String> words(String name) throws IOException {
        return List.of(JSON.readValue(last(name), String[].class));
    }

    /** What {@code ENV} sets. */
    Map<String, String> environment() {
        Map<String, String> environment = new TreeMap<>();
        for (String assignment : all("ENV")) {
            String[] parts = assignment.split("=", 2);
            environment.put(parts[0], parts[1]);
        }
        return environment;
    }

    /** What {@code ARG} gives a name when nobody else does. */
    Map<String, String> arguments() {
        Map<String, String> arguments = new TreeMap<>();
        for (String argument : all("ARG")) {
            String[] parts = argument.split("=", 2);
            arguments.put(parts[0], parts[1]);
        }
        return arguments;
    }

    /** What is copied, from the top of the source tree, to where. */
    Map<String, String> copies() {
        Map<String, String> copies = new TreeMap<>();
        for (String copy : all("COPY")) {
            String[] parts = substituted(copy).split("\\s+");
            copies.put(parts[0], parts[1]);
        }
        return copies;
    }

    private String substituted(String text) {
        Matcher variables = Pattern.compile("\\$\\{(\\w+)}").matcher(text);
        return variables.replaceAll(
                variable -> Matcher.quoteReplacement(arguments().get(variable.group(1))));
    }

    /**
     * Copies what the image would copy; jars, which are large, are linked.
     *
     * @param tree the top of the source tree, built
     * @param root what is the image's own top
     */
    void layOut(Path tree, Path root) throws IOException {
        for (Map.Entry<String, String> copy : copies().entrySet()) {
            Path source = tree.resolve(copy.getKey()).toAbsolutePath();
            String place = copy.getValue().substring(1);
            Path target = root.resolve(place);
            if (Files.isDirectory(source)) {
                try (Stream<Path> files = Files.walk(source)) {
                    files.filter(Files::isRegularFile)
                            .forEach(file -> bring(file, target.resolve(source.relativize(file))));
                }
            } else {
                bring(source, place.endsWith("/") ? target.resolve(source.getFileName()) : target);
            }
        }
    }

    private static void bring(Path file, Path to) {
        try {
            Files.createDirectories(to.getParent());
            if (file.toString().endsWith(".jar")) {
                Files.createSymbolicLink(to, file);
            } else {
                Files.copy(file, to, StandardCopyOption.COPY_ATTRIBUTES);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
