package io.fraudstream.registry;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Keys between {@code -----BEGIN …-----} and {@code -----END …-----} (RFC 7468). */
final class Pem {
    private static final int LINE = 64;

    private Pem() {}

    static String encode(String label, byte[] bytes) {
        Base64.Encoder lines = Base64.getMimeEncoder(LINE, new byte[] {'\n'});
        return "-----BEGIN "
                + label
                + "-----\n"
                + new String(lines.encode(bytes), StandardCharsets.US_ASCII)
                + "\n-----END "
                + label
                + "-----\n";
    }

    /**
     * All blocks of that label, at least one.
     *
     * @throws IllegalArgumentException without showing the text, if there is none
     */
    static List<byte[]> decode(String label, String text) {
        Matcher blocks =
                Pattern.compile("-----BEGIN " + label + "-----([^-]+)-----END " + label + "-----")
                        .matcher(text);
        List<byte[]> decoded = new ArrayList<>();
        while (blocks.find()) {
            try {
                decoded.add(Base64.getMimeDecoder().decode(blocks.group(1)));
            } catch (IllegalArgumentException noBase64) {
                throw new IllegalArgumentException("its " + label + " is damaged");
            }
        }
        if (decoded.isEmpty()) {
            throw new IllegalArgumentException("it holds no -----BEGIN " + label + "-----");
        }
        return decoded;
    }
}
