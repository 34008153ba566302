package io.fraudstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fraudstream.config.CodecParts;
import io.fraudstream.config.Settings;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.kafka.LocalBroker;
import io.fraudstream.kafka.TopicNames;
import io.fraudstream.kafka.TopicTail;
import io.fraudstream.kafka.Topics;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.training.StoredSamples;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The loop as it is run: an event store, a registry, a real broker to announce on. */
@Timeout(300)
class RetrainCommandIT {
    @TempDir private static Path directory;

    private static LocalBroker broker;
    private static Path store;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void start() throws Exception {
        broker = LocalBroker.start(directory.resolve("broker"), 0);
        try (Topics topics = new Topics(broker.bootstrapServers(), new TopicNames(""))) {
            topics.create(Topics.Layout.DEFAULT);
        }
        store = directory.resolve("store");
        StoredSamples.write(
                store,
                48,
                1,
                new FeatureSchema(
                        CodecParts.of(Settings.DEFAULT.transactions(), Map.of()).rates()));
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void promotesAnnouncesRefusesAndReports() throws Exception {
        Path summary = directory.resolve("summary.json");
        Path report = directory.resolve("report");

        assertThat(retrain("--dry-run")).isZero();
        assertThat(out.toString()).contains("would be promoted; nothing was changed.");

        assertThat(retrain("--summary", summary.toString(), "--report", report.toString()))
                .as(err.toString())
                .isZero();

        assertThat(out.toString()).contains("  pass    known frauds to test on", "is promoted.");
        JsonNode first = new ObjectMapper().readTree(summary.toFile());
        assertThat(first.path("outcome").asText()).isEqualTo("promoted");
        assertThat(first.path("champion").isNull()).isTrue();
        assertThat(first.path("rules")).hasSizeGreaterThan(5);
        String id = first.path("challenger").asText();
        ModelPointer announced = announced();
        assertThat(announced.bundleId()).isEqualTo(id);
        assertThat(announced.slot()).isEqualTo(ModelPointer.CHAMPION);
        assertThat(report.resolve("report.html")).exists();
        assertThat(new ObjectMapper().readTree(report.resolve("metrics.json").toFile()).toString())
                .contains("Test days");

        assertThat(retrain("--summary", summary.toString())).isZero();

        JsonNode second = new ObjectMapper().readTree(summary.toFile());
        assertThat(second.path("outcome").asText()).isEqualTo("refused");
        assertThat(second.path("champion").asText()).isEqualTo(id);
        assertThat(out.toString()).contains("REFUSE  bundles that differ");

        Path drift = directory.resolve("drift.json");
        assertThat(run("models", "drift", "--summary", drift.toString()))
                .as(err.toString())
                .isZero();
        JsonNode figures = new ObjectMapper().readTree(drift.toFile());
        assertThat(figures.path("bundle").asText()).isEqualTo(id);
        assertThat(figures.path("events").asInt()).isEqualTo(7 * 120);
        assertThat(figures.path("scorePsi").isNumber()).isTrue();
        double before = Double.POSITIVE_INFINITY;
        for (JsonNode feature : figures.path("features")) {
            assertThat(feature.path("psi").asDouble()).isBetween(0.0, before);
            before = feature.path("psi").asDouble();
        }
        assertThat(out.toString()).contains("840 events of 7d");
    }

    @Test
    void aFailureIsCodeOneAndLeavesTheRegistryWithItsReason() {
        assertThat(
                        run(
                                "retrain",
                                "--store",
                                directory.resolve("nowhere").toString(),
                                "--set",
                                "registry.directory=" + directory.resolve("other-registry")))
                .isEqualTo(1);

        assertThat(err.toString()).startsWith("fraudstream: the event store holds 0 transactions");
    }

    @Test
    void wrongUsageIsCodeTwo() {
        assertThat(retrain("--every", "0s")).isEqualTo(2);
        assertThat(err.toString()).contains("--every is 0s, expected 1ms or more");
        assertThat(retrain("--every", "24h", "--once")).isEqualTo(2);
        assertThat(err.toString()).contains("expected it without --once and --as-of");
        assertThat(run("models", "drift", "--from", "2100-01-01T00:00:00Z", "nothing")).isNotZero();
    }

    private static ModelPointer announced() throws IOException {
        List<byte[]> pointers = new ArrayList<>();
        try (TopicTail tail = new TopicTail(broker.bootstrapServers(), "models")) {
            tail.read(true, 1, entry -> pointers.add(entry.value()));
        }
        return ModelPointer.decode(pointers.get(0));
    }

    private int retrain(String... more) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "retrain",
                                "--set",
                                "training.validationDays=5",
                                "--set",
                                "training.alertsPerDay=6",
                                "--set",
                                "training.maxEpochs=4",
                                "--set",
                                "retraining.minEvents=500",
                                "--set",
                                "retraining.minFrauds=25",
                                "--set",
                                "retraining.maxCalibrationError=0.05",
                                "--set",
                                "retraining.alertVolumeFactor=2"));
        arguments.addAll(List.of(more));
        return run(arguments.toArray(new String[0]));
    }

    private int run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--bootstrap-servers", broker.bootstrapServers()));
        if (!all.contains("--store")) {
            all.addAll(
                    List.of(
                            "--set",
                            "store.directory=" + store,
                            "--set",
                            "registry.directory=" + directory.resolve("registry")));
        }
        CommandLine command = Fraudstream.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(all.toArray(new String[0]));
    }
}
