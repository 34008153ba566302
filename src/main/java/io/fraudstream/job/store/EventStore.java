package io.fraudstream.job.store;

import io.fraudstream.alert.ScoredTransaction;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.job.kafka.Codecs;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.Transaction;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.apache.flink.api.common.serialization.BulkWriter;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.formats.parquet.ParquetWriterFactory;
import org.apache.flink.streaming.api.functions.sink.filesystem.BucketAssigner;
import org.apache.flink.streaming.api.functions.sink.filesystem.OutputFileConfig;
import org.apache.flink.streaming.api.functions.sink.filesystem.bucketassigners.SimpleVersionedStringSerializer;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.OnCheckpointRollingPolicy;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;

/**
 * The event store: {@code transactions} and {@code labels} as Parquet, partitioned by event date as
 * Hive does it. Files are complete and visible once the checkpoint that they belong to is; readers
 * dedupe by transaction id.
 */
public final class EventStore {
    private static final long DAY = 86_400_000L;
    // A replay has a file open for each of many days, so buffers are small.
    private static final long ROW_GROUP_BYTES = 16L << 20;
    private static final int PAGE_BYTES = 64 << 10;

    private EventStore() {}

    public static FileSink<ScoredTransaction> transactions(String directory, Codecs codecs) {
        return sink(
                directory + "/transactions",
                () -> new TransactionRows(new FeatureSchema(codecs.rates())),
                scored -> scored.transaction().eventTime());
    }

    public static FileSink<FraudLabel> labels(String directory) {
        return sink(directory + "/labels", LabelRows::new, FraudLabel::eventTime);
    }

    private interface Rows<T> extends Serializable {
        RowWriter<T> writer();
    }

    private interface EventTime<T> extends ToLongFunction<T>, Serializable {}

    private static <T> FileSink<T> sink(String directory, Rows<T> rows, EventTime<T> eventTime) {
        return FileSink.forBulkFormat(
                        new Path(URI.create(directory)),
                        new Hesitant<>(
                                new ParquetWriterFactory<>(
                                        file -> new RowsBuilder<>(file, rows.writer()).build())))
                .withBucketAssigner(new EventDate<>(eventTime))
                .withRollingPolicy(OnCheckpointRollingPolicy.build())
                .withOutputFileConfig(OutputFileConfig.builder().withPartSuffix(".parquet").build())
                .build();
    }

    /**
     * Begins to write a file when there are some rows for it, or at its end. A file in progress has
     * buffers for each of its columns, which thousands of days with an event or two each, such as
     * faulty clocks give, would fill the heap with.
     */
    private static final class Hesitant<T> implements BulkWriter.Factory<T> {
        private static final long serialVersionUID = 1L;
        private static final int HELD = 16;

        private final BulkWriter.Factory<T> files;

        Hesitant(BulkWriter.Factory<T> files) {
            this.files = files;
        }

        @Override
        public BulkWriter<T> create(FSDataOutputStream out) {
            return new BulkWriter<>() {
                private List<T> held = new ArrayList<>(2);
                private BulkWriter<T> file;

                @Override
                public void addElement(T row) throws IOException {
                    if (file == null && held.size() < HELD) {
                        held.add(row);
                        return;
                    }
                    begin();
                    file.addElement(row);
                }

                private void begin() throws IOException {
                    if (file != null) {
                        return;
                    }
                    file = files.create(out);
                    for (T row : held) {
                        file.addElement(row);
                    }
                    held = null;
                }

                @Override
                public void flush() throws IOException {
                    if (file != null) {
                        file.flush();
                    }
                }

                @Override
                public void finish() throws IOException {
                    begin();
                    file.finish();
                }
            };
        }
    }

    private static final class EventDate<T> implements BucketAssigner<T, String> {
        private static final long serialVersionUID = 1L;

        private final EventTime<T> eventTime;
        private transient long cachedDay;
        private transient String cachedBucket;

        EventDate(EventTime<T> eventTime) {
            this.eventTime = eventTime;
        }

        @Override
        public String getBucketId(T element, Context context) {
            long day = Math.floorDiv(eventTime.applyAsLong(element), DAY);
            if (cachedBucket == null || day != cachedDay) {
                cachedDay = day;
                cachedBucket = "event_date=" + LocalDate.ofEpochDay(day);
            }
            return cachedBucket;
        }

        @Override
        public SimpleVersionedSerializer<String> getSerializer() {
            return SimpleVersionedStringSerializer.INSTANCE;
        }
    }

    private static final class RowsBuilder<T> extends ParquetWriter.Builder<T, RowsBuilder<T>> {
        private final RowWriter<T> rows;

        RowsBuilder(OutputFile file, RowWriter<T> rows) {
            super(file);
            this.rows = rows;
            withConf(new PlainParquetConfiguration());
            withCompressionCodec(CompressionCodecName.ZSTD);
            withCodecFactory(new ZstandardCodec());
            withRowGroupSize(ROW_GROUP_BYTES);
            withPageSize(PAGE_BYTES);
        }

        @Override
        protected RowsBuilder<T> self() {
            return this;
        }

        // Parquet still declares this one abstract.
        @SuppressWarnings("deprecation")
        @Override
        protected WriteSupport<T> getWriteSupport(Configuration hadoop) {
            return rows;
        }

        @Override
        protected WriteSupport<T> getWriteSupport(ParquetConfiguration configuration) {
            return rows;
        }
    }

    private static final class TransactionRows extends RowWriter<ScoredTransaction> {
        private final String fingerprint;

        TransactionRows(FeatureSchema schema) {
            super(EventStoreSchema.transactions(schema));
            fingerprint = schema.fingerprint();
        }

        @Override
        void writeRow(ScoredTransaction scored) {
            Transaction t = scored.transaction();
            text(t.id());
            integer(t.eventTime());
            text(t.cardId());
            integer(t.amountMinor());
            text(t.currency());
            integer(t.baseAmountMinor());
            text(t.terminalId());
            text(t.merchantId());
            text(t.mcc());
            text(t.country());
            text(t.entryMode() == null ? null : t.entryMode().wireName());
            number(t.latitude());
            number(t.longitude());
            text(t.deviceId());
            text(t.responseCode());
            text(t.messageType().wireName());
            text(t.originalTransactionId());
            number(scored.score());
            text(scored.bundleId());
            text(scored.decision().wireName());
            bool(scored.scoredLate());
            bool(scored.approximate());
            integer(scored.receivedAt());
            number(scored.shadowScore());
            text(scored.shadowBundleId());
            text(fingerprint);
            for (float feature : scored.features()) {
                single(feature);
            }
        }
    }

    private static final class LabelRows extends RowWriter<FraudLabel> {
        LabelRows() {
            super(EventStoreSchema.labels());
        }

        @Override
        void writeRow(FraudLabel label) {
            text(label.transactionId());
            text(label.cardId());
            text(label.terminalId());
            text(label.merchantId());
            integer(label.eventTime());
            bool(label.fraud());
            integer(label.knownAt());
            text(label.source());
        }
    }
}
