package io.fraudstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fraudstream.recording.Mapping;
import io.fraudstream.recording.RecordedTransaction;
import io.fraudstream.recording.RecordingReader;
import io.fraudstream.simulation.SimulatedTransaction;
import io.fraudstream.simulation.SimulationSettings;
import io.fraudstream.simulation.TransactionSimulator;
import io.fraudstream.transaction.TransactionCodec;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class SimulateCommandTest {
    @TempDir private Path directory;

    @Test
    void writesWhatTheWireMappingReadsBackTransactionsAndLabels() throws IOException {
        Path file = directory.resolve("stream.jsonl.gz");
        assertThat(
                        execute(
                                file.toString(),
                                "--seed",
                                "5",
                                "--cards",
                                "200",
                                "--duration",
                                "20d",
                                "--fraud-intensity",
                                "3"))
                .isZero();

        SimulationSettings settings =
                new SimulationSettings(
                        5,
                        200,
                        2000,
                        SimulationSettings.DEFAULT.start(),
                        Duration.ofDays(20),
                        2,
                        3);
        TransactionSimulator expected =
                new TransactionSimulator(settings, TransactionSimulator.roughRates());
        int labels = 0;
        try (RecordingReader rows =
                new RecordingReader(
                        List.of(file), Mapping.load(Path.of("config/mappings/wire.yaml")))) {
            while (rows.hasNext()) {
                RecordedTransaction row = rows.next();
                SimulatedTransaction simulated = expected.next();
                assertThat(row.payload())
                        .isEqualTo(TransactionCodec.encode(simulated.transaction()));
                if (simulated.isReported()) {
                    assertThat(row.label().knownAt()).isEqualTo(simulated.knownAt());
                    labels++;
                } else {
                    assertThat(row.label()).isNull();
                }
            }
            assertThat(rows.unmapped()).isZero();
            assertThat(rows.unusableLabels()).isZero();
        }
        assertThat(expected.hasNext()).isFalse();
        assertThat(labels).isPositive();
    }

    @Test
    void theSameOptionsGiveTheSameFile() throws IOException {
        Path one = directory.resolve("one.jsonl");
        Path two = directory.resolve("two.jsonl");
        execute(one.toString(), "--cards", "50", "--duration", "5d");
        execute(two.toString(), "--cards", "50", "--duration", "5d");

        assertThat(Files.size(one)).isPositive();
        assertThat(two).hasSameBinaryContentAs(one);
    }

    @Test
    void badOptionsAreWrongUsage() {
        assertThat(execute("x", "--cards", "0")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(execute("x", "--duration", "soon")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(execute()).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(Path.of("x")).doesNotExist();
    }

    private static int execute(String... arguments) {
        return new CommandLine(new SimulateCommand())
                .setErr(new PrintWriter(new StringWriter()))
                .execute(arguments);
    }
}
