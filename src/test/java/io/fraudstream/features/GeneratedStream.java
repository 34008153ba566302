package io.fraudstream.features;

import io.fraudstream.transaction.Decoded;
import io.fraudstream.transaction.EntryMode;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.MessageType;
import io.fraudstream.transaction.Transaction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A seeded stream made to hurt: few cards and terminals, so that windows are full; bursts and
 * pauses, so that every window's length matters; ties, disorder, reversals, declines, absent
 * fields, and labels at any time.
 */
public final class GeneratedStream {
    static final long MINUTE = 60_000L;
    public static final long HOUR = 60 * MINUTE;
    static final long DAY = 24 * HOUR;
    static final long START = 1_522_540_800_000L;

    private static final String[] MCCS = {"0742", "5411", "5812", "5999", "9999"};
    private static final String[] COUNTRIES = {"DE", "FR", "GB", "ZA"};
    private static final String[] ANSWERS = {"00", "00", "00", "10", "05", "51", "85"};

    private final SplittableRandom random;
    private final int cards;
    private final int terminals;
    private final long span;
    private final long disorder;
    private final List<Arrival> arrivals = new ArrayList<>();
    private final List<Transaction> transactions = new ArrayList<>();

    private record Arrival(long at, int number, Decoded what) {}

    private GeneratedStream(long seed, int cards, int terminals, long span, long disorder) {
        this.random = new SplittableRandom(seed);
        this.cards = cards;
        this.terminals = terminals;
        this.span = span;
        this.disorder = disorder;
    }

    /**
     * Transactions and labels as they arrive.
     *
     * @param disorder how much later than its event time a transaction arrives at most, in
     *     milliseconds
     */
    public static List<Decoded> of(
            long seed, int events, int cards, int terminals, int days, long disorder) {
        GeneratedStream stream = new GeneratedStream(seed, cards, terminals, days * DAY, disorder);
        stream.generate(events);
        return stream.arrivals.stream()
                .sorted(Comparator.comparingLong(Arrival::at).thenComparingInt(Arrival::number))
                .map(Arrival::what)
                .toList();
    }

    /** The same stream in (event time, identifier) order, every label where it becomes known. */
    static List<Decoded> inOrder(List<Decoded> stream) {
        Comparator<Decoded> byTime = Comparator.comparingLong(GeneratedStream::effectiveTime);
        Comparator<Decoded> labelsFirst =
                Comparator.comparing(decoded -> decoded instanceof Transaction);
        return stream.stream()
                .sorted(byTime.thenComparing(labelsFirst).thenComparing(GeneratedStream::idOf))
                .toList();
    }

    private static long effectiveTime(Decoded decoded) {
        return decoded instanceof FraudLabel label
                ? label.knownAt()
                : ((Transaction) decoded).eventTime();
    }

    private static String idOf(Decoded decoded) {
        return decoded instanceof FraudLabel label
                ? label.transactionId()
                : ((Transaction) decoded).id();
    }

    private void generate(int events) {
        long time = START;
        for (int i = 0; i < events; i++) {
            time += pause(events);
            add(transaction(i, time), i);
        }
    }

    /** Ties, bursts within minutes, and pauses that bring the mean to the whole span. */
    private long pause(int events) {
        int kind = random.nextInt(100);
        if (kind < 20) {
            return 0;
        }
        if (kind < 50) {
            return random.nextLong(2 * MINUTE);
        }
        if (kind < 55) {
            return 10 * MINUTE;
        }
        if (kind < 57) {
            return HOUR;
        }
        return random.nextLong(Math.max(2, span * 2 * 100 / 43 / events));
    }

