package io.fraudstream.training;

import io.fraudstream.recording.Mapping;
import io.fraudstream.recording.RecordedTransaction;
import io.fraudstream.recording.RecordingReader;
import io.fraudstream.transaction.Decoded;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.Rejection;
import io.fraudstream.transaction.Transaction;
import io.fraudstream.transaction.TransactionCodec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Recorded files in memory, decoded as the job would decode them.
 *
 * @param transactions in event order; duplicates are still among them
 * @param labels in the order in which they became known
 * @param rejected how many rows the codec refused
 * @param firstRejection what was wrong with the first of them, or {@code null}
 */
public record RecordedEvents(
        List<Transaction> transactions,
        List<FraudLabel> labels,
        long rejected,
        Rejection firstRejection) {

    /**
     * Reads files.
     *
     * @param until rows from this event time on (milliseconds since the epoch) are passed over
     * @throws IllegalArgumentException for a file or mapping that cannot be used
     */
    public static RecordedEvents read(
            List<Path> files, Mapping mapping, TransactionCodec codec, long until)
            throws IOException {
        List<Transaction> transactions = new ArrayList<>();
        List<FraudLabel> labels = new ArrayList<>();
        long rejected = 0;
        Rejection first = null;
        try (RecordingReader reader = new RecordingReader(files, mapping)) {
            while (reader.hasNext()) {
                RecordedTransaction row = reader.next();
                if (row.eventTime() >= until) {
                    continue;
                }
                Decoded decoded = codec.decode(row.payload(), row.coordinates());
                if (decoded instanceof Transaction transaction) {
                    transactions.add(transaction);
                    if (row.label() != null) {
                        labels.add(withCard(row.label(), transaction.cardId()));
                    }
                } else if (decoded instanceof Rejection rejection) {
                    rejected++;
                    first = first == null ? rejection : first;
                }
            }
        }
        transactions.sort(OfflineFeatures.EVENT_ORDER);
        labels.sort(OfflineFeatures.LABEL_ORDER);
        return new RecordedEvents(transactions, labels, rejected, first);
    }

    /**
     * The codec may have put a token in the place of the card; the label's card is the row's, as it
     * was written.
     */
    private static FraudLabel withCard(FraudLabel label, String cardId) {
        return new FraudLabel(
                label.transactionId(),
                cardId,
                label.terminalId(),
                label.merchantId(),
                label.eventTime(),
                label.fraud(),
                label.knownAt(),
                label.source());
    }
}
