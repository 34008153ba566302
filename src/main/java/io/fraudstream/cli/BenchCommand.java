package io.fraudstream.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fraudstream.bench.BenchSettings;
import io.fraudstream.bench.Benchmark;
import io.fraudstream.bench.Section;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures how fast it all is, beside what else does the same work. */
@Command(
        name = "bench",
        description = {
            "Measures speed, memory and latency on this machine, beside what else does the same"
                    + " work.",
            "Compared things take turns, and figures are medians over the rounds. Stop other"
                    + " programs first. All sections together take up to 40 minutes on two cores."
        },
        footer = {
            "  fraudstream bench --json bench.json",
            "  fraudstream bench --sections scoring,codec --rounds 5"
        })
final class BenchCommand implements Callable<Integer> {
    @Option(
            names = "--sections",
            paramLabel = "NAME",
            split = ",",
            description = "Only these (default: all; --list shows them).")
    private List<String> names;

    @Option(names = "--list", description = "Show the sections and what they measure.")
    private boolean list;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "How often each measurement is repeated (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--quick",
            description = "Do a fraction of the work, to see that it runs: rough figures.")
    private boolean quick;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there.")
    private Path json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        if (list) {
            for (Section section : Benchmark.sections()) {
                out.printf("%-10s %s%n", section.name(), section.description());
            }
            return Fraudstream.DONE;
        }
        List<Section> sections = chosen();
        Path directory = Files.createTempDirectory("fraudstream-bench");
        try {
            Map<String, Object> figures =
                    Benchmark.run(
                            sections,
                            settings(directory),
                            Clock.systemUTC(),
                            (section, findings) -> {
                                out.println();
                                out.println(section.name() + ": " + section.description());
                                out.print(findings.table());
                                out.flush();
                            });
            if (json != null) {
                new ObjectMapper()
                        .writerWithDefaultPrettyPrinter()
                        .writeValue(json.toFile(), figures);
            }
        } finally {
            Directories.delete(directory);
        }
        return Fraudstream.DONE;
    }

    private BenchSettings settings(Path directory) {
        PrintWriter err = spec.commandLine().getErr();
        try {
            return new BenchSettings(
                    rounds,
                    quick,
                    directory,
                    line -> {
                        err.println(line);
                        err.flush();
                    });
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), "--" + wrong.getMessage(), wrong);
        }
    }

    private List<Section> chosen() {
        if (names == null) {
            return Benchmark.sections();
        }
        List<Section> sections = new ArrayList<>(Benchmark.sections());
        List<String> known = sections.stream().map(Section::name).toList();
        for (String name : names) {
            if (!known.contains(name)) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--sections has " + name + ", expected some of " + known);
            }
        }
        sections.removeIf(section -> !names.contains(section.name()));
        return sections;
    }
}
