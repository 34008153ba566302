package io.fraudstream.job.store;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.features.FeatureSpec;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import org.apache.parquet.schema.Types.MessageTypeBuilder;

/** The columns of the event store's two tables. */
final class EventStoreSchema {
    /** Before the name of a feature's column. */
    static final String FEATURE_PREFIX = "f_";

    private EventStoreSchema() {}

    static MessageType transactions(FeatureSchema schema) {
        MessageTypeBuilder columns = Types.buildMessage();
        text(columns, true, "transaction_id");
        number(columns, true, PrimitiveTypeName.INT64, "event_time");
        text(columns, true, "card_id");
        number(columns, true, PrimitiveTypeName.INT64, "amount_minor");
        text(columns, true, "currency");
        number(columns, true, PrimitiveTypeName.INT64, "base_amount_minor");
        text(columns, false, "terminal_id");
        text(columns, false, "merchant_id");
        text(columns, false, "mcc");
        text(columns, false, "country");
        text(columns, false, "entry_mode");
        number(columns, false, PrimitiveTypeName.DOUBLE, "latitude");
        number(columns, false, PrimitiveTypeName.DOUBLE, "longitude");
        text(columns, false, "device_id");
        text(columns, false, "response_code");
        text(columns, true, "message_type");
        text(columns, false, "original_transaction_id");
        number(columns, false, PrimitiveTypeName.DOUBLE, "score");
        text(columns, false, "bundle_id");
        text(columns, true, "decision");
        number(columns, true, PrimitiveTypeName.BOOLEAN, "scored_late");
        number(columns, true, PrimitiveTypeName.BOOLEAN, "approximate");
        number(columns, true, PrimitiveTypeName.INT64, "received_at");
        number(columns, false, PrimitiveTypeName.DOUBLE, "shadow_score");
        text(columns, false, "shadow_bundle_id");
        text(columns, true, "feature_fingerprint");
        for (FeatureSpec spec : schema.specs()) {
            number(columns, true, PrimitiveTypeName.FLOAT, FEATURE_PREFIX + spec.name());
        }
        return columns.named("transaction");
    }

    static MessageType labels() {
        MessageTypeBuilder columns = Types.buildMessage();
        text(columns, true, "transaction_id");
        text(columns, true, "card_id");
        text(columns, false, "terminal_id");
        text(columns, false, "merchant_id");
        number(columns, true, PrimitiveTypeName.INT64, "event_time");
        number(columns, true, PrimitiveTypeName.BOOLEAN, "fraud");
        number(columns, true, PrimitiveTypeName.INT64, "known_at");
        text(columns, true, "source");
        return columns.named("label");
    }

    private static void text(MessageTypeBuilder columns, boolean required, String name) {
        if (required) {
            columns.required(PrimitiveTypeName.BINARY)
                    .as(LogicalTypeAnnotation.stringType())
                    .named(name);
        } else {
            columns.optional(PrimitiveTypeName.BINARY)
                    .as(LogicalTypeAnnotation.stringType())
                    .named(name);
        }
    }

    private static void number(
            MessageTypeBuilder columns, boolean required, PrimitiveTypeName type, String name) {
        if (required) {
            columns.required(type).named(name);
        } else {
            columns.optional(type).named(name);
        }
    }
}
