package io.fraudstream.registry;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/**
 * Signs bundles by Ed25519, over all bytes of the file, so that whoever fetches one can tell that
 * it comes from a trainer that they trust before they open it. The signature lies beside the
 * bundle, under its name and {@link #SUFFIX}.
 */
public final class BundleSigner {
    /** What a signature's file name has more than its bundle's. */
    public static final String SUFFIX = ".sig";

    static final String ALGORITHM = "Ed25519";
    private static final String SCHEME = "ed25519";
    private static final String LABEL = "PRIVATE KEY";

    private final PrivateKey key;

    private BundleSigner(PrivateKey key) {
        this.key = key;
    }

    /** A new pair of keys, each in PEM: the private one, which signs, and the public one. */
    public record Keys(String signing, String trusted) {}

    public static Keys generate() {
        try {
            KeyPair pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
            return new Keys(
                    Pem.encode(LABEL, pair.getPrivate().getEncoded()),
                    Pem.encode(TrustedKeys.LABEL, pair.getPublic().getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM from 15 on has " + ALGORITHM, e);
        }
    }

    /**
     * @param pem an Ed25519 key in PKCS 8, as {@code openssl genpkey} writes it too
     * @throws IllegalArgumentException without showing the key, if it is none
     */
    public static BundleSigner of(String pem) {
        try {
            byte[] encoded = Pem.decode(LABEL, pem).get(0);
            return new BundleSigner(
                    KeyFactory.getInstance(ALGORITHM)
                            .generatePrivate(new PKCS8EncodedKeySpec(encoded)));
        } catch (GeneralSecurityException noKey) {
            throw new IllegalArgumentException("no " + ALGORITHM + " key in PKCS 8");
        }
    }

    /** The signature's file for these bytes. */
    public byte[] sign(byte[] zip) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(key);
            signature.update(zip);
            return (SCHEME + " " + Base64.getEncoder().encodeToString(signature.sign()) + "\n")
                    .getBytes(StandardCharsets.US_ASCII);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("signing failed", e);
        }
    }

    /** The bare signature, or nothing if the file is no signature's. */
    static byte[] parse(byte[] file) {
        String text = new String(file, StandardCharsets.US_ASCII).strip();
        try {
            return text.startsWith(SCHEME + " ")
                    ? Base64.getDecoder().decode(text.substring(SCHEME.length() + 1))
                    : new byte[0];
        } catch (IllegalArgumentException noBase64) {
            return new byte[0];
        }
    }
}
