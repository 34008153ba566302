package io.fraudstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Holds every command that a document names, in a block or in a sentence, against the code. */
class DocumentedCommandsTest {
    /**
     * {@code fraudstream} with at least one word, up to the end of the line or of the inline code.
     */
    // Behind -n it is a namespace of Kubernetes.
    private static final Pattern COMMAND =
            Pattern.compile(
                    "(?<!-n)(?:^|[`$ /(])fraudstream +([a-z][^`#)\\n]*)", Pattern.MULTILINE);

    @Test
    void everyCommandAndOptionThatADocumentNamesExists() throws IOException {
        List<String> wrong = new ArrayList<>();
        int commands = 0;
        for (Path document : documents()) {
            for (String words : commandsOf(Files.readString(document))) {
                commands++;
                String problem = problemOf(words);
                if (!problem.isEmpty()) {
                    wrong.add(document + ": fraudstream " + words + ": " + problem);
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(commands).isGreaterThan(50);
    }

    private static List<Path> documents() throws IOException {
        List<Path> documents = new ArrayList<>();
        for (String place : List.of(".", "docs", "docker", "schemas")) {
            try (Stream<Path> files = Files.list(Path.of(place))) {
                files.filter(file -> file.toString().endsWith(".md")).forEach(documents::add);
            }
        }
        return documents;
    }

    private static List<String> commandsOf(String document) {
        return COMMAND.matcher(document.replaceAll("\\\\\\n", " "))
                .results()
                .map(match -> match.group(1).strip())
                .toList();
    }

    /** What is wrong with it, or nothing. */
    private static String problemOf(String words) {
        CommandLine command = Fraudstream.commandLine();
        for (String word : words.split("[\\s,.;:|]+")) {
            CommandLine subcommand = command.getSubcommands().get(word);
            if (subcommand != null) {
                command = subcommand;
            } else if (word.startsWith("--")) {
                String option = word.replaceAll("=.*", "");
                if (command.getCommandSpec().findOption(option) == null) {
                    return command.getCommandSpec().qualifiedName() + " has no " + option;
                }
            } else if (!command.getSubcommands().isEmpty()
                    && command.getCommandSpec().positionalParameters().isEmpty()) {
                return command.getCommandSpec().qualifiedName() + " has no " + word;
            }
        }
        return "";
    }
}
