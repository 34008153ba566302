package io.fraudstream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fraudstream.config.CodecParts;
import io.fraudstream.config.SettingsReader;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.job.SimulatedRecording;
import io.fraudstream.kafka.RecordProducer;
import io.fraudstream.model.BundleFormat;
import io.fraudstream.model.Layer;
import io.fraudstream.model.ModelBundle;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.TestBundles;
import io.fraudstream.recording.RecordedTransaction;
import io.fraudstream.recording.ReplayDiff;
import io.fraudstream.recording.TopicFile;
import io.fraudstream.recording.TopicRecord;
import io.fraudstream.transaction.LabelCodec;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A recording and a bundle in the test resources give the hash that stands beside them: on any
 * machine, in any way of running the job, in every release. Where a release changes features or
 * scores on purpose, all of it is made anew by
 *
 * <pre>
 * mvn verify -Dit.test=GoldenReplayIT -Dtest=NoSuchTest -Dsurefire.failIfNoSpecifiedTests=false \
 *     -Dfraudstream.golden=write
 * </pre>
 *
 * and the change is told in CHANGELOG.md.
 */
@Timeout(300)
class GoldenReplayIT {
    private static final Path GOLDEN = Path.of("src", "test", "resources", "golden");
    private static final Path TRANSACTIONS = GOLDEN.resolve("transactions.jsonl.gz");
    private static final Path LABELS = GOLDEN.resolve("labels.jsonl.gz");
    private static final Path BUNDLE = GOLDEN.resolve("bundle.zip");
    private static final Path HASH = GOLDEN.resolve("hash.txt");
    private static final String RATES =
            "transactions.exchangeRates=" + GOLDEN.resolve("rates.yaml");
    private static final String PLAINEST = "--parallelism 1";
    private static final int PARTITIONS = 3;

    @TempDir private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @ValueSource(
            strings = {
                PLAINEST,
                "--parallelism 2 --savepoint",
                "--parallelism 4 --kill",
                "--parallelism 4 --state-backend rocksdb --through broker --kill --savepoint"
            })
    void givesItsHashHoweverItIsRun(String options) throws Exception {
        if (isToBeWritten() && options.equals(PLAINEST)) {
            write();
        }

        JsonNode summary = replay(BUNDLE, options.split(" "));

        assertThat(summary.get("hash").textValue())
                .as("see this test's Javadoc")
                .isEqualTo(Files.readString(HASH).strip());
        assertThat(summary.get("balanced").booleanValue()).isTrue();
        for (String counted :
                List.of("scored", "rejected", "duplicate", "scoredLate", "alerts", "labels")) {
            assertThat(summary.get(counted).longValue()).as(counted).isPositive();
        }
        if (options.contains("--kill")) {
            assertThat(summary.get("kill").get("restoredFromCheckpoint").longValue()).isPositive();
            assertThat(summary.get("kill").get("readAgain").longValue()).isPositive();
            assertThat(out.toString()).contains("the job was restored from checkpoint");
        }
        assertThat(summary.get("savepoint").booleanValue())
                .isEqualTo(options.contains("--savepoint"));
    }

    @Test
    void oneBitOfOneWeightGivesAnother() throws Exception {
        assumeTrue(!isToBeWritten());
        ModelBundle bundle = BundleFormat.read(Files.readAllBytes(BUNDLE));
        Layer last = bundle.network().members().get(0).head().get(0);
        float[] weights = last.blocks()[0];
        weights[0] = Float.intBitsToFloat(Float.floatToIntBits(weights[0]) ^ 1);
        BundleFormat.Written changed =
                BundleFormat.write(
                        bundle.manifest(),
                        bundle.network(),
                        bundle.normalizer(),
                        bundle.usual(),
                        bundle.golden(),
                        bundle.dl4j(),
                        bundle.drift());
        Path other = Files.write(directory.resolve("other.zip"), changed.zip());
        Path a = directory.resolve("a.tsv.gz");
        Path b = directory.resolve("b.tsv");

        String golden = replay(BUNDLE, "--out", a.toString()).get("hash").textValue();
        String flipped = replay(other, "--out", b.toString()).get("hash").textValue();

        assertThat(golden).isEqualTo(Files.readString(HASH).strip());
        assertThat(flipped).isNotEqualTo(golden);
        ReplayDiff diff = ReplayDiff.of(a, b, 1);
        assertThat(diff.largestScoreChange()).isPositive().isLessThan(1e-6);
        assertThat(diff.kinds().get(ReplayDiff.Kind.BUNDLE_CHANGED).count())
                .isEqualTo(diff.eventsA());
        assertThat(diff.changedFeatures()).isEmpty();
        assertThat(execute("replay", "diff", a.toString(), a.toString())).isZero();
        assertThat(execute("replay", "diff", a.toString(), b.toString(), "--json")).isEqualTo(1);
        assertThat(out.toString()).contains("\"differ\" : true");
    }

    private JsonNode replay(Path bundle, String... options) throws IOException {
        Path summary = directory.resolve("summary.json");
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "replay",
                                "--verify",
                                TRANSACTIONS.toString(),
                                LABELS.toString(),
                                "--model",
                                bundle.toString(),
                                "--set",
                                RATES,
                                "--set",
                                "job.outOfOrderness=2m",
                                "--work",
                                directory.toString(),
                                "--summary",
                                summary.toString()));
        arguments.addAll(List.of(options));
        int exitCode = execute(arguments.toArray(String[]::new));
        assertThat(exitCode).as(err.toString()).isZero();
        return new ObjectMapper().readTree(summary.toFile());
    }

    private int execute(String... arguments) {
        return Fraudstream.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    private static boolean isToBeWritten() {
        return "write".equals(System.getProperty("fraudstream.golden"));
    }

    /** Makes recording and bundle anew, and their hash by the plainest run. */
    private void write() throws Exception {
        CodecParts parts =
                CodecParts.of(
                        new SettingsReader(Map.of())
                                .read(null, Map.of(RATES.split("=")[0], RATES.split("=")[1]))
                                .transactions(),
                        Map.of());
        Files.write(
                BUNDLE,
                TestBundles.of(NetworkKind.COMBINED, new FeatureSchema(parts.rates()), 19).zip());
        long[] offsets = new long[PARTITIONS];
        long[] labelOffsets = new long[PARTITIONS];
        try (TopicFile.Writer transactions =
                        new TopicFile.Writer(
                                TRANSACTIONS, new TopicFile.Header("transactions", PARTITIONS));
                TopicFile.Writer labels =
                        new TopicFile.Writer(LABELS, new TopicFile.Header("labels", PARTITIONS))) {
            for (RecordedTransaction row : SimulatedRecording.rows(23, 45, 45, time -> true)) {
                byte[] key = row.key().getBytes(StandardCharsets.UTF_8);
                int partition = RecordProducer.partitionOf(key, PARTITIONS);
                transactions.write(
                        new TopicRecord(
                                partition,
                                offsets[partition]++,
                                row.eventTime(),
                                key,
                                row.payload()));
                if (row.label() != null) {
                    labels.write(
                            new TopicRecord(
                                    partition,
                                    labelOffsets[partition]++,
                                    row.label().knownAt(),
                                    key,
                                    LabelCodec.encode(row.label())));
                }
            }
        }
        String hash = replay(BUNDLE, PLAINEST.split(" ")).get("hash").textValue();
        Files.writeString(HASH, hash + System.lineSeparator());
    }
}
