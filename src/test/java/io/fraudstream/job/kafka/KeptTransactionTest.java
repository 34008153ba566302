package io.fraudstream.job.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.junit.jupiter.api.Test;

/** What a checkpoint keeps of a Kafka transaction. */
class KeptTransactionTest {
    private static final KafkaCommittable TRANSACTION =
            new KafkaCommittable(42, (short) 7, "fraudstream-alerts-0-3", null);
    private static final SimpleVersionedSerializer<KafkaCommittable> FLINKS =
            KafkaSink.<ProducerRecord<byte[], byte[]>>builder()
                    .setKafkaProducerConfig(new Properties())
                    .setBootstrapServers("localhost:1")
                    .setRecordSerializer((record, context, timestamp) -> record)
                    .build()
                    .getCommittableSerializer();
    private static final KeptTransactionSerializer SERIALIZER =
            new KeptTransactionSerializer(FLINKS);

    @Test
    void recordsComeBackInTheirOrderWithKeysAndHeadersOrWithout() throws IOException {
        List<ProducerRecord<byte[], byte[]>> records = records(3_000);
        KeptTransaction kept = new KeptTransaction(TRANSACTION, pack(records));

        KeptTransaction back =
                SERIALIZER.deserialize(SERIALIZER.getVersion(), SERIALIZER.serialize(kept));

        assertThat(back.transaction()).isEqualTo(TRANSACTION);
        List<ProducerRecord<byte[], byte[]>> read = new ArrayList<>();
        assertThat(KeptRecords.forEach(back.records(), read::add)).isEqualTo(records.size());
        assertThat(read)
                .usingRecursiveFieldByFieldElementComparator()
                .containsExactlyElementsOf(records);
    }

    @Test
    void eachTransactionHasOnlyItsOwnRecords() throws IOException {
        KeptRecords kept = new KeptRecords();
        assertThat(kept.take()).isNull();
        for (int transaction = 1; transaction <= 2; transaction++) {
            for (ProducerRecord<byte[], byte[]> record : records(transaction)) {
                kept.add(record);
            }
            assertThat(KeptRecords.forEach(kept.take(), record -> {})).isEqualTo(transaction);
        }
        assertThat(kept.take()).isNull();
    }

    @Test
    void aTransactionWithoutRecordsStaysWithout() throws IOException {
        byte[] bytes = SERIALIZER.serialize(new KeptTransaction(TRANSACTION, null));

        assertThat(SERIALIZER.deserialize(2, bytes))
                .isEqualTo(new KeptTransaction(TRANSACTION, null));
    }

    @Test
    void whatFlinksOwnSinkWroteIsRead() throws IOException {
        assertThat(SERIALIZER.deserialize(FLINKS.getVersion(), FLINKS.serialize(TRANSACTION)))
                .isEqualTo(new KeptTransaction(TRANSACTION, null));
    }

    @Test
    void whatANewerReleaseWroteIsRefused() {
        assertThatThrownBy(() -> SERIALIZER.deserialize(3, new byte[8]))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version 3, expected 1 or 2");
    }

    /** As it was written before records had headers: those that have none are so still. */
    @Test
    void recordsWithoutHeadersAreKeptAsTheyWere() throws IOException {
        ByteArrayOutputStream before = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(new ZstdOutputStream(before, 1))) {
            out.writeUTF("alerts");
            out.writeByte(1);
            out.writeInt(-1);
            out.writeInt(2);
            out.write("{}".getBytes(UTF_8));
        }

        assertThat(pack(List.of(new ProducerRecord<>("alerts", null, "{}".getBytes(UTF_8)))))
                .isEqualTo(before.toByteArray());
    }

    @Test
    void recordsOfAKindThatALaterReleaseMayHaveAreRefused() throws IOException {
        ByteArrayOutputStream later = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(new ZstdOutputStream(later, 1))) {
            out.writeUTF("alerts");
            out.writeByte(3);
        }

        assertThatThrownBy(() -> KeptRecords.forEach(later.toByteArray(), record -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("expected 1 or 2");
    }

    @Test
    void recordsThatAreCutOffAreNotTakenForFewer() throws IOException {
        byte[] packed = pack(records(50));
        for (int length = 0; length < packed.length; length++) {
            byte[] cut = Arrays.copyOf(packed, length);
            assertThatThrownBy(() -> KeptRecords.forEach(cut, record -> {}))
                    .as("%d of %d bytes", length, packed.length)
                    .isInstanceOf(IOException.class);
        }
    }

    private static byte[] pack(List<ProducerRecord<byte[], byte[]>> records) throws IOException {
        KeptRecords kept = new KeptRecords();
        for (ProducerRecord<byte[], byte[]> record : records) {
            kept.add(record);
        }
        return kept.take();
    }

    private static List<ProducerRecord<byte[], byte[]>> records(int count) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] key = i % 3 == 0 ? null : ("key-" + i).getBytes(UTF_8);
            byte[] value = "x".repeat(i % 7 * 10).getBytes(UTF_8);
            List<Header> headers =
                    i % 4 == 0
                            ? List.of()
                            : List.of(
                                    new RecordHeader("ce_id", value),
                                    new RecordHeader("ce_id", null));
            records.add(
                    new ProducerRecord<>("alerts", null, key, i % 5 == 0 ? null : value, headers));
        }
        return records;
    }
}
