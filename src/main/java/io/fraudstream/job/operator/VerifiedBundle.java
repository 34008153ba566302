package io.fraudstream.job.operator;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.job.state.ServedBundle;
import io.fraudstream.model.BundleException;
import io.fraudstream.model.BundleFormat;
import io.fraudstream.model.ModelBundle;
import io.fraudstream.model.compiled.CompiledScorer;
import io.fraudstream.registry.BundleSigner;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.registry.TrustedKeys;
import java.io.IOException;
import java.net.URI;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * A bundle that was fetched from where a pointer says and found to be what the pointer says.
 *
 * @param labelCutOff how far it knows labels, milliseconds since the epoch
 */
record VerifiedBundle(ServedBundle served, long labelCutOff) {
    private static final int MAX_BUNDLE_BYTES = 64 << 20;
    private static final byte[] NOTHING = {};

    /**
     * Fetches the bundle and checks it: checksum and signature before it is opened, then format,
     * id, features, golden outputs. A retirement needs no bundle.
     */
    static VerifiedBundle fetch(ModelPointer pointer, FeatureSchema schema, TrustedKeys trusted)
            throws RefusedBundle {
        if (pointer.kind() == ModelPointer.Kind.RETIREMENT) {
            return new VerifiedBundle(new ServedBundle(pointer, NOTHING), Long.MIN_VALUE);
        }
        if (!schema.fingerprint().equals(pointer.fingerprint())) {
            throw new RefusedBundle(
                    "fingerprint",
                    "feature fingerprint is "
                            + pointer.fingerprint()
                            + ", expected "
                            + schema.fingerprint());
        }
        byte[] zip = bytes(pointer.uri());
        String found = BundleFormat.sha256(zip);
        if (!found.equals(pointer.sha256())) {
            throw new RefusedBundle(
                    "sha256",
                    pointer.uri() + " has SHA-256 " + found + ", expected " + pointer.sha256());
        }
        if (trusted.demandsSignature()) {
            byte[] signature = signature(pointer.uri());
            try {
                trusted.require(pointer.uri(), zip, signature);
            } catch (BundleException unsigned) {
                throw new RefusedBundle("signature", unsigned.getMessage());
            }
        }
        try {
            ModelBundle bundle = BundleFormat.read(zip);
            if (!bundle.id().equals(pointer.bundleId())) {
                throw new RefusedBundle(
                        "bundle_id",
                        pointer.uri()
                                + " holds the bundle "
                                + bundle.id()
                                + ", expected "
                                + pointer.bundleId());
            }
            CompiledScorer.of(bundle, schema.fingerprint());
            return new VerifiedBundle(
                    new ServedBundle(pointer, BundleFormat.servingPart(zip)),
                    bundle.manifest().labelCutOff());
        } catch (BundleException | RuntimeException corrupt) {
            // Whatever is wrong with a bundle, it must not stop the stream.
            throw new RefusedBundle("bundle_id", pointer.uri() + ": " + corrupt.getMessage());
        }
    }

    /** {@code null} where there is none. */
    private static byte[] signature(String uri) throws RefusedBundle {
        String beside = uri + BundleSigner.SUFFIX;
        try {
            Path path = new Path(URI.create(beside));
            if (!path.getFileSystem().exists(path)) {
                return null;
            }
        } catch (IOException unreachable) {
            throw new RefusedBundle(
                    "signature", beside + " cannot be read: " + unreachable.getMessage(), true);
        }
        return bytes(beside);
    }

    private static byte[] bytes(String uri) throws RefusedBundle {
        byte[] bytes;
        try {
            Path path = new Path(URI.create(uri));
            FileSystem files = path.getFileSystem();
            // A device or a pipe, which may have no end, has no length.
            long length = files.getFileStatus(path).getLen();
            if (length < 1 || length > MAX_BUNDLE_BYTES) {
                throw new RefusedBundle(
                        "uri",
                        uri + " is " + length + " bytes long, expected 1 to " + MAX_BUNDLE_BYTES);
            }
            try (FSDataInputStream in = files.open(path)) {
                bytes = in.readNBytes((int) length);
            }
        } catch (RuntimeException noPath) {
            throw new RefusedBundle("uri", uri + " cannot be read: " + noPath.getMessage());
        } catch (IOException unreachable) {
            throw new RefusedBundle(
                    "uri", uri + " cannot be read: " + unreachable.getMessage(), true);
        }
        return bytes;
    }
}
