package io.fraudstream.cli;

import io.fraudstream.config.CodecParts;
import io.fraudstream.config.Settings;
import io.fraudstream.config.SettingsException;
import io.fraudstream.config.SettingsReader;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows the settings in effect, or tells what is wrong with a file. */
@Command(
        name = "config",
        description = "Shows or checks settings.",
        footer = {
            "  fraudstream config show --set job.parallelism=2",
            "  fraudstream config check my-settings.yaml"
        })
final class ConfigCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "show or check is missing");
    }

    @Command(
            name = "show",
            description = "Prints the settings in effect as YAML, with secrets hidden.",
            footer = "  fraudstream config show --set job.parallelism=2")
    void show(@Mixin SettingsOptions options) throws SettingsException {
        Settings settings = options.settings();
        spec.commandLine().getOut().print(settings.toYaml());
        spec.commandLine().getOut().flush();
    }

    @Command(
            name = "check",
            description =
                    "Tells everything that is wrong with a settings file and the files that it"
                            + " names.",
            footer = "  fraudstream config check my-settings.yaml")
    void check(@Parameters(paramLabel = "FILE", description = "Settings in YAML.") Path file)
            throws SettingsException {
        Settings settings = new SettingsReader(System.getenv()).read(file, Map.of());
        CodecParts parts = SettingsOptions.codecParts(settings);
        spec.commandLine()
                .getOut()
                .println(file + " is fine; exchange rates: " + parts.rates().version());
    }
}
