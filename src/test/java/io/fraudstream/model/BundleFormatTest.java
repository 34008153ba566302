package io.fraudstream.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.model.compiled.CompiledScorer;
import io.fraudstream.transaction.ExchangeRates;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class BundleFormatTest {
    private final FeatureSchema schema = new FeatureSchema(ExchangeRates.only("EUR"));

    @ParameterizedTest
    @EnumSource
    void whatIsWrittenReadsBackTheSame(NetworkKind kind) throws BundleException {
        BundleFormat.Written written = TestBundles.of(kind, schema, 1);

        ModelBundle read = BundleFormat.read(written.zip());

        assertThat(read).usingRecursiveComparison().isEqualTo(written.bundle());
        assertThat(read.kind()).isEqualTo(kind);
        assertThat(read.calibration()).isEqualTo(new Calibration(1.5, -0.5));
    }

    @ParameterizedTest
    @EnumSource
    void theSameContentGivesTheSameBytesAndAnotherContentAnotherId(NetworkKind kind) {
        BundleFormat.Written one = TestBundles.of(kind, schema, 1);

        assertThat(TestBundles.of(kind, schema, 1).zip()).isEqualTo(one.zip());
        assertThat(TestBundles.of(kind, schema, 2).bundle().id())
                .isNotEqualTo(one.bundle().id())
                .matches("[0-9a-f]{16}");
    }

    @Test
    void aChangedByteInAnyEntryIsNoticed() throws IOException {
        byte[] zip = TestBundles.of(NetworkKind.LSTM, schema, 1).zip();
        for (String name :
                new String[] {"normalizer.bin", "weights.bin", "golden.bin", "dl4j.zip"}) {
            byte[] damaged =
                    withEntry(
                            zip,
                            name,
                            bytes -> {
                                bytes[bytes.length / 2] ^= 1;
                                return bytes;
                            });

            assertThatThrownBy(() -> BundleFormat.read(damaged))
                    .isInstanceOf(BundleException.class)
                    .hasMessageStartingWith("bundle entry " + name + " has SHA-256 ");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    "formatVersion" : 2 | "formatVersion" : 1     | format version 1, expected 2
                    "formatVersion" : 2 | "formatVersion" : 2.5   | format version 2.5, expected 2
                    "threshold" : 0.25  | "threshold" : 1.25      | threshold is 1.25, expected 0 to 1
                    "threshold" : 0.25  | "threshold" : "x"       | bundle manifest
                    "slope" : 1.5       | "slope" : 0.0           | expected a positive slope
                    "kind" : "combined" | "kind" : "forest"       | expected dense, lstm, cnn or combined
                    "kind" : "combined" | "kind" : "lstm"         | branches of a lstm network are [Lstm] over the sequence and [Dense, Dense]
                    "kind" : "combined" | "kind" : "dense"        | expected none
                    "kind" : "combined" | "kind" : "cnn"          | expected [Convolution, ...] and []
                    "branch" : "sequence"  | "branch" : "aggregate" | bundle layer of the aggregate is lstm, expected dense
                    "branch" : "aggregate" | "branch" : "head"      | the head takes 70 inputs, expected the branches' 4
                    "branch" : "aggregate" | "branch" : "middle"    | in the order sequence, aggregate, head
                    "branch" : "aggregate" | "branch" : null        | in the order sequence, aggregate, head
                    "member" : 0        | "member" : 1            | in the order sequence, aggregate, head
                    "type" : "lstm"     | "type" : "dense"        | activation is null
                    "type" : "dense"    | "type" : "lstm"         | bundle layer of the aggregate is lstm
                    "type" : "dense"    | "type" : "other"        | layer of the aggregate is other, expected dense
                    "type" : "dense"    | "type" : null           | expected dense, lstm or convolution
                    "type" : "dense"    | "type" : "convolution"  | layer of the aggregate is convolution, expected dense
                    "type" : "lstm"     | "type" : "other"        | layer is other, expected dense, lstm or convolution
                    "type" : "lstm"     | "type" : "convolution"  | kernel is null, expected 1 to 64
                    "RELU"              | null                    | activation is null
                    "RELU"              | "GELU"                  | activation is GELU
                    "outputs" : 4       | "outputs" : 0           | expected 1 to 4096
                    "outputs" : 4       | "outputs" : 2000000000  | expected 1 to 4096
                    "outputs" : 4       | "outputs" : 5           | do not fit
                    "seed" : 1          | "seed" : 1, "sead" : 1  | sead
                    "seed" : 1,         | ''                      | seed
                    """)
    void aManifestThatIsNotAsExpectedIsRefused(String found, String replacement, String message)
            throws IOException {
        byte[] zip = TestBundles.of(NetworkKind.COMBINED, schema, 1).zip();
        byte[] changed =
                withEntry(
                        zip,
                        "manifest.json",
                        bytes -> {
                            String manifest = new String(bytes, StandardCharsets.UTF_8);
                            assertThat(manifest).contains(found);
                            int at = manifest.indexOf(found);
                            String text =
                                    manifest.substring(0, at)
                                            + replacement
                                            + manifest.substring(at + found.length());
                            return text.getBytes(StandardCharsets.UTF_8);
                        });

        assertThatThrownBy(() -> BundleFormat.read(changed))
                .isInstanceOf(BundleException.class)
                .hasMessageContaining(message);
    }

    @Test
    void nothingButABundleIsRead() throws IOException {
        byte[] zip = TestBundles.of(NetworkKind.DENSE, schema, 1).zip();

        assertThatThrownBy(() -> BundleFormat.read(new byte[0]))
                .isInstanceOf(BundleException.class);
        assertThatThrownBy(() -> BundleFormat.read(Arrays.copyOf(zip, zip.length / 2)))
                .isInstanceOf(BundleException.class);
        byte[] renamed =
                rewritten(
                        zip,
                        entries -> {
                            entries.put("weights.ser", entries.remove("weights.bin"));
                            return entries;
                        });
        assertThatThrownBy(() -> BundleFormat.read(renamed)).hasMessageContaining("weights.ser");
        byte[] incomplete =
                rewritten(
                        zip,
                        entries -> {
                            entries.remove("golden.bin");
                            return entries;
                        });
        assertThatThrownBy(() -> BundleFormat.read(incomplete))
                .hasMessage("bundle lacks the entry golden.bin");
    }

    @Test
    void damageAnywhereIsRefusedWithoutAnyOtherException() {
        byte[] zip = TestBundles.of(NetworkKind.LSTM, schema, 1).zip();
        SplittableRandom random = new SplittableRandom(4);
        int refused = 0;
        for (int i = 0; i < 300; i++) {
            byte[] damaged = zip.clone();
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                // A flipped bit in the zip's own headers may not matter; content must be what it
                // was.
                assertThat(BundleFormat.read(damaged))
                        .usingRecursiveComparison()
                        .isEqualTo(read(zip));
            } catch (BundleException expected) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(250);
    }

    @Test
    void aScorerRefusesOtherFeaturesAndOtherOutputs() throws BundleException {
        ModelBundle other =
                TestBundles.of(NetworkKind.DENSE, schema, 1, "0123456789abcdef").bundle();
        assertThatThrownBy(() -> CompiledScorer.of(other, schema.fingerprint()))
                .isInstanceOf(BundleException.class)
                .hasMessage(
                        "bundle "
                                + other.id()
                                + " has feature fingerprint 0123456789abcdef, expected "
                                + schema.fingerprint());

        ModelBundle good = TestBundles.of(NetworkKind.LSTM, schema, 1).bundle();
        assertThat(CompiledScorer.of(good, schema.fingerprint()).bundleId()).isEqualTo(good.id());
        good.golden().outputs()[3] += 2e-5f;
        assertThatThrownBy(() -> CompiledScorer.of(good, schema.fingerprint()))
                .isInstanceOf(BundleException.class)
                .hasMessageContaining("golden inputs");
    }

    private static ModelBundle read(byte[] zip) throws BundleException {
        return BundleFormat.read(zip);
    }

    private static byte[] withEntry(byte[] zip, String name, UnaryOperator<byte[]> change)
            throws IOException {
        return rewritten(
                zip,
                entries -> {
                    entries.compute(name, (key, bytes) -> change.apply(bytes));
                    return entries;
                });
    }

    private static byte[] rewritten(byte[] zip, UnaryOperator<Map<String, byte[]>> change)
            throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                entries.put(entry.getName(), in.readAllBytes());
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> entry : change.apply(entries).entrySet()) {
                out.putNextEntry(new ZipEntry(entry.getKey()));
                out.write(entry.getValue());
                out.closeEntry();
            }
        }
        return bytes.toByteArray();
    }
}
