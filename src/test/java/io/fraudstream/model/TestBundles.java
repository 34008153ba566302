package io.fraudstream.model;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.features.FeatureSpec;
import io.fraudstream.model.compiled.CompiledScorer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Small bundles with random weights, for tests that need one and not a good one. */
public final class TestBundles {
    private TestBundles() {}

    public static BundleFormat.Written of(NetworkKind kind, FeatureSchema schema, long seed) {
        return of(kind, schema, seed, schema.fingerprint());
    }

    public static BundleFormat.Written of(
            NetworkKind kind, FeatureSchema schema, long seed, String fingerprint) {
        return of(kind, schema, seed, fingerprint, 3);
    }

    public static BundleFormat.Written of(
            NetworkKind kind,
            FeatureSchema schema,
            long seed,
            String fingerprint,
            long labelCutOff) {
        return of(kind, schema, seed, fingerprint, labelCutOff, null);
    }

    /** One that says what it was trained on, so that drift is measured. */
    public static BundleFormat.Written of(
            NetworkKind kind,
            FeatureSchema schema,
            long seed,
            String fingerprint,
            long labelCutOff,
            DriftReference drift) {
        SplittableRandom random = new SplittableRandom(seed);
        int size = schema.size();
        Network network = TestNetworks.of(kind, size, 1, 0.5f, random);
        float[] scale = new float[size];
        Arrays.fill(scale, 0.5f);
        Normalizer normalizer = new Normalizer(new boolean[size], new float[size], scale);
        BundleManifest manifest =
                new BundleManifest(
                        BundleManifest.FORMAT_VERSION,
                        kind.wireName(),
                        fingerprint,
                        schema.specs().stream().map(FeatureSpec::name).toList(),
                        FeatureSchema.SEQUENCE_LENGTH,
                        seed,
                        1,
                        2,
                        labelCutOff,
                        "a test",
                        Map.of("averagePrecision", 0.5),
                        0.25,
                        null,
                        new BundleManifest.CalibrationEntry(1.5, -0.5),
                        List.of(),
                        Map.of());
        float[][][] sequences = new float[FeatureSchema.SEQUENCE_LENGTH][][];
        for (int i = 0; i < sequences.length; i++) {
            sequences[i] = new float[i + 1][];
            for (int step = 0; step <= i; step++) {
                sequences[i][step] = TestNetworks.numbers(size, 0.5f, random);
            }
        }
        CompiledScorer scorer = new CompiledScorer("test", network, normalizer, Calibration.NONE);
        float[] outputs = new float[sequences.length];
        for (int i = 0; i < outputs.length; i++) {
            outputs[i] = (float) scorer.score(sequences[i]);
        }
        return BundleFormat.write(
                manifest,
                network,
                normalizer,
                TestNetworks.numbers(size, 0.5f, random),
                new GoldenCases(sequences, outputs),
                new byte[] {1, 2, 3},
                drift);
    }
}
