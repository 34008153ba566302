package io.fraudstream.alert;

import io.fraudstream.model.Reason;
import io.fraudstream.transaction.Transaction;

/**
 * Writes what {@link ScoredTransactionCodec} writes in Avro's binary encoding, as {@code
 * schemas/alert-v1.avsc} and {@code schemas/scored-transaction-v1.avsc} describe it.
 */
public final class ScoredTransactionAvro {
    private ScoredTransactionAvro() {}

    /** The alert topic's record. */
    public static byte[] encodeAlert(ScoredTransaction scored) {
        AvroBytes out = new AvroBytes();
        out.text(scored.alertId());
        writeFields(out, scored.transaction());
        out.number(scored.score());
        out.number(scored.threshold());
        out.text(scored.bundleId());
        out.bool(scored.scoredLate());
        out.bool(scored.approximate());
        // An array is blocks of so many items each, and a block of none ends it.
        if (!scored.reasons().isEmpty()) {
            out.whole(scored.reasons().size());
            for (Reason reason : scored.reasons()) {
                out.text(reason.feature());
                out.optionalNumber(reason.value());
                out.optionalNumber(reason.usual());
                out.number(reason.contribution());
                out.text(reason.text());
            }
        }
        out.whole(0);
        return out.toByteArray();
    }

    /** The scored topic's record. */
    public static byte[] encodeScored(ScoredTransaction scored) {
        AvroBytes out = new AvroBytes();
        writeFields(out, scored.transaction());
        out.whole(scored.decision().ordinal());
        out.optionalNumber(scored.bundleId() == null ? Double.NaN : scored.score());
        out.optionalText(scored.bundleId());
        out.optionalNumber(scored.shadowBundleId() == null ? Double.NaN : scored.shadowScore());
        out.optionalText(scored.shadowBundleId());
        out.bool(scored.scoredLate());
        out.bool(scored.approximate());
        return out.toByteArray();
    }

    private static void writeFields(AvroBytes out, Transaction t) {
        out.text(t.id());
        out.whole(t.eventTime());
        out.text(t.cardId());
        out.whole(t.amountMinor());
        out.text(t.currency());
        out.optionalText(t.terminalId());
        out.optionalText(t.merchantId());
        out.optionalText(t.mcc());
        out.optionalText(t.country());
        out.optionalSymbol(t.entryMode());
        out.optionalNumber(t.hasPlace() ? t.latitude() : Double.NaN);
        out.optionalNumber(t.hasPlace() ? t.longitude() : Double.NaN);
        out.optionalText(t.deviceId());
        out.optionalText(t.responseCode());
        out.whole(t.messageType().ordinal());
        out.optionalText(t.originalTransactionId());
    }
}
