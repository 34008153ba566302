package io.fraudstream.model;

/**
 * Everything that makes up a model: what is needed to score with it, to explain it, to check it and
 * to train on.
 *
 * @param id the hash of its content
 * @param usual the population's usual raw value of each feature, NaN where unknown: what reason
 *     codes compare with
 * @param dl4j DL4J's own zip; empty where the bundle cannot be trained on
 * @param drift what its inputs and scores were like in training; {@code null} where it does not say
 */
public record ModelBundle(
        String id,
        BundleManifest manifest,
        Network network,
        Normalizer normalizer,
        float[] usual,
        GoldenCases golden,
        byte[] dl4j,
        DriftReference drift) {

    public Calibration calibration() {
        return new Calibration(manifest.calibration().slope(), manifest.calibration().intercept());
    }

    public NetworkKind kind() {
        return network.kind();
    }
}
