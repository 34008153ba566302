package io.fraudstream.simulation;

import io.fraudstream.transaction.EntryMode;
import io.fraudstream.transaction.ExchangeRates;
import io.fraudstream.transaction.MessageType;
import io.fraudstream.transaction.Transaction;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;

/**
 * Generates a realistic stream in order of event time: people with a home, hours, favourite shops
 * and trips abroad, and frauds of every {@link FraudKind} that become known days later. Each card
 * draws from its own randomness, so its life depends on the seed alone.
 *
 * <pre>{@code
 * new TransactionSimulator(SimulationSettings.DEFAULT, rates)
 *         .forEachRemaining(simulated -> send(simulated.transaction()));
 * }</pre>
 */
public final class TransactionSimulator implements Iterator<SimulatedTransaction> {
    private static final long MINUTE = 60_000L;
    private static final long DAY = 86_400_000L;

    /** Between the misuses of one card, at an intensity of 1. */
    private static final double MEAN_DAYS_BETWEEN_EPISODES = 450;

    /** How much of what is paid at a compromised terminal is fraud. */
    private static final double COMPROMISED_PAYMENTS = 0.6;

    private static final double TRIP = 0.003;
    private static final double DECLINE = 0.02;
    private static final double REVERSAL = 0.006;
    private static final double LOYALTY = 0.8;
    private static final int LATEST_REPORT_DAYS = 30;

    private final ExchangeRates rates;
    private final World world;
    private final String idPrefix;
    private final long end;
    private final double meanEpisodeGapMillis;
    private final long newFraudFrom;
    private final PriorityQueue<Cardholder> cards;
    private long produced;

    /**
     * @throws IllegalArgumentException if the table lacks the rate of a currency that is paid in
     */
    public TransactionSimulator(SimulationSettings settings, ExchangeRates rates) {
        for (Place place : Place.ALL) {
            if (!rates.knows(place.currency())) {
                throw new IllegalArgumentException(
                        "the exchange rates "
                                + rates.version()
                                + " have none for "
                                + place.currency()
                                + ", expected one for every currency that is simulated");
            }
        }
        this.rates = rates;
        this.world = new World(settings);
        this.idPrefix = "sim" + Long.toString(settings.seed(), Character.MAX_RADIX) + "-";
        long start = settings.start().toEpochMilli();
        this.end = start + settings.duration().toMillis();
        this.meanEpisodeGapMillis = MEAN_DAYS_BETWEEN_EPISODES * DAY / settings.fraudIntensity();
        this.newFraudFrom =
                settings.newFraudFrom() == null
                        ? Long.MAX_VALUE
                        : settings.newFraudFrom().toEpochMilli();
        this.cards =
                new PriorityQueue<>(
                        settings.cards(),
                        Comparator.comparingLong(Cardholder::nextEvent)
                                .thenComparingInt(card -> card.number));
        for (int i = 0; i < settings.cards(); i++) {
            Cardholder card = new Cardholder(i, settings, world);
            card.nextPurchase = card.purchaseAfter(start);
            card.nextFraud = start + card.random.gap(meanEpisodeGapMillis);
            cards.add(card);
        }
    }

    /**
     * The rates at which prices are simulated; enough where amounts in the base currency do not
     * matter.
     */
    public static ExchangeRates roughRates() {
        Map<String, BigDecimal> eurosForOne = new HashMap<>();
        for (Place place : Place.ALL) {
            BigDecimal minorUnitsPerEuro =
                    BigDecimal.valueOf(place.minorUnitsPerCent()).movePointRight(2);
            eurosForOne.put(
                    place.currency(),
                    BigDecimal.ONE
                            .movePointRight(ExchangeRates.minorDigits(place.currency()))
                            .divide(minorUnitsPerEuro, MathContext.DECIMAL32));
        }
        return new ExchangeRates("simulated", "EUR", eurosForOne);
    }

    @Override
    public boolean hasNext() {
        return cards.element().nextEvent() < end;
    }

