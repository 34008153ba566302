package io.fraudstream.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopicFileTest {
    private static final TopicFile.Header HEADER = new TopicFile.Header("transactions", 3);

    @TempDir private Path directory;

    @Test
    void eachByteComesBack() throws IOException {
        Path file = directory.resolve("transactions.jsonl.gz");
        List<byte[]> values =
                List.of(
                        bytes("{\"id\": \"ü\\u0000 𝄞\"}\n\r\t"),
                        new byte[] {0, (byte) 0xff, '\n', 127},
                        // A lone surrogate, which is no UTF-8.
                        new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
                        bytes("\uFEFF\u2028"),
                        new byte[0]);
        try (TopicFile.Writer writer = new TopicFile.Writer(file, HEADER)) {
            for (int i = 0; i < values.size(); i++) {
                writer.write(new TopicRecord(i % 3, 100 + i, -1 + i, values.get(i), values.get(i)));
            }
            writer.write(new TopicRecord(2, Long.MAX_VALUE, 7, null, null));
            assertThat(file).doesNotExist();
        }

        assertThat(TopicFile.isOne(file)).isTrue();
        try (TopicFile.Reader reader = new TopicFile.Reader(file)) {
            assertThat(reader.header()).isEqualTo(HEADER);
            for (int i = 0; i < values.size(); i++) {
                TopicRecord record = reader.next();
                assertThat(record.partition()).isEqualTo(i % 3);
                assertThat(record.offset()).isEqualTo(100 + i);
                assertThat(record.timestamp()).isEqualTo(-1 + i);
                assertThat(record.key()).isEqualTo(values.get(i));
                assertThat(record.value()).isEqualTo(values.get(i));
            }
            TopicRecord last = reader.next();
            assertThat(last.key()).isNull();
            assertThat(last.value()).isNull();
            assertThat(reader.hasNext()).isFalse();
        }
    }

    @Test
    void saysWhereAFileIsBroken() throws IOException {
        String header = "{\"fraudstream_recording\":1,\"topic\":\"labels\",\"partitions\":2}\n";
        Path outside = write("outside", header + "{\"p\":2,\"o\":1,\"t\":1}\n");
        Path cut = write("cut", header + "{\"p\":1,\"o\":1,\"t\":1}\n{\"p\":1,");
        Path later = write("later", header.replace(":1,", ":2,"));

        assertThatThrownBy(() -> new TopicFile.Reader(outside))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("outside breaks off at line 2: p is 2")
                .hasMessageContaining("expected a partition below 2");
        try (TopicFile.Reader reader = new TopicFile.Reader(cut)) {
            assertThatThrownBy(reader::next).hasMessageContaining("cut breaks off at line 3");
        }
        assertThatThrownBy(() -> new TopicFile.Reader(later))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has the format 2, expected 1");
        assertThat(TopicFile.isOne(write("other", "transaction_id,amount\n"))).isFalse();
        assertThat(TopicFile.isOne(write("empty", ""))).isFalse();
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
