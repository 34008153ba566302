package io.fraudstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fraudstream.model.BundleFormat;
import io.fraudstream.model.ModelBundle;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class TrainingCommandsTest {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");
    private static final String MAPPING =
            """
            format: csv
            columns:
              transaction_id: ID
              event_time: TIME
              card_id: CARD
              terminal_id: TERMINAL
              amount_minor: AMOUNT
            constants:
              currency: EUR
            timeFormat: yyyy-MM-dd HH:mm:ss
            amountUnit: major
            labels:
              column: FRAUD
              fraud: ["1"]
              labelDelay: 7d
              source: recording
            """;

    @TempDir private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path transactions;
    private Path mapping;

    /** Thirty days; ids that a careless writer would change. */
    @BeforeEach
    void record() throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        List<String> lines = new ArrayList<>(List.of("ID,TIME,CARD,TERMINAL,AMOUNT,FRAUD"));
        LocalDateTime start = LocalDateTime.of(2018, 4, 1, 0, 0);
        for (int i = 0; i < 30 * 60; i++) {
            boolean fraud = random.nextInt(20) == 0;
            int cents = (fraud ? 15_000 : 1_000) + random.nextInt(6_000);
            lines.add(
                    String.join(
                            ",",
                            "00" + i,
                            start.plusMinutes(24L * i).format(TIME),
                            "c" + random.nextInt(20),
                            "m" + random.nextInt(10),
                            cents / 100 + "." + (cents % 100 < 10 ? "0" : "") + cents % 100,
                            fraud ? "1" : "0"));
        }
        transactions = Files.write(directory.resolve("april.csv"), lines);
        mapping = Files.writeString(directory.resolve("mapping.yaml"), MAPPING);
    }

    @Test
    void backtestScoresTheTestRangeAndWritesWhatItIsAskedFor() throws Exception {
        Path scores = directory.resolve("scores.csv");
        Path bundle = directory.resolve("model.zip");
        Path summary = directory.resolve("summary.json");
        Path report = directory.resolve("report");

        int code =
                backtest(
                        "dense",
                        "--scores",
                        scores.toString(),
                        "--model-out",
                        bundle.toString(),
                        "--summary",
                        summary.toString(),
                        "--report",
                        report.toString(),
                        "--seed",
                        "7");

        assertThat(err.toString()).startsWith("epoch 1: loss ");
        assertThat(code).isZero();
        List<String> lines = Files.readAllLines(scores);
        assertThat(lines).hasSize(1 + 3 * 60).startsWith("transaction_id,score");
        // 24 days of 60 events before the 25th of April.
        assertThat(lines.get(1)).startsWith("001440,");
        assertThat(lines.get(180)).startsWith("001619,");
        for (String line : lines.subList(1, lines.size())) {
            String score = line.substring(line.indexOf(',') + 1);
            assertThat(Double.parseDouble(score)).isBetween(0.0, 1.0);
            assertThat(Double.toString(Double.parseDouble(score))).isEqualTo(score);
        }
        ModelBundle written = BundleFormat.read(Files.readAllBytes(bundle));
        assertThat(written.manifest().seed()).isEqualTo(7);
        assertThat(out.toString())
                .contains("Bundle " + written.id(), "AUC", "AP", "CP@100", "Seconds:");
        JsonNode counts = new ObjectMapper().readTree(summary.toFile());
        assertThat(counts.path("scored").asInt()).isEqualTo(180);
        assertThat(counts.path("bundle").asText()).isEqualTo(written.id());
        assertThat(report.resolve("report.html")).exists();
        assertThat(report.resolve("metrics.json")).exists();
    }

    @Test
    void trainWritesABundleFromFiles() throws Exception {
        Path bundle = directory.resolve("model.zip");

        int code =
                run(
                        "train",
                        "--transactions",
                        transactions.toString(),
                        "--mapping",
                        mapping.toString(),
                        "--label-delay",
                        "5d",
                        "--as-of",
                        "2018-04-29T00:00:00Z",
                        "--train-from",
                        "2018-04-03",
                        "--model",
                        "dense",
                        "--model-out",
                        bundle.toString());

        assertThat(code).isZero();
        ModelBundle written = BundleFormat.read(Files.readAllBytes(bundle));
        assertThat(written.manifest().labelCutOff()).isEqualTo(1_524_960_000_000L);
        assertThat(out.toString())
                .contains("Bundle " + written.id(), "Validation days", "Written: " + bundle);
    }

    @Test
    void theThresholdFollowsItsPolicyAndTheReportComparesWithAnotherBundle() throws Exception {
        Path first = directory.resolve("first.zip");
        Path report = directory.resolve("report");
        String scores = directory.resolve("scores.csv").toString();
        assertThat(
                        backtest(
                                "dense",
                                "--scores",
                                scores,
                                "--model-out",
                                first.toString(),
                                "--threshold-by",
                                "cost",
                                "--review-cost-minor",
                                "250"))
                .isZero();
        ModelBundle champion = BundleFormat.read(Files.readAllBytes(first));
        assertThat(champion.manifest().thresholdChoice().policy())
                .isEqualTo("least cost, a review at 2.50");

        assertThat(
                        backtest(
                                "dense",
                                "--scores",
                                scores,
                                "--seed",
                                "5",
                                "--report",
                                report.toString(),
                                "--compare",
                                first.toString()))
                .isZero();
        JsonNode metrics = new ObjectMapper().readTree(report.resolve("metrics.json").toFile());
        assertThat(metrics.at("/Test days/champion/bundle").asText()).isEqualTo(champion.id());
    }

    @Test
    void wrongThresholdsAndComparisonsAreCodeTwo() {
        assertThat(backtest("dense", "--scores", "s.csv", "--threshold-by", "luck")).isEqualTo(2);
        assertThat(err.toString())
                .contains("--threshold-by is luck, expected alerts, precision or cost");

        err.getBuffer().setLength(0);
        assertThat(backtest("dense", "--scores", "s.csv", "--precision", "1.5")).isEqualTo(2);
        assertThat(err.toString()).contains("precision is 1.5, expected above 0 and at most 1");

        err.getBuffer().setLength(0);
        assertThat(backtest("dense", "--scores", "s.csv", "--compare", "b.zip")).isEqualTo(2);
        assertThat(err.toString()).contains("--compare is given, expected --report with it");
    }

    @Test
    void wrongUsageIsCodeTwoAndNamesTheOption() {
        assertThat(run("backtest", "--model", "dense")).isEqualTo(2);
        assertThat(err.toString()).contains("--transactions");

        err.getBuffer().setLength(0);
        assertThat(backtest("forest", "--scores", "scores.csv")).isEqualTo(2);
        assertThat(err.toString())
                .contains("model is \"forest\", expected dense, lstm, cnn or combined");

        err.getBuffer().setLength(0);
        assertThat(
                        run(
                                "backtest",
                                "--transactions",
                                transactions.toString(),
                                "--mapping",
                                mapping.toString(),
                                "--train-from",
                                "2018-04-01",
                                "--train-to",
                                "2018-04-20",
                                "--test-from",
                                "2018-04-20",
                                "--test-to",
                                "2018-04-22",
                                "--label-delay",
                                "7d",
                                "--scores",
                                "scores.csv"))
                .isEqualTo(2);
        assertThat(err.toString())
                .contains("--test-from is 2018-04-20, expected 2018-04-21 or later");

        err.getBuffer().setLength(0);
        assertThat(
                        run(
                                "train",
                                "--transactions",
                                transactions.toString(),
                                "--model-out",
                                "model.zip"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("expected --mapping with it");
    }

    @Test
    void anEmptyStoreIsCodeOneInOneLine() {
        assertThat(run("train", "--store", directory.toString(), "--model-out", "model.zip"))
                .isEqualTo(1);
        assertThat(err.toString())
                .startsWith("fraudstream: event store " + directory + " holds 0 transactions");
    }

    private int backtest(String kind, String... more) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "backtest",
                                "--transactions",
                                transactions.toString(),
                                "--mapping",
                                mapping.toString(),
                                "--train-from",
                                "2018-04-03",
                                "--train-to",
                                "2018-04-18",
                                "--test-from",
                                "2018-04-25",
                                "--test-to",
                                "2018-04-27",
                                "--label-delay",
                                "7d",
                                "--model",
                                kind));
        arguments.addAll(List.of(more));
        return run(arguments.toArray(new String[0]));
    }

    private int run(String... arguments) {
        CommandLine command = Fraudstream.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(arguments);
    }
}
