package io.fraudstream.job.store;

import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;

/**
 * Writes rows field by field, in the order of the schema; an absent value leaves its column out.
 */
abstract class RowWriter<T> extends WriteSupport<T> {
    private final MessageType schema;
    private RecordConsumer consumer;
    private int column;

    RowWriter(MessageType schema) {
        this.schema = schema;
    }

    abstract void writeRow(T value);

    // Parquet still declares this one abstract.
    @SuppressWarnings("deprecation")
    @Override
    public WriteContext init(Configuration hadoop) {
        return new WriteContext(schema, Map.of());
    }

    @Override
    public WriteContext init(ParquetConfiguration configuration) {
        return new WriteContext(schema, Map.of());
    }

    @Override
    public void prepareForWrite(RecordConsumer recordConsumer) {
        consumer = recordConsumer;
    }

    @Override
    public void write(T value) {
        consumer.startMessage();
        column = 0;
        writeRow(value);
        consumer.endMessage();
        if (column != schema.getFieldCount()) {
            throw new IllegalStateException(
                    "wrote " + column + " columns, expected " + schema.getFieldCount());
        }
    }

    void text(String value) {
        if (value != null) {
            begin();
            consumer.addBinary(Binary.fromString(value));
            end();
        }
        column++;
    }

    void integer(long value) {
        begin();
        consumer.addLong(value);
        end();
        column++;
    }

    void bool(boolean value) {
        begin();
        consumer.addBoolean(value);
        end();
        column++;
    }

    void single(float value) {
        begin();
        consumer.addFloat(value);
        end();
        column++;
    }

    /** NaN stands for absent. */
    void number(double value) {
        if (!Double.isNaN(value)) {
            begin();
            consumer.addDouble(value);
            end();
        }
        column++;
    }

    private void begin() {
        consumer.startField(schema.getFieldName(column), column);
    }

    private void end() {
        consumer.endField(schema.getFieldName(column), column);
    }
}