    @Override
    public SimulatedTransaction next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the simulated time has ended");
        }
        Cardholder card = cards.remove();
        long time = card.nextEvent();
        world.advanceTo(time);
        SimulatedTransaction simulated;
        if (time == card.nextReversal) {
            simulated = genuine(reversal(card, time));
        } else if (time == card.nextFraud) {
            simulated = fraud(card, time);
        } else {
            simulated = purchase(card, time);
        }
        cards.add(card);
        return simulated;
    }

    private SimulatedTransaction purchase(Cardholder card, long time) {
        Randomness random = card.random;
        Terminal terminal = terminal(card, time);
        boolean fraud = time < terminal.compromisedUntil && random.chance(COMPROMISED_PAYMENTS);
        double cents =
                random.around(terminal.trade.medianCents * card.spending, terminal.trade.spread);
        boolean declined = random.chance(DECLINE);
        String device = terminal.trade.online ? card.deviceId : null;
        Transaction transaction =
                transaction(
                        card,
                        time,
                        new FraudEpisode.Step(
                                terminal,
                                cents,
                                entryMode(card, terminal),
                                device,
                                declined ? "51" : "00"));
        card.nextPurchase = card.purchaseAfter(time);
        if (fraud) {
            return new SimulatedTransaction(
                    transaction, FraudKind.TERMINAL_COMPROMISE, reportedAt(card, time));
        }
        if (!declined && card.toReverse == null && random.chance(REVERSAL)) {
            card.toReverse = transaction;
            card.nextReversal = time + MINUTE + random.millis(2 * DAY);
        }
        return genuine(transaction);
    }

    private static SimulatedTransaction genuine(Transaction transaction) {
        return new SimulatedTransaction(transaction, null, SimulatedTransaction.NEVER);
    }

    private Terminal terminal(Cardholder card, long time) {
        Randomness random = card.random;
        if (time >= card.travelUntil && random.chance(TRIP)) {
            card.travelPlace = Place.draw(random);
            card.travelUntil = time + DAY + random.millis(9 * DAY);
        }
        boolean travelling = time < card.travelUntil;
        int place = travelling ? card.travelPlace : card.home;
        int hour = Habit.hour(time + Place.ALL.get(place).hoursFromUtc() * 3_600_000L);
        Terminal candidate = null;
        // Nobody is turned away in the end, so that shops that are closed still see a few payments.
        for (int i = 0; i < 4 && (candidate == null || !candidate.trade.isOpen(hour)); i++) {
            boolean loyal = !travelling && random.chance(LOYALTY);
            candidate =
                    loyal
                            ? card.favourites[random.below(card.favourites.length)]
                            : random.chance(0.15) ? world.shop(random) : world.till(place, random);
        }
        return candidate;
    }

    private static EntryMode entryMode(Cardholder card, Terminal terminal) {
        Randomness random = card.random;
        if (terminal.trade.online) {
            return random.chance(0.35) ? EntryMode.CREDENTIAL_ON_FILE : EntryMode.ECOMMERCE;
        }
        double draw = random.uniform();
        if (draw < 0.02) {
            return EntryMode.MAGSTRIPE;
        }
        return draw < (card.contactless ? 0.75 : 0.2) ? EntryMode.CONTACTLESS : EntryMode.CHIP;
    }

    private SimulatedTransaction fraud(Cardholder card, long time) {
        if (card.episode == null) {
            card.episode = new FraudEpisode(card, world, time >= newFraudFrom);
        }
        FraudEpisode episode = card.episode;
        Transaction transaction = transaction(card, time, episode.next(card));
        if (episode.isOver()) {
            card.episode = null;
            card.nextFraud = time + card.random.gap(meanEpisodeGapMillis);
        } else {
            card.nextFraud = time + episode.gap(card.random);
        }
        return new SimulatedTransaction(transaction, episode.kind, reportedAt(card, time));
    }

    /** A day at the least, five on average. */
    private static long reportedAt(Cardholder card, long time) {
        long delay = Math.min(DAY + card.random.gap(4 * DAY), LATEST_REPORT_DAYS * DAY);
        return card.reportsFraud ? time + delay : SimulatedTransaction.NEVER;
    }

    private Transaction transaction(Cardholder card, long time, FraudEpisode.Step step) {
        Terminal terminal = step.terminal();
        Place place = terminal.place;
        long amount = Math.max(1, (long) StrictMath.rint(step.cents() * place.minorUnitsPerCent()));
        return new Transaction(
                nextId(),
                time,
                card.cardId,
                amount,
                place.currency(),
                rates.toBaseMinor(amount, place.currency()),
                terminal.terminalId,
                terminal.merchantId,
                terminal.trade.mcc,
                place.country(),
                step.entryMode(),
                terminal.latitude,
                terminal.longitude,
                step.deviceId(),
                step.responseCode(),
                MessageType.AUTHORIZATION,
                null);
    }

    private Transaction reversal(Cardholder card, long time) {
        Transaction original = card.toReverse;
        card.toReverse = null;
        card.nextReversal = Long.MAX_VALUE;
        return new Transaction(
                nextId(),
                time,
                original.cardId(),
                original.amountMinor(),
                original.currency(),
                original.baseAmountMinor(),
                original.terminalId(),
                original.merchantId(),
                original.mcc(),
                original.country(),
                original.entryMode(),
                original.latitude(),
                original.longitude(),
                original.deviceId(),
                "00",
                MessageType.REVERSAL,
                original.id());
    }

    private String nextId() {
        return idPrefix + produced++;
    }
}
