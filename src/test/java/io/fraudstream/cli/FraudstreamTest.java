package io.fraudstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class FraudstreamTest {
    @TempDir private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void helpDocumentsCommandsAndExitCodes() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString())
                .contains("config", "doctor", "completion")
                .contains(
                        "Exit codes:",
                        "0   done",
                        "1   failed while running",
                        "2   wrong usage or settings");
    }

    @Test
    void everyCommandHasADescriptionAndAnExample() {
        List<CommandLine> commands = new ArrayList<>();
        collect(Fraudstream.commandLine(), commands);

        assertThat(commands).hasSizeGreaterThan(4);
        for (CommandLine command : commands) {
            String name = command.getCommandSpec().qualifiedName();
            assertThat(command.getCommandSpec().usageMessage().description()).as(name).isNotEmpty();
            assertThat(command.getUsageMessage())
                    .as(name)
                    .contains("Usage: " + name, "Example:", "fraudstream ");
        }
    }

    @Test
    void versionNamesTheBuild() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString())
                .matches("(?s)fraudstream \\d+\\.\\d+\\.\\d+\\S*( \\([0-9a-f]{7,}\\))?\\R.*Java.*");
    }

    @Test
    void wrongUsageIsTwoLinesAndCodeTwo() {
        assertThat(run()).isEqualTo(2);
        assertThat(run("nonsense")).isEqualTo(2);
        assertThat(run("config", "show", "--nonsense")).isEqualTo(2);
        assertThat(run("config", "docs", "--format", "nonsense")).isEqualTo(2);
        assertThat(err.toString().lines())
                .hasSizeLessThanOrEqualTo(8)
                .noneMatch(line -> line.contains("\tat "));
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void wrongSettingsAreToldAndCodeTwo() {
        assertThat(run("config", "show", "--set", "job.parallelism=none")).isEqualTo(2);
        assertThat(err.toString())
                .isEqualTo(
                        "fraudstream: --set job.parallelism: job.parallelism is \"none\","
                                + " expected a whole number that is not too large"
                                + System.lineSeparator());
    }

    @Test
    void aPortForMetricsThatIsTakenIsToldBeforeAnythingStarts() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            String port = Integer.toString(taken.getLocalPort());

            assertThat(run("run", "--metrics-port", port)).isEqualTo(1);
            assertThat(err.toString()).contains("--metrics-port " + port + " cannot be used");
        }
    }

    @Test
    void configShowsTheSettingsInEffect() {
        assertThat(
                        run(
                                "config",
                                "show",
                                "--bootstrap-servers",
                                "kafka:9093",
                                "--topic-prefix",
                                "eu."))
                .isZero();
        assertThat(out.toString())
                .contains("bootstrapServers: kafka:9093", "topicPrefix: eu.", "dedupeHorizon: 7d");
    }

    @Test
    void configChecksFilesWithWhatTheyName() throws IOException {
        Path good = Files.writeString(directory.resolve("good.yaml"), "job: {order: event-time}\n");
        Path bad =
                Files.writeString(
                        directory.resolve("bad.yaml"),
                        "job: {order: sideways}\ntransactions: {exchangeRates: none.yaml}\n");

        assertThat(run("config", "check", good.toString(), "--set", "job.parallelism=1")).isZero();
        assertThat(out.toString())
                .isEqualTo(
                        String.format(
                                "%1$s: ok, in effect are %1$s, --set job.parallelism, the defaults;"
                                        + " exchange rates: example-2026-01%n",
                                good));
        assertThat(err.toString()).isEmpty();
        assertThat(run("config", "check", bad.toString(), good.toString())).isEqualTo(2);
        assertThat(err.toString().lines())
                .satisfiesExactly(
                        order -> assertThat(order).startsWith(bad + ":1:7: job.order is "),
                        rates ->
                                assertThat(rates)
                                        .startsWith(bad + ":2:16: transactions.exchangeRates is "),
                        count -> assertThat(count).isEqualTo(bad + ": 2 problems"));
    }

    /** As its users call it, with an environment of its own. */
    @Test
    void configChecksTheEnvironmentAndTheFileInPlace() throws Exception {
        Path config = Files.createDirectory(directory.resolve("config"));
        Files.writeString(config.resolve("fraudstream.yaml"), "jobs: {}\n");
        ProcessBuilder process =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-D" + SettingsOptions.HOME_PROPERTY + "=" + directory,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Fraudstream.class.getName(),
                        "config",
                        "check");
        process.environment().put("FRAUDSTREAM_JOB_IDLENESS", "soon");
        process.redirectErrorStream(true);

        Process check = process.start();
        String told = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(check.waitFor()).isEqualTo(2);
        assertThat(told.lines())
                .containsExactly(
                        config.resolve("fraudstream.yaml")
                                + ":1:1: jobs is an unknown key, did you mean job?",
                        "FRAUDSTREAM_JOB_IDLENESS: job.idleness is \"soon\", expected a duration"
                                + " such as 7d, 12h, 5m, 30s or 100ms",
                        config.resolve("fraudstream.yaml") + ": 2 problems");
    }

    @Test
    void configDocsExplainEveryKeyAndPrintAFile() throws IOException {
        assertThat(run("config", "docs")).isZero();
        assertThat(out.toString()).contains("| `job.order` | `arrival` | ");
        out.getBuffer().setLength(0);

        assertThat(run("config", "docs", "--format", "yaml")).isZero();

        Path file = Files.writeString(directory.resolve("all.yaml"), out.toString());
        assertThat(run("config", "check", file.toString())).isZero();
    }

    @Test
    void completionIsABashScriptThatKnowsTheCommands() {
        assertThat(run("completion")).isZero();
        assertThat(out.toString())
                .startsWith("#!/usr/bin/env bash")
                .contains("doctor", "--bootstrap-servers");
    }

    @Test
    void aFailureIsOneLineAndVerboseShowsWhere() {
        CommandLine root = withOutput(Fraudstream.commandLine().addSubcommand(new Failing()));

        assertThat(root.execute("failing")).isEqualTo(1);
        assertThat(err.toString())
                .isEqualTo(
                        String.format(
                                "fraudstream: /no/such: no such file%n--verbose shows where.%n"));
        assertThat(root.execute("failing", "--verbose")).isEqualTo(1);
        assertThat(err.toString()).contains("at io.fraudstream.cli.FraudstreamTest$Failing.run");
    }

    @Test
    void doctorWarnsWhereNothingListensAndFailsWhereSomethingElseDoes() throws IOException {
        int freed;
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            freed = silent.getLocalPort();
            assertThat(
                            run(
                                    "doctor",
                                    "--set",
                                    "store.directory=" + directory,
                                    "--bootstrap-servers",
                                    "localhost:" + freed))
                    .isEqualTo(1);
            assertThat(out.toString()).contains("fail  broker", "Is it a Kafka broker?");
        }
        run(
                "doctor",
                "--set",
                "store.directory=" + directory,
                "--bootstrap-servers",
                "localhost:" + freed);
        assertThat(out.toString())
                .contains("warn  broker     nothing listens at localhost:" + freed);
    }

    @Test
    void doctorReportsSettingsThatCantBeRead() {
        assertThat(run("doctor", "--set", "job.order=sideways")).isEqualTo(1);
        assertThat(out.toString()).contains("fail  settings", "job.order is \"sideways\"");
    }

    @Test
    void doctorJudgesTheMachine() {
        long gigabyte = 1L << 30;
        assertThat(DoctorCommand.java(11).level()).isEqualTo(Finding.Level.FAIL);
        assertThat(DoctorCommand.java(17).level()).isEqualTo(Finding.Level.OK);
        assertThat(DoctorCommand.platform("Linux", "amd64").level()).isEqualTo(Finding.Level.OK);
        assertThat(DoctorCommand.platform("Windows 11", "amd64").level())
                .isEqualTo(Finding.Level.OK);
        assertThat(DoctorCommand.platform("Mac OS X", "aarch64").level())
                .isEqualTo(Finding.Level.WARN);
        assertThat(DoctorCommand.memory(8 * gigabyte, 4 * gigabyte).level())
                .isEqualTo(Finding.Level.FAIL);
        assertThat(DoctorCommand.memory(gigabyte / 2, 4 * gigabyte).level())
                .isEqualTo(Finding.Level.WARN);
        assertThat(DoctorCommand.memory(2 * gigabyte, 4 * gigabyte).level())
                .isEqualTo(Finding.Level.OK);
        assertThat(DoctorCommand.threads(null).remedy()).contains("bin/fraudstream");
        assertThat(DoctorCommand.threads("1").level()).isEqualTo(Finding.Level.OK);
        assertThat(DoctorCommand.disk(directory, gigabyte / 2, true).level())
                .isEqualTo(Finding.Level.FAIL);
        assertThat(DoctorCommand.disk(directory, 2 * gigabyte, true).level())
                .isEqualTo(Finding.Level.WARN);
        assertThat(DoctorCommand.disk(directory, 9 * gigabyte, true).level())
                .isEqualTo(Finding.Level.OK);
        assertThat(DoctorCommand.disk(directory, 9 * gigabyte, false).level())
                .isEqualTo(Finding.Level.FAIL);
        assertThat(DoctorCommand.temporaryFiles(directory.resolve("none")).level())
                .isEqualTo(Finding.Level.FAIL);
        assertThat(DoctorCommand.temporaryFiles(directory).level()).isEqualTo(Finding.Level.OK);
    }

    private int run(String... arguments) {
        return withOutput(Fraudstream.commandLine()).execute(arguments);
    }

    private CommandLine withOutput(CommandLine commandLine) {
        return commandLine.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    }

    private static void collect(CommandLine command, List<CommandLine> all) {
        if (command.getCommandName().equals("help")) {
            return;
        }
        all.add(command);
        command.getSubcommands().values().forEach(child -> collect(child, all));
    }

    @Command(name = "failing", description = "Fails.")
    private static final class Failing implements Runnable {
        @Override
        public void run() {
            throw new java.io.UncheckedIOException(
                    new java.nio.file.NoSuchFileException("/no/such"));
        }
    }
}
