package io.fraudstream.job;

import io.fraudstream.config.CodecParts;
import io.fraudstream.job.kafka.Codecs;
import io.fraudstream.recording.RecordedTransaction;
import io.fraudstream.simulation.SimulatedTransaction;
import io.fraudstream.simulation.SimulationSettings;
import io.fraudstream.simulation.TransactionSimulator;
import io.fraudstream.transaction.CardTokenPolicy;
import io.fraudstream.transaction.Coordinates;
import io.fraudstream.transaction.DecodingLimits;
import io.fraudstream.transaction.ExchangeRates;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.LabelCodec;
import io.fraudstream.transaction.Transaction;
import io.fraudstream.transaction.TransactionCodec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * A simulated stream as it would be received: disordered within a bound, with repetitions and with
 * broken records.
 */
public final class SimulatedRecording {
    public static final Instant START = Instant.parse("2024-01-01T00:00:00Z");
    public static final Duration BOUND = Duration.ofMinutes(10);
    public static final Codecs CODECS = codecs(CardTokenPolicy.trustedTokens());

    private static final long WEEK_AND_A_BIT =
            Duration.ofDays(7).plus(Duration.ofHours(9)).toMillis();

    private record TestCodecs(CodecParts parts) implements Codecs {
        private static final long serialVersionUID = 1L;

        @Override
        public TransactionCodec transactions() {
            return parts.transactionCodec(Clock.systemUTC());
        }

        @Override
        public LabelCodec labels() {
            return parts.labelCodec(Clock.systemUTC());
        }

        @Override
        public ExchangeRates rates() {
            return parts.rates();
        }
    }

    private record Arrival(long at, RecordedTransaction row) {}

    private SimulatedRecording() {}

    static Codecs codecs(CardTokenPolicy cardTokens) {
        return codecs(TransactionSimulator.roughRates(), cardTokens);
    }

    static Codecs codecs(ExchangeRates rates, CardTokenPolicy cardTokens) {
        return new TestCodecs(new CodecParts(DecodingLimits.DEFAULT, rates, cardTokens));
    }

    /** The rows whose event time fits, in the order in which they arrive. */
    public static List<RecordedTransaction> rows(
            long seed, int cards, int days, Predicate<Instant> eventTime) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Arrival> arrivals = new ArrayList<>();
        new TransactionSimulator(
                        new SimulationSettings(
                                seed, cards, 120, START, Duration.ofDays(days), 2, 8),
                        CODECS.rates())
                .forEachRemaining(simulated -> arrive(simulated, random, arrivals));
        arrivals.sort(Comparator.comparingLong(Arrival::at));
        return arrivals.stream()
                .map(Arrival::row)
                .filter(row -> eventTime.test(Instant.ofEpochMilli(row.eventTime())))
                .toList();
    }

    private static void arrive(
            SimulatedTransaction simulated, SplittableRandom random, List<Arrival> arrivals) {
        Transaction t = simulated.transaction();
        RecordedTransaction row =
                row(t, simulated.isReported() ? label(t, simulated.knownAt()) : null);
        arrivals.add(new Arrival(t.eventTime() + random.nextLong(BOUND.toMillis()), row));
        switch (random.nextInt(60)) {
            case 0 ->
                    arrivals.add(
                            new Arrival(t.eventTime() + random.nextLong(BOUND.toMillis()), row));
            case 1 ->
                    arrivals.add(
                            new Arrival(
                                    t.eventTime() + random.nextLong(100 * BOUND.toMillis()), row));
            // The id is free again once it has been forgotten.
            case 2 ->
                    arrivals.add(
                            new Arrival(t.eventTime() + WEEK_AND_A_BIT, later(t, WEEK_AND_A_BIT)));
            case 3 -> arrivals.add(new Arrival(t.eventTime() + BOUND.toMillis(), later(t, 1)));
            case 4 -> arrivals.add(new Arrival(t.eventTime(), broken(t, random)));
            default -> {
                // Most come once.
            }
        }
    }

    private static RecordedTransaction later(Transaction t, long millis) {
        return row(
                new Transaction(
                        t.id(),
                        t.eventTime() + millis,
                        t.cardId(),
                        t.amountMinor(),
                        t.currency(),
                        t.baseAmountMinor(),
                        t.terminalId(),
                        t.merchantId(),
                        t.mcc(),
                        t.country(),
                        t.entryMode(),
                        t.latitude(),
                        t.longitude(),
                        t.deviceId(),
                        t.responseCode(),
                        t.messageType(),
                        t.originalTransactionId()),
                null);
    }

    private static RecordedTransaction broken(Transaction t, SplittableRandom random) {
        byte[] whole = TransactionCodec.encode(t);
        byte[] cut = new byte[random.nextInt(whole.length)];
        System.arraycopy(whole, 0, cut, 0, cut.length);
        return new RecordedTransaction(cut, t.cardId(), t.eventTime(), null, coordinates());
    }

    private static RecordedTransaction row(Transaction t, FraudLabel label) {
        return new RecordedTransaction(
                TransactionCodec.encode(t), t.cardId(), t.eventTime(), label, coordinates());
    }

    private static FraudLabel label(Transaction t, long knownAt) {
        return new FraudLabel(
                t.id(),
                t.cardId(),
                t.terminalId(),
                t.merchantId(),
                t.eventTime(),
                true,
                knownAt,
                "simulation");
    }

    private static Coordinates coordinates() {
        return new Coordinates("recording", 0, 0, Coordinates.NO_TIMESTAMP);
    }
}
