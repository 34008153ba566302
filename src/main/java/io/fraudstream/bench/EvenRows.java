package io.fraudstream.bench;

import io.fraudstream.recording.RecordedTransaction;
import io.fraudstream.transaction.Coordinates;
import io.fraudstream.transaction.EntryMode;
import io.fraudstream.transaction.MessageType;
import io.fraudstream.transaction.Transaction;
import io.fraudstream.transaction.TransactionCodec;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;

/**
 * A stream in which every card comes once in each turn, half a day apart, and terminals at random
 * but for one that takes a share of all: for more cards than can be simulated as people.
 */
final class EvenRows implements Iterator<RecordedTransaction> {
    private static final long START = Instant.parse("2024-01-01T00:00:00Z").toEpochMilli();
    private static final long TURN = Duration.ofHours(12).toMillis();
    private static final Coordinates NOWHERE = new Coordinates("even", 0, 0, -1);

    private final SplittableRandom random = new SplittableRandom(42);
    private final int cards;
    private final double shareOfOne;
    private long next;
    private long end;

    /**
     * @param shareOfOne of all events that one terminal takes, 0 to 1
     */
    EvenRows(int cards, double shareOfOne) {
        this.cards = cards;
        this.shareOfOne = shareOfOne;
    }

    /** Goes on for so many rows more. */
    EvenRows more(long rows) {
        end = next + rows;
        return this;
    }

    @Override
    public boolean hasNext() {
        return next < end;
    }

    @Override
    public RecordedTransaction next() {
        if (!hasNext()) {
            throw new NoSuchElementException("there are no more rows");
        }
        long number = next++;
        long time = START + (long) ((double) number / cards * TURN);
        // Cards come in another order than their numbers, but each once in a turn.
        String card = "card-" + number % cards * 7_919 % cards;
        String terminal =
                random.nextDouble() < shareOfOne ? "hot" : "term-" + random.nextInt(2 * cards);
        long amount = 100 + (long) (5_000 * -Math.log(1 - random.nextDouble()));
        Transaction t =
                new Transaction(
                        "even-" + number,
                        time,
                        card,
                        amount,
                        "EUR",
                        amount,
                        terminal,
                        "merchant-" + terminal,
                        "5411",
                        "DE",
                        EntryMode.CHIP,
                        Double.NaN,
                        Double.NaN,
                        null,
                        "00",
                        MessageType.AUTHORIZATION,
                        null);
        return new RecordedTransaction(TransactionCodec.encode(t), card, time, null, NOWHERE);
    }
}
