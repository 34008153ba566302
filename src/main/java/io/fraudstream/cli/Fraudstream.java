package io.fraudstream.cli;

import io.fraudstream.config.SettingsException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The root command: dispatches to one class per subcommand and turns every failure into one or two
 * lines.
 */
@Command(
        name = "fraudstream",
        description = "Finds card fraud in a stream of transactions as they happen.",
        scope = ScopeType.INHERIT,
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        usageHelpAutoWidth = true,
        sortOptions = false,
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        parameterListHeading = "%nArguments:%n",
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:failed while running", "2:wrong usage or settings"},
        footerHeading = "%nExample:%n",
        footer = {
            "  fraudstream demo --seconds 60     see it work, with nothing else installed",
            "  fraudstream help COMMAND          what a command does, with an example"
        },
        subcommands = {
            DemoCommand.class,
            RunCommand.class,
            TrainCommand.class,
            BacktestCommand.class,
            ReplayCommand.class,
            RecordCommand.class,
            SimulateCommand.class,
            LabelsCommand.class,
            ExplainCommand.class,
            RetrainCommand.class,
            ModelsCommand.class,
            KeysCommand.class,
            StoreCommand.class,
            BenchCommand.class,
            BrokerCommand.class,
            ClusterCommand.class,
            TopicsCommand.class,
            ConfigCommand.class,
            DoctorCommand.class,
            CompletionCommand.class,
            HelpCommand.class
        })
public final class Fraudstream implements Runnable {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int WRONG_USAGE = 2;

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Show the stack trace of a failure.")
    private boolean verbose;

    @Spec private CommandSpec spec;

    private Fraudstream() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The whole command tree, ready to execute. */
    static CommandLine commandLine() {
        Fraudstream root = new Fraudstream();
        return new CommandLine(root)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(Fraudstream::reportUsage)
                .setExecutionExceptionHandler(root::reportFailure);
    }

    /** Without a subcommand there is nothing to do. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    private static int reportUsage(ParameterException problem, String[] arguments) {
        CommandLine command = problem.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("fraudstream: " + oneLine(problem.getMessage()));
        if (!UnmatchedArgumentException.printSuggestions(problem, err)) {
            err.println("See: " + command.getCommandSpec().qualifiedName() + " --help");
        }
        return WRONG_USAGE;
    }

    private int reportFailure(Exception failure, CommandLine command, ParseResult parsed) {
        PrintWriter err = command.getErr();
        if (verbose) {
            failure.printStackTrace(err);
        }
        if (failure instanceof SettingsException settings) {
            settings.problems().forEach(problem -> err.println("fraudstream: " + problem));
            return WRONG_USAGE;
        }
        err.println("fraudstream: " + Failures.describe(failure));
        if (!verbose) {
            err.println("--verbose shows where.");
        }
        return FAILED;
    }

    private static String oneLine(String message) {
        return message.replaceAll("\\s*\\R\\s*", " ");
    }
}
