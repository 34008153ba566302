package io.fraudstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.kafka.LocalBroker;
import io.fraudstream.kafka.TopicTail;
import io.fraudstream.model.BundleFormat;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.TestBundles;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.simulation.TransactionSimulator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What a fraud team does about models, on a real broker. */
@Timeout(120)
class ModelsCommandIT {
    private static final FeatureSchema SCHEMA =
            new FeatureSchema(TransactionSimulator.roughRates());
    private static final BundleFormat.Written FIRST = bundle(NetworkKind.DENSE, 1, 10);
    private static final BundleFormat.Written SECOND = bundle(NetworkKind.LSTM, 2, 20);
    private static final String FIRST_ID = FIRST.bundle().id();
    private static final String SECOND_ID = SECOND.bundle().id();

    @TempDir private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private String servers = "localhost:1";

    private static BundleFormat.Written bundle(NetworkKind kind, long seed, long labelCutOff) {
        return TestBundles.of(kind, SCHEMA, seed, SCHEMA.fingerprint(), labelCutOff);
    }

    @Test
    void everyDecisionIsAnnouncedAndKept() throws Exception {
        try (LocalBroker broker = LocalBroker.start(directory.resolve("broker"), 0)) {
            servers = broker.bootstrapServers();
            publishBoth();
            assertFails("promote " + FIRST_ID, "no topic models");
            succeed("topics", "create");

            assertFails("threshold 0.5", "no bundle is champion");
            succeed("models", "promote", FIRST_ID, "--threshold", "0.75", "--reason", "the first");
            succeed("models", "promote", SECOND_ID, "--slot", "shadow");
            assertThat(list())
                    .containsPattern("champion " + FIRST_ID + " .* threshold 0.7500")
                    .containsPattern("shadow +" + SECOND_ID + " .* threshold 0.2500");
            succeed("models", "retire", "--slot", "shadow");
            succeed("models", "promote", SECOND_ID);
            succeed("models", "threshold", "0.5", "--reason", "too many alerts");
            assertThat(list()).containsPattern("champion " + SECOND_ID + " .* threshold 0.5000");
            assertFails("promote " + FIRST_ID, "older than the champion " + SECOND_ID);
            assertFails("retire --slot shadow", "nothing serves as shadow");
            succeed("models", "rollback", "--reason", "worse");
            succeed("models", "rollback", "--to", SECOND_ID);
            assertFails("rollback --slot shadow --to " + FIRST_ID, "never served as shadow");

            succeed("models", "list", "--history");
            assertThat(out.toString().lines())
                    .anyMatch(line -> line.matches(" +1 .* promoted +champion .*threshold 0.75"))
                    .anyMatch(line -> line.matches(" +3 .* retired +shadow .*"))
                    .anyMatch(
                            line ->
                                    line.matches(
                                            " +6 .* rolled back +champion .*" + FIRST_ID + ".*"))
                    .contains("      too many alerts", "      worse");
            assertThat(pointers(7))
                    .extracting(
                            pointer ->
                                    pointer.number()
                                            + " "
                                            + pointer.kind()
                                            + " "
                                            + pointer.slot()
                                            + " "
                                            + pointer.bundleId()
                                            + " "
                                            + pointer.threshold())
                    .containsExactly(
                            "1 PROMOTION champion " + FIRST_ID + " 0.75",
                            "2 PROMOTION shadow " + SECOND_ID + " null",
                            "3 RETIREMENT shadow " + SECOND_ID + " null",
                            "4 PROMOTION champion " + SECOND_ID + " null",
                            "5 PROMOTION champion " + SECOND_ID + " 0.5",
                            "6 ROLLBACK champion " + FIRST_ID + " 0.75",
                            "7 ROLLBACK champion " + SECOND_ID + " 0.5");
        }
    }

    @Test
    void whatDiffersBetweenTwoBundlesIsSetSideBySide() throws Exception {
        publishBoth();

        succeed("models", "diff", FIRST_ID, SECOND_ID);

        assertThat(out.toString())
                .containsPattern("kind +dense +lstm")
                .containsPattern(
                        "labels known by +1970-01-01T00:00:00.010Z +1970-01-01T00:00:00.02")
                .containsPattern("seed +1 +2")
                .containsPattern("The same: .*trained by.*calibration slope.*averagePrecision");
    }

    @Test
    void wrongUsageIsToldBeforeAnythingIsDecided() throws Exception {
        assertThat(run("models", "promote", FIRST_ID, "--slot", "chief")).isEqualTo(2);
        assertThat(err.toString()).contains("--slot is \"chief\"", "[champion, shadow]");
        assertThat(run("models", "threshold", "1.5")).isEqualTo(2);
        assertThat(err.toString()).contains("SCORE is 1.5, expected 0 to 1");
        assertThat(run("models", "retire")).isEqualTo(2);
        assertThat(err.toString()).contains("--slot");
        assertThat(run("models", "diff", FIRST_ID, SECOND_ID)).isEqualTo(1);
        assertThat(err.toString()).contains("registry holds no bundle " + FIRST_ID);
    }

    private void publishBoth() throws IOException {
        for (BundleFormat.Written bundle : List.of(FIRST, SECOND)) {
            Path file = Files.write(directory.resolve("model.zip"), bundle.zip());
            succeed("models", "publish", file.toString());
        }
    }

    private String list() {
        out.getBuffer().setLength(0);
        succeed("models", "list");
        return out.toString();
    }

    private List<ModelPointer> pointers(int count) {
        List<ModelPointer> pointers = new ArrayList<>();
        try (TopicTail tail = new TopicTail(servers, "models")) {
            tail.read(
                    true,
                    count,
                    entry -> {
                        try {
                            pointers.add(ModelPointer.decode(entry.value()));
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
        }
        return pointers;
    }

    private void succeed(String... arguments) {
        assertThat(run(arguments)).as("%s: %s", List.of(arguments), err).isZero();
    }

    private void assertFails(String arguments, String message) {
        err.getBuffer().setLength(0);
        assertThat(run(("models " + arguments).split(" "))).isEqualTo(1);
        assertThat(err.toString()).contains(message);
    }

    private int run(String... arguments) {
        String[] all =
                Stream.concat(
                                Stream.of(arguments),
                                Stream.of(
                                        "--bootstrap-servers",
                                        servers,
                                        "--set",
                                        "registry.directory=" + directory.resolve("registry")))
                        .toArray(String[]::new);
        CommandLine command = Fraudstream.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(all);
    }
}
