package io.fraudstream.job.operator;

import io.fraudstream.alert.DecisionPolicy;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.model.BundleException;
import io.fraudstream.model.BundleFormat;
import io.fraudstream.model.FraudModel;
import io.fraudstream.model.ModelBundle;
import io.fraudstream.model.ReasonCodes;
import io.fraudstream.model.compiled.CompiledScorer;
import io.fraudstream.registry.ModelPointer;
import java.io.IOException;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.Path;

/** A verified bundle that is ready to score, with the policy that decides on its scores. */
record ServingModel(FraudModel model, ReasonCodes reasons, DecisionPolicy policy) {
    private static final int MAX_BUNDLE_BYTES = 256 << 20;

    /**
     * Fetches the bundle and checks it: checksum, format, features, golden outputs.
     *
     * @throws BundleException if it must not be used
     */
    static ServingModel load(ModelPointer pointer, FeatureSchema schema) throws BundleException {
        if (!schema.fingerprint().equals(pointer.fingerprint())) {
            throw new BundleException(
                    "the pointer's feature fingerprint is "
                            + pointer.fingerprint()
                            + ", expected "
                            + schema.fingerprint());
        }
        byte[] zip = fetch(pointer.uri());
        String found = BundleFormat.sha256(zip);
        if (!found.equals(pointer.sha256())) {
            throw new BundleException(
                    pointer.uri() + " has SHA-256 " + found + ", expected " + pointer.sha256());
        }
        ModelBundle bundle = BundleFormat.read(zip);
        CompiledScorer scorer = CompiledScorer.of(bundle, schema.fingerprint());
        double threshold =
                pointer.threshold() == null ? bundle.manifest().threshold() : pointer.threshold();
        return new ServingModel(
                scorer,
                new ReasonCodes(schema, scorer, bundle.usual()),
                new DecisionPolicy(threshold));
    }

    private static byte[] fetch(String uri) throws BundleException {
        try {
            Path path = new Path(uri);
            try (FSDataInputStream in = path.getFileSystem().open(path)) {
                byte[] bytes = in.readNBytes(MAX_BUNDLE_BYTES + 1);
                if (bytes.length > MAX_BUNDLE_BYTES) {
                    throw new BundleException(
                            uri + " is longer than " + MAX_BUNDLE_BYTES + " bytes, expected less");
                }
                return bytes;
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new BundleException(uri + " cannot be read: " + e.getMessage(), e);
        }
    }
}
