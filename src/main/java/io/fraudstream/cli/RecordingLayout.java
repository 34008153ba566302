package io.fraudstream.cli;

import io.fraudstream.job.kafka.Codecs;
import io.fraudstream.job.replay.RecordedPartitions;
import io.fraudstream.job.replay.RecordedPartitions.Frame;
import io.fraudstream.kafka.RecordProducer;
import io.fraudstream.recording.LineSorter;
import io.fraudstream.recording.RecordedTransaction;
import io.fraudstream.transaction.Coordinates;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.LabelCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Lays a recording out as topics: transactions by the partition of their card, as a producer would,
 * each in the recording's order; labels in one partition, in the order in which they became known.
 */
final class RecordingLayout implements AutoCloseable {
    static final String TRANSACTIONS = "transactions";
    static final String LABELS = "labels";

    private static final int KEY_BYTES = 2 * Long.BYTES;

    private final Path directory;
    private final LabelCodec labelCodec;
    private final RecordedPartitions.Writer transactions;
    private final LineSorter labels;
    private final int partitions;
    private long labelsSoFar;

    /**
     * @param sortMemory bytes that may be taken for labels before they go to the disk
     */
    RecordingLayout(Path directory, int partitions, Codecs codecs, long sortMemory)
            throws IOException {
        this.directory = directory;
        this.partitions = partitions;
        this.labelCodec = codecs.labels();
        this.transactions = new RecordedPartitions.Writer(directory, TRANSACTIONS, partitions);
        this.labels = new LineSorter(directory, sortMemory);
    }

    /** A row of a file, which counts as received when it happened. */
    void add(RecordedTransaction row) throws IOException {
        byte[] key = row.key() == null ? null : row.key().getBytes(StandardCharsets.UTF_8);
        int partition = RecordProducer.partitionOf(key, partitions);
        long timestamp = Math.max(0, row.eventTime());
        transactions.add(
                partition,
                new Frame(transactions.records(partition), timestamp, key, row.payload()));
        if (row.label() != null) {
            addLabel(row.label().knownAt(), LabelCodec.encode(row.label()));
        }
    }

    /** A record of a transactions topic. */
    void addTransaction(int partition, Frame frame) throws IOException {
        transactions.add(partition, frame);
    }

    /** A record of a labels topic; one that is no label comes first, to be refused. */
    void addLabel(Coordinates at, byte[] value) throws IOException {
        long knownAt =
                labelCodec.decode(value, at) instanceof FraudLabel label ? label.knownAt() : 0;
        addLabel(knownAt, value);
    }

    /** Whole numbers that are not negative sort by their bytes. */
    private void addLabel(long knownAt, byte[] value) throws IOException {
        labels.add(
                ByteBuffer.allocate(KEY_BYTES + value.length)
                        .putLong(Math.max(0, knownAt))
                        .putLong(labelsSoFar++)
                        .put(value)
                        .array());
    }

    RecordedPartitions transactions() throws IOException {
        return transactions.finish();
    }

    RecordedPartitions labels() throws IOException {
        try (RecordedPartitions.Writer sorted =
                new RecordedPartitions.Writer(directory, LABELS, 1)) {
            labels.drainTo(
                    line -> {
                        ByteBuffer bytes = ByteBuffer.wrap(line);
                        long knownAt = bytes.getLong();
                        bytes.getLong();
                        byte[] value = new byte[bytes.remaining()];
                        bytes.get(value);
                        sorted.add(0, new Frame(sorted.records(0), knownAt, null, value));
                    });
            return sorted.finish();
        }
    }

    @Override
    public void close() throws IOException {
        transactions.close();
        labels.close();
    }
}
