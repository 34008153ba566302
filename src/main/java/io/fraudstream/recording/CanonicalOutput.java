package io.fraudstream.recording;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.features.FeatureSpec;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.zip.GZIPOutputStream;

/**
 * What a replay found out, in a form that two replays can be compared by: a header, and a line for
 * each {@link CanonicalEvent} in the order of their bytes, which is (event time, id). Its hash is
 * the SHA-256 of these bytes, uncompressed.
 */
public final class CanonicalOutput {
    private static final int BUFFER = 1 << 16;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private CanonicalOutput() {}

    /**
     * The first line, as JSON.
     *
     * @param format of the lines below
     * @param fingerprint of the features
     * @param currency in whose minor units amounts are
     * @param features the names of what the last field of a line holds
     */
    @JsonPropertyOrder({"format", "fingerprint", "currency", "features"})
    public record Header(int format, String fingerprint, String currency, List<String> features) {
        static final int FORMAT = 1;

        public Header {
            features = List.copyOf(features);
        }

        /** The header of what is scored with these features. */
        public static Header of(FeatureSchema schema, String currency) {
            return new Header(
                    FORMAT,
                    schema.fingerprint(),
                    currency,
                    schema.specs().stream().map(FeatureSpec::name).toList());
        }
    }

    /** What was written. */
    public record Written(long events, String hash) {}

    /**
     * Sorts the lines of a replay and hashes them.
     *
     * @param file where to write them, compressed if its name ends in {@code .gz}; {@code null} to
     *     write them nowhere. It gets its name when it is whole
     */
    public static Written write(Header header, LineSorter lines, Path file) throws IOException {
        Path unfinished = file == null ? null : Path.of(file + ".unfinished");
        MessageDigest digest = sha256();
        long[] events = {0};
        try (OutputStream to =
                        file == null ? OutputStream.nullOutputStream() : create(unfinished, file);
                OutputStream out =
                        new BufferedOutputStream(new DigestOutputStream(to, digest), BUFFER)) {
            out.write(JSON.writeValueAsBytes(header));
            out.write('\n');
            lines.drainTo(
                    line -> {
                        out.write(line);
                        out.write('\n');
                        events[0]++;
                    });
        }
        if (file != null) {
            Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
        }
        return new Written(events[0], HexFormat.of().formatHex(digest.digest()));
    }

    private static OutputStream create(Path unfinished, Path file) throws IOException {
        OutputStream out = Files.newOutputStream(unfinished);
        return file.toString().endsWith(".gz") ? new GZIPOutputStream(out, BUFFER) : out;
    }

    /** Reads an output event by event. */
    public static final class Reader implements AutoCloseable {
        private final Path file;
        private final BufferedReader lines;
        private final Header header;
        private String upcoming;

        /**
         * @throws IOException if the file is no canonical output of a known format
         */
        public Reader(Path file) throws IOException {
            this.file = file;
            this.lines =
                    new BufferedReader(
                            new InputStreamReader(
                                    Compression.decompressed(Files.newInputStream(file)),
                                    StandardCharsets.UTF_8),
                            BUFFER);
            try {
                this.header = header(lines.readLine());
                this.upcoming = lines.readLine();
            } catch (IOException | RuntimeException unusable) {
                lines.close();
                throw unusable;
            }
        }

        private Header header(String line) throws IOException {
            try {
                Header read = JSON.readValue(line == null ? "" : line, Header.class);
                if (read.format() == Header.FORMAT) {
                    return read;
                }
                throw new IOException(
                        file + " has format " + read.format() + ", expected " + Header.FORMAT);
            } catch (JsonProcessingException none) {
                throw new IOException(
                        file + " has no header, expected what replay --verify --out wrote", none);
            }
        }

        public Header header() {
            return header;
        }

        /** The next line; {@code null} at the end. */
        String peek() {
            return upcoming;
        }

        /** The next event. */
        CanonicalEvent next() throws IOException {
            if (upcoming == null) {
                throw new NoSuchElementException(file + " has ended");
            }
            try {
                CanonicalEvent event = CanonicalEvent.parse(upcoming);
                upcoming = lines.readLine();
                return event;
            } catch (IllegalArgumentException broken) {
                throw new IOException(file + ": " + broken.getMessage(), broken);
            }
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