    private Transaction transaction(int number, long time) {
        // A multiplier coprime to the modulus: eight characters, unique, in no order.
        String id = String.format("%08x", (number * 2_654_435_761L + 12_345) & 0xffff_ffffL);
        String card = "card-" + (int) (cards * Math.pow(random.nextDouble(), 2));
        String terminal = random.nextInt(10) == 0 ? null : "terminal-" + random.nextInt(terminals);
        String merchant = random.nextInt(3) == 0 ? null : "merchant-" + random.nextInt(2);
        boolean reversal = !transactions.isEmpty() && random.nextInt(25) == 0;
        if (reversal) {
            Transaction original = transactions.get(random.nextInt(transactions.size()));
            boolean same = random.nextBoolean();
            card = same ? original.cardId() : card;
            return made(
                    id, time, card, -original.baseAmountMinor(), terminal, merchant, original.id());
        }
        long amount =
                switch (random.nextInt(20)) {
                    case 0 -> 1_000_000_000_000L;
                    case 1, 2 -> 0;
                    case 3, 4 -> 50_000 + random.nextLong(500_000);
                    default -> 500 + random.nextLong(5_000);
                };
        return made(id, time, card, amount, terminal, merchant, null);
    }

    private Transaction made(
            String id,
            long time,
            String card,
            long amount,
            String terminal,
            String merchant,
            String original) {
        boolean hasPlace = random.nextInt(3) > 0;
        EntryMode[] modes = EntryMode.values();
        return new Transaction(
                id,
                time,
                card,
                amount,
                "EUR",
                Math.abs(amount),
                terminal,
                merchant,
                random.nextInt(4) == 0 ? null : MCCS[random.nextInt(MCCS.length)],
                random.nextInt(4) == 0 ? null : COUNTRIES[random.nextInt(COUNTRIES.length)],
                random.nextInt(4) == 0 ? null : modes[random.nextInt(modes.length)],
                hasPlace ? 35 + random.nextInt(200) / 10.0 : Double.NaN,
                hasPlace ? -10 + random.nextInt(300) / 10.0 : Double.NaN,
                null,
                random.nextInt(4) == 0 ? null : ANSWERS[random.nextInt(ANSWERS.length)],
                original != null ? MessageType.REVERSAL : MessageType.AUTHORIZATION,
                original);
    }

    private void add(Transaction t, int number) {
        transactions.add(t);
        boolean late = disorder > 0 && random.nextInt(4) == 0;
        arrivals.add(
                new Arrival(t.eventTime() + (late ? random.nextLong(disorder) : 0), number, t));
        // Terminal 0 is compromised, so that runs of frauds grow long.
        boolean fraud =
                "terminal-0".equals(t.terminalId())
                        ? random.nextInt(12) > 0
                        : random.nextInt(8) == 0;
        if (!fraud || t.terminalKey() == null) {
            return;
        }
        boolean never = random.nextInt(20) == 0;
        Transaction named = never ? transaction(-1 - number, t.eventTime()) : t;
        if (named.terminalKey() == null) {
            return;
        }
        addLabel(named, true, number);
        while (random.nextInt(3) == 0) {
            addLabel(named, random.nextBoolean(), number);
        }
    }

    private void addLabel(Transaction t, boolean fraud, int number) {
        long knownAt =
                switch (random.nextInt(4)) {
                    case 0 -> t.eventTime() + 7 * DAY;
                    case 1 -> t.eventTime() + random.nextLong(14) * DAY;
                    default -> t.eventTime() + random.nextLong(10 * DAY);
                };
        long at =
                switch (random.nextInt(4)) {
                    case 0 -> t.eventTime() - random.nextLong(HOUR);
                    case 1 -> knownAt;
                    case 2 -> knownAt + random.nextLong(5 * DAY);
                    default -> knownAt - random.nextLong(DAY);
                };
        FraudLabel label =
                new FraudLabel(
                        t.id(),
                        t.cardId(),
                        t.terminalId(),
                        t.merchantId(),
                        t.eventTime(),
                        fraud,
                        knownAt,
                        "chargeback");
        arrivals.add(new Arrival(at, number, label));
        if (random.nextInt(5) == 0) {
            arrivals.add(new Arrival(at + random.nextLong(DAY), number, label));
        }
    }
}
