package io.fraudstream.recording;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Base64;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.zip.GZIPOutputStream;

/**
 * A topic's records in a file: gzipped JSON lines, the first of which says of what topic and how
 * many partitions. Each of the others has partition {@code p}, offset {@code o}, timestamp {@code
 * t}, and key {@code k} and value {@code v} where they are there; {@code k64} and {@code v64} in
 * base64 instead where bytes are no UTF-8. So each byte comes back as it was.
 */
public final class TopicFile {
    private static final int FORMAT = 1;
    private static final String MARK = "fraudstream_recording";
    private static final int BUFFER = 1 << 16;
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final JsonFactory LINES =
            JsonFactory.builder().build().setRootValueSeparator("\n");

    private TopicFile() {}

    /**
     * What the first line says.
     *
     * @param topic without a prefix, such as {@code transactions}
     */
    public record Header(String topic, int partitions) {}

    /** Whether a file was written by {@link Writer}. */
    public static boolean isOne(Path file) throws IOException {
        try (InputStream raw = Files.newInputStream(file);
                InputStream in = Compression.decompressed(raw)) {
            byte[] mark = ("{\"" + MARK + "\"").getBytes(StandardCharsets.UTF_8);
            return Arrays.equals(in.readNBytes(mark.length), mark);
        }
    }

    /** Writes one; it gets its name when it is closed, and is whole then. */
    public static final class Writer implements AutoCloseable {
        private final Path file;
        private final Path unfinished;
        private final JsonGenerator json;
        private boolean closed;

        public Writer(Path file, Header header) throws IOException {
            this.file = file;
            this.unfinished = Path.of(file + ".unfinished");
            OutputStream out =
                    new BufferedOutputStream(
                            new GZIPOutputStream(Files.newOutputStream(unfinished), BUFFER),
                            BUFFER);
            json = LINES.createGenerator(out);
            json.writeStartObject();
            json.writeNumberField(MARK, FORMAT);
            json.writeStringField("topic", header.topic());
            json.writeNumberField("partitions", header.partitions());
            json.writeEndObject();
        }

        public void write(TopicRecord record) throws IOException {
            json.writeStartObject();
            json.writeNumberField("p", record.partition());
            json.writeNumberField("o", record.offset());
            json.writeNumberField("t", record.timestamp());
            write("k", record.key());
            write("v", record.value());
            json.writeEndObject();
        }

        private void write(String field, byte[] bytes) throws IOException {
            if (bytes == null) {
                return;
            }
            try {
                json.writeStringField(
                        field,
                        StandardCharsets.UTF_8
                                .newDecoder()
                                .decode(ByteBuffer.wrap(bytes))
                                .toString());
            } catch (CharacterCodingException noText) {
                json.writeStringField(field + "64", Base64.getEncoder().encodeToString(bytes));
            }
        }

        @Override
        public void close() throws IOException {
            if (closed) {
                return;
            }
            closed = true;
            json.writeRaw('\n');
            json.close();
            Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Reads one; what cannot be read is an {@link UncheckedIOException} naming file and line. */
    public static final class Reader implements Iterator<TopicRecord>, AutoCloseable {
        private final Path file;
        private final BufferedReader lines;
        private final Header header;
        private long line = 1;
        private TopicRecord upcoming;

        public Reader(Path file) throws IOException {
            this.file = file;
            this.lines =
                    new BufferedReader(
                            new InputStreamReader(
                                    Compression.decompressed(Files.newInputStream(file)),
                                    StandardCharsets.UTF_8),
                            BUFFER);
            try {
                JsonNode first = JSON.readTree(lines.readLine());
                if (first.path(MARK).asInt() != FORMAT) {
                    throw new IOException(
                            file
                                    + " has the format "
                                    + first.path(MARK)
                                    + ", expected "
                                    + FORMAT
                                    + ", as record writes it");
                }
                header =
                        new Header(first.get("topic").textValue(), first.get("partitions").asInt());
                advance();
            } catch (IOException | RuntimeException unusable) {
                lines.close();
                throw unusable;
            }
        }

        public Header header() {
            return header;
        }

        /** The next record, which stays the next; {@code null} at the end. */
        public TopicRecord peek() {
            return upcoming;
        }

        @Override
        public boolean hasNext() {
            return upcoming != null;
        }

        @Override
        public TopicRecord next() {
            if (upcoming == null) {
                throw new NoSuchElementException(file + " has ended");
            }
            TopicRecord next = upcoming;
            advance();
            return next;
        }

        private void advance() {
            try {
                line++;
                String text = lines.readLine();
                upcoming = text == null ? null : record(JSON.readTree(text));
            } catch (IOException | IllegalArgumentException broken) {
                throw new UncheckedIOException(
                        new IOException(
                                file + " breaks off at line " + line + ": " + broken.getMessage(),
                                broken));
            }
        }

        private TopicRecord record(JsonNode json) throws IOException {
            int partition = json.path("p").asInt(-1);
            if (partition < 0
                    || partition >= header.partitions()
                    || !json.path("o").isIntegralNumber()
                    || !json.path("t").isIntegralNumber()) {
                throw new IOException(
                        "p is "
                                + json.path("p")
                                + ", o is "
                                + json.path("o")
                                + " and t is "
                                + json.path("t")
                                + ", expected a partition below "
                                + header.partitions()
                                + ", an offset and a timestamp");
            }
            return new TopicRecord(
                    partition,
                    json.get("o").asLong(),
                    json.get("t").asLong(),
                    bytes(json, "k"),
                    bytes(json, "v"));
        }

        private static byte[] bytes(JsonNode json, String field) {
            JsonNode text = json.get(field);
            if (text != null) {
                return text.textValue().getBytes(StandardCharsets.UTF_8);
            }
            JsonNode encoded = json.get(field + "64");
            return encoded == null ? null : Base64.getDecoder().decode(encoded.textValue());
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }
}
