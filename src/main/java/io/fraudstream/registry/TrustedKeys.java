package io.fraudstream.registry;

import io.fraudstream.model.BundleException;
import java.io.Serializable;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.List;

/**
 * The public keys whose bundles are opened; several, while one takes another's place. They are no
 * secret and travel with the job. Without any, every bundle is opened.
 */
public final class TrustedKeys implements Serializable {
    /** No key: signatures are not looked at. */
    public static final TrustedKeys NONE = new TrustedKeys(List.of());

    static final String LABEL = "PUBLIC KEY";
    private static final long serialVersionUID = 1L;

    private final List<byte[]> keys;

    private TrustedKeys(List<byte[]> keys) {
        this.keys = List.copyOf(keys);
    }

    /**
     * @param pem one or more Ed25519 public keys
     * @throws IllegalArgumentException if there is none, or another kind of key
     */
    public static TrustedKeys of(String pem) {
        TrustedKeys trusted = new TrustedKeys(Pem.decode(LABEL, pem));
        try {
            for (byte[] key : trusted.keys) {
                trusted.isSignedBy(key, new byte[0], new byte[0]);
            }
        } catch (GeneralSecurityException noKey) {
            throw new IllegalArgumentException("no " + BundleSigner.ALGORITHM + " public key");
        }
        return trusted;
    }

    /** Whether only signed bundles are to be opened. */
    public boolean demandsSignature() {
        return !keys.isEmpty();
    }

    /**
     * Checks a bundle that is not opened yet.
     *
     * @param signature the file beside it, or {@code null} if there is none
     * @throws BundleException if a signature is demanded and this is not one by a trusted key
     */
    public void require(String bundle, byte[] zip, byte[] signature) throws BundleException {
        if (!demandsSignature()) {
            return;
        }
        if (signature == null) {
            throw new BundleException(
                    bundle + " is not signed, expected " + bundle + BundleSigner.SUFFIX);
        }
        byte[] bare = BundleSigner.parse(signature);
        for (byte[] key : keys) {
            try {
                if (isSignedBy(key, zip, bare)) {
                    return;
                }
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("the key was looked at before", e);
            }
        }
        throw new BundleException(
                bundle
                        + BundleSigner.SUFFIX
                        + " does not sign these bytes by a trusted key, expected one of registry"
                        + ".trustedKeysFile");
    }

    private boolean isSignedBy(byte[] key, byte[] zip, byte[] bare)
            throws GeneralSecurityException {
        Signature signature = Signature.getInstance(BundleSigner.ALGORITHM);
        signature.initVerify(
                KeyFactory.getInstance(BundleSigner.ALGORITHM)
                        .generatePublic(new X509EncodedKeySpec(key)));
        signature.update(zip);
        try {
            return signature.verify(bare);
        } catch (GeneralSecurityException noSignature) {
            // Not even of a signature's length.
            return false;
        }
    }
}
