package io.fraudstream.training;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.transaction.ExchangeRates;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.MessageType;
import io.fraudstream.transaction.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Small events and streams for the tests of this package. */
final class Samples {
    static final long HOUR = Duration.ofHours(1).toMillis();
    static final long DAY = Duration.ofDays(1).toMillis();
    static final long START = Instant.parse("2018-04-01T00:00:00Z").toEpochMilli();
    static final FeatureSchema SCHEMA = new FeatureSchema(ExchangeRates.only("EUR"));

    private static final int EVENTS_A_DAY = 120;
    private static final int CARDS = 25;
    private static final int TERMINALS = 12;

    private Samples() {}

    static Transaction transaction(
            String id, long time, String card, String terminal, long amount) {
        return transaction(id, time, card, terminal, amount, MessageType.AUTHORIZATION);
    }

    static Transaction transaction(
            String id, long time, String card, String terminal, long amount, MessageType type) {
        boolean reversal = type == MessageType.REVERSAL;
        return new Transaction(
                id,
                time,
                card,
                reversal ? -amount : amount,
                "EUR",
                amount,
                terminal,
                null,
                null,
                null,
                null,
                Double.NaN,
                Double.NaN,
                null,
                null,
                type,
                reversal ? "another" : null);
    }

    static FraudLabel label(Transaction t, boolean fraud, long knownAt) {
        return new FraudLabel(
                t.id(),
                t.cardId(),
                t.terminalId(),
                t.merchantId(),
                t.eventTime(),
                fraud,
                knownAt,
                "test");
    }

    /** A row whose only number that is not 0 is the amount. */
    static FeatureRow row(String id, long time, String card, float amount) {
        float[] vector = new float[SCHEMA.size()];
        vector[SCHEMA.indexOf("amount")] = amount;
        return new FeatureRow(
                id, time, card, false, false, Attributes.UNKNOWN, new float[][] {vector});
    }

    /**
     * Days of spending on a few cards; one event in twenty is a fraud, which its amount gives away
     * mostly, known 7 days later.
     */
    static RecordedEvents stream(int days, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Transaction> transactions = new ArrayList<>();
        List<FraudLabel> labels = new ArrayList<>();
        for (int i = 0; i < days * EVENTS_A_DAY; i++) {
            boolean fraud = random.nextInt(20) == 0;
            long amount = (fraud ? 15_000L : 1_000L) + random.nextInt(6_000);
            Transaction t =
                    transaction(
                            String.format("t%06d", i),
                            START + i * (DAY / EVENTS_A_DAY) + random.nextInt(1000),
                            "card-" + random.nextInt(CARDS),
                            "terminal-" + random.nextInt(TERMINALS),
                            amount);
            transactions.add(t);
            if (fraud) {
                labels.add(label(t, true, t.eventTime() + 7 * DAY));
            }
        }
        transactions.sort(OfflineFeatures.EVENT_ORDER);
        labels.sort(OfflineFeatures.LABEL_ORDER);
        return new RecordedEvents(transactions, labels, 0, null);
    }
}
