package io.fraudstream.alert;

import io.fraudstream.model.Reason;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.transaction.EntryMode;
import io.fraudstream.transaction.MessageType;
import io.fraudstream.transaction.Schemas;
import io.fraudstream.transaction.Transaction;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Holds what consumers read against the files in {@code schemas/}. */
class PublishedSchemasTest {
    private static final Transaction FULL =
            new Transaction(
                    "t".repeat(128),
                    1_772_366_400_000L,
                    "c1",
                    1234,
                    "EUR",
                    1234,
                    "terminal",
                    "merchant",
                    "5411",
                    "PT",
                    EntryMode.CHIP,
                    38.7,
                    -9.1,
                    "device",
                    "00",
                    MessageType.ADVICE,
                    "original");

    @Test
    void alertsFitTheirSchema() throws IOException {
        List<Reason> reasons =
                List.of(
                        new Reason("card_sum_1h", 900.0, 12.5, 1.75, "9.00 EUR in an hour"),
                        new Reason(
                                "seconds_since_previous", Double.NaN, Double.NaN, -0.5, "first"));

        Schemas.named("alert-v1")
                .assertValid(
                        ScoredTransactionCodec.encodeAlert(
                                scored(0.97, "b1", Decision.ALERT, reasons)));
    }

    @Test
    void scoredTransactionsFitTheirSchemaWithAndWithoutAModel() throws IOException {
        Schemas schema = Schemas.named("scored-transaction-v1");

        schema.assertValid(
                ScoredTransactionCodec.encodeScored(scored(0.1, "b1", Decision.PASS, List.of())));
        schema.assertValid(
                ScoredTransactionCodec.encodeScored(
                        scored(Double.NaN, null, Decision.OBSERVE, List.of())));
        for (double shadow : new double[] {0.2, Double.NaN}) {
            schema.assertValid(
                    ScoredTransactionCodec.encodeScored(
                            new ScoredTransaction(
                                    FULL,
                                    new float[3],
                                    0.1,
                                    0.9,
                                    "b1",
                                    Decision.PASS,
                                    List.of(),
                                    false,
                                    false,
                                    0,
                                    shadow,
                                    "b2",
                                    null)));
        }
    }

    @Test
    void modelPointersFitTheirSchema() throws IOException {
        Schemas schema = Schemas.named("model-pointer-v1");
        for (ModelPointer.Kind kind : ModelPointer.Kind.values()) {
            for (Double threshold : new Double[] {null, 0.5}) {
                schema.assertValid(
                        new ModelPointer(
                                        ModelPointer.CHAMPION,
                                        "b1",
                                        "file:///registry/b1.zip",
                                        "ab".repeat(32),
                                        "f1",
                                        0,
                                        threshold,
                                        12,
                                        kind)
                                .encode());
            }
        }
    }

    private static ScoredTransaction scored(
            double score, String bundle, Decision decision, List<Reason> reasons) {
        return new ScoredTransaction(
                FULL, new float[3], score, 0.9, bundle, decision, reasons, true, false, 0);
    }
}
