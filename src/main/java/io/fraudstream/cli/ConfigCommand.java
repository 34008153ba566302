package io.fraudstream.cli;

import io.fraudstream.config.CheckedSettings;
import io.fraudstream.config.SettingsDocs;
import io.fraudstream.config.SettingsException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows and explains settings, or tells what is wrong with a file. */
@Command(
        name = "config",
        description = "Shows, explains or checks settings.",
        footer = {
            "  fraudstream config show --set job.parallelism=2",
            "  fraudstream config docs",
            "  fraudstream config check my-settings.yaml"
        })
final class ConfigCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "show, docs or check is missing");
    }

    @Command(
            name = "show",
            description = "Prints the settings in effect as YAML, with secrets hidden.",
            footer = "  fraudstream config show --set job.parallelism=2")
    void show(@Mixin SettingsOptions options) throws SettingsException {
        print(options.settings().toYaml());
    }

    /** What {@code docs} prints. */
    enum DocsFormat {
        MARKDOWN,
        YAML
    }

    @Command(
            name = "docs",
            description = "Prints every key with its default, unit and meaning.",
            footer = "  fraudstream config docs --format yaml > my-settings.yaml")
    void docs(
            @Option(
                            names = "--format",
                            paramLabel = "FORMAT",
                            defaultValue = "markdown",
                            description =
                                    "markdown: a table. yaml: a settings file that holds every"
                                            + " default. Default: ${DEFAULT-VALUE}.")
                    DocsFormat format) {
        print(
                switch (format) {
                    case MARKDOWN -> SettingsDocs.markdown();
                    case YAML -> SettingsDocs.yaml();
                });
    }

    @Command(
            name = "check",
            description =
                    "Tells everything that is wrong with settings files and the files that they"
                            + " name, by line, under this environment.",
            footer = "  fraudstream config check my-settings.yaml")
    int check(
            @Mixin SettingsOptions options,
            @Parameters(
                            paramLabel = "FILE",
                            arity = "0..*",
                            description =
                                    "Settings in YAML (default: what the other commands read).")
                    List<Path> files) {
        PrintWriter err = spec.commandLine().getErr();
        int exit = Fraudstream.DONE;
        for (Path file : files == null ? Collections.singletonList(options.fileInUse()) : files) {
            String name = file == null ? "settings" : file.toString();
            try {
                CheckedSettings checked = options.check(file);
                checked.notes().forEach(note -> err.println("note: " + note));
                print(name + ": ok, " + inEffect(checked) + System.lineSeparator());
            } catch (SettingsException wrong) {
                wrong.problems().forEach(err::println);
                int count = wrong.problems().size();
                err.println(name + ": " + count + (count == 1 ? " problem" : " problems"));
                exit = Fraudstream.WRONG_USAGE;
            }
        }
        return exit;
    }

    private static String inEffect(CheckedSettings checked) {
        List<String> sources = new ArrayList<>(checked.sources());
        sources.add("the defaults");
        return "in effect are "
                + String.join(", ", sources)
                + "; exchange rates: "
                + checked.ratesVersion();
    }

    private void print(String text) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(text);
        out.flush();
    }
}
