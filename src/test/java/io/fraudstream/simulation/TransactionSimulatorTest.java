package io.fraudstream.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.fraudstream.transaction.CardTokenPolicy;
import io.fraudstream.transaction.Coordinates;
import io.fraudstream.transaction.DecodingLimits;
import io.fraudstream.transaction.EntryMode;
import io.fraudstream.transaction.ExchangeRates;
import io.fraudstream.transaction.Transaction;
import io.fraudstream.transaction.TransactionCodec;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TransactionSimulatorTest {
    private static final ExchangeRates RATES = TransactionSimulator.roughRates();
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration DURATION = Duration.ofDays(60);
    private static final SimulationSettings SETTINGS =
            new SimulationSettings(7, 1000, 300, START, DURATION, 2, 2);

    /**
     * Of the first ten thousand records of {@link #SETTINGS}; a change here changes every recorded
     * run.
     */
    private static final String GOLDEN =
            "a84f8f5aac2f17a4efca9aca31b2d951e1f61281b1119488f75b4bf84abdb0ea";

    private static final List<SimulatedTransaction> STREAM = new ArrayList<>();

    @BeforeAll
    static void simulate() {
        new TransactionSimulator(SETTINGS, RATES).forEachRemaining(STREAM::add);
    }

    @Test
    void theSameSeedGivesTheSameBytesOnEveryMachine() throws NoSuchAlgorithmException {
        assertThat(hash(SETTINGS)).isEqualTo(GOLDEN);
    }

    @Test
    void anotherSeedGivesOtherBytes() throws NoSuchAlgorithmException {
        assertThat(hash(new SimulationSettings(8, 1000, 300, START, DURATION, 2, 2)))
                .isNotEqualTo(GOLDEN);
    }

    @Test
    void aLongerRunBeginsLikeAShorterOne() {
        TransactionSimulator shorter =
                new TransactionSimulator(
                        new SimulationSettings(7, 1000, 300, START, Duration.ofDays(2), 2, 2),
                        RATES);
        int count = 0;
        while (shorter.hasNext()) {
            assertThat(shorter.next()).isEqualTo(STREAM.get(count++));
        }
        assertThat(count).isBetween(2000, 8000);
    }

    @Test
    void timesAreInOrderAndInsideTheDuration() {
        long last = START.toEpochMilli();
        for (SimulatedTransaction simulated : STREAM) {
            assertThat(simulated.transaction().eventTime()).isGreaterThanOrEqualTo(last);
            last = simulated.transaction().eventTime();
        }
        assertThat(last).isLessThan(START.plus(DURATION).toEpochMilli());
    }

    @Test
    void theCodecAcceptsEveryRecordAndReadsItBackTheSame() {
        TransactionCodec codec =
                new TransactionCodec(
                        DecodingLimits.DEFAULT,
                        RATES,
                        CardTokenPolicy.rejectCardNumbers(),
                        Clock.fixed(START.plus(DURATION), ZoneOffset.UTC));
        Coordinates nowhere = new Coordinates("test", 0, 0, Coordinates.NO_TIMESTAMP);
        for (SimulatedTransaction simulated : STREAM) {
            byte[] payload = TransactionCodec.encode(simulated.transaction());
            assertThat(codec.decode(payload, nowhere)).isEqualTo(simulated.transaction());
        }
    }

    @Test
    void idsAreUniqueAndReversalsNameAnEarlierPurchaseOfTheirCard() {
        Map<String, Transaction> seen = new HashMap<>();
        int reversals = 0;
        for (SimulatedTransaction simulated : STREAM) {
            Transaction transaction = simulated.transaction();
            if (transaction.isReversal()) {
                Transaction original = seen.get(transaction.originalTransactionId());
                assertThat(original.cardId()).isEqualTo(transaction.cardId());
                assertThat(original.amountMinor()).isEqualTo(transaction.amountMinor());
                assertThat(simulated.isFraud()).isFalse();
                reversals++;
            }
            assertThat(seen.put(transaction.id(), transaction)).isNull();
        }
        assertThat(share(reversals)).isBetween(0.003, 0.01);
    }

    @Test
    void theAmountOfTrafficAndFraudIsAsAskedFor() {
        double perCardAndDay = STREAM.size() / 1000.0 / 60;
        assertThat(perCardAndDay).isCloseTo(2, within(0.3));
        assertThat(share(count(SimulatedTransaction::isFraud))).isBetween(0.01, 0.05);
        assertThat(share(count(s -> s.transaction().isDeclined()))).isBetween(0.01, 0.05);

        SimulationSettings honest = new SimulationSettings(7, 1000, 300, START, DURATION, 2, 0);
        new TransactionSimulator(honest, RATES)
                .forEachRemaining(s -> assertThat(s.isFraud()).isFalse());
    }

    @Test
    void manyCurrenciesAndEveryEntryModeOccur() {
        Set<String> currencies = new HashSet<>();
        Set<EntryMode> entryModes = new HashSet<>();
        STREAM.forEach(
                s -> {
                    currencies.add(s.transaction().currency());
                    entryModes.add(s.transaction().entryMode());
                });
        assertThat(currencies)
                .containsExactlyInAnyOrder("EUR", "USD", "GBP", "CHF", "SEK", "PLN", "JPY");
        assertThat(entryModes)
                .contains(EntryMode.CHIP, EntryMode.CONTACTLESS, EntryMode.ECOMMERCE)
                .contains(EntryMode.MAGSTRIPE, EntryMode.CREDENTIAL_ON_FILE);
    }

    @Test
    void peopleSleepAndFraudsAreReportedDaysLaterOrNever() {
        long german = count(s -> "DE".equals(s.transaction().country()));
        long atNight =
                count(
                        s ->
                                "DE".equals(s.transaction().country())
                                        && hourInBerlin(s) >= 2
                                        && hourInBerlin(s) < 5);
        assertThat(atNight / (double) german).isPositive().isLessThan(3 / 24.0 / 2);

        long never = 0;
        long delays = 0;
        long frauds = 0;
        for (SimulatedTransaction simulated : STREAM) {
            if (!simulated.isFraud()) {
                assertThat(simulated.isReported()).isFalse();
                continue;
            }
            frauds++;
            if (!simulated.isReported()) {
                never++;
                continue;
            }
            long delay = simulated.knownAt() - simulated.transaction().eventTime();
            assertThat(delay)
                    .isBetween(Duration.ofDays(1).toMillis(), Duration.ofDays(30).toMillis());
            delays += delay;
        }
        assertThat(never / (double) frauds).isGreaterThan(0).isLessThan(0.1);
        assertThat(Duration.ofMillis(delays / (frauds - never)))
                .isBetween(Duration.ofDays(4), Duration.ofDays(6));
    }

    @Test
    void everyKindOfFraudOccursWithItsMark() {
        Map<FraudKind, List<Transaction>> byKind = new EnumMap<>(FraudKind.class);
        List<Transaction> genuine = new ArrayList<>();
        for (SimulatedTransaction s : STREAM) {
            (s.isFraud() ? byKind.computeIfAbsent(s.kind(), kind -> new ArrayList<>()) : genuine)
                    .add(s.transaction());
        }
        // Standing charges come up later, where the settings say when.
        assertThat(byKind.keySet())
                .isEqualTo(EnumSet.complementOf(EnumSet.of(FraudKind.STANDING_CHARGES)));
        double usual = median(genuine);

        assertThat(median(byKind.get(FraudKind.STOLEN_CARD))).isGreaterThan(2.5 * usual);
        assertThat(byKind.get(FraudKind.STOLEN_CARD))
                .allSatisfy(
                        t ->
                                assertThat(t.entryMode())
                                        .isIn(
                                                EntryMode.CONTACTLESS,
                                                EntryMode.MAGSTRIPE,
                                                EntryMode.ECOMMERCE));

        List<Transaction> testing = byKind.get(FraudKind.CARD_TESTING);
        assertThat(median(testing)).isLessThan(300);
        assertThat(declined(testing)).isBetween(0.25, 0.6);

        List<Transaction> compromise = byKind.get(FraudKind.TERMINAL_COMPROMISE);
        assertThat(median(compromise)).isBetween(0.4 * usual, 2.5 * usual);
        Set<String> terminals = new HashSet<>();
        compromise.forEach(t -> terminals.add(t.terminalId()));
        assertThat(terminals).doesNotContainNull().hasSizeBetween(5, 100);

        List<Transaction> takeover = byKind.get(FraudKind.ACCOUNT_TAKEOVER);
        assertThat(median(takeover)).isGreaterThan(2.5 * usual);
        assertThat(takeover).allSatisfy(t -> assertThat(t.deviceId()).startsWith("dev-x"));

        assertThat(growing(byKind.get(FraudKind.LIMIT_PROBING))).isGreaterThan(0.7);
    }

    @Test
    void aNewKindOfFraudComesUpWhenItIsToldToAndChangesNothingBefore() {
        Instant from = START.plus(Duration.ofDays(20));
        int[] compared = {0};
        Map<FraudKind, Integer> later = new EnumMap<>(FraudKind.class);

        new TransactionSimulator(
                        new SimulationSettings(7, 1000, 300, START, DURATION, 2, 2, from), RATES)
                .forEachRemaining(
                        simulated -> {
                            long time = simulated.transaction().eventTime();
                            if (time < from.toEpochMilli()) {
                                assertThat(simulated).isEqualTo(STREAM.get(compared[0]++));
                            } else if (simulated.isFraud()) {
                                later.merge(simulated.kind(), 1, Integer::sum);
                            }
                        });

        assertThat(compared[0]).isGreaterThan(20_000);
        assertThat(later.keySet()).isEqualTo(EnumSet.allOf(FraudKind.class));
        later.forEach(
                (kind, count) ->
                        assertThat(count)
                                .isLessThanOrEqualTo(later.get(FraudKind.STANDING_CHARGES)));
    }

    @Test
    void refusesRatesThatLackACurrency() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TransactionSimulator(SETTINGS, ExchangeRates.only("EUR")))
                .withMessageContaining("none for GBP");
    }

    @Test
    void settingsNameWhatIsWrong() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SimulationSettings(1, 0, 300, START, DURATION, 2, 1))
                .withMessage("cards is 0, expected 1 to 10000000");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SimulationSettings(1, 1, 300, START, DURATION, Double.NaN, 1))
                .withMessageStartingWith("transactionsPerCardAndDay is NaN");
    }

    private static String hash(SimulationSettings settings) throws NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        TransactionSimulator simulator = new TransactionSimulator(settings, RATES);
        for (int i = 0; i < 10_000; i++) {
            SimulatedTransaction simulated = simulator.next();
            digest.update(TransactionCodec.encode(simulated.transaction()));
            digest.update(
                    Long.toString(simulated.knownAt())
                            .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static long count(Predicate<SimulatedTransaction> condition) {
        return STREAM.stream().filter(condition).count();
    }

    private static double share(long count) {
        return count / (double) STREAM.size();
    }

    private static int hourInBerlin(SimulatedTransaction simulated) {
        return Instant.ofEpochMilli(simulated.transaction().eventTime())
                .atOffset(ZoneOffset.ofHours(1))
                .getHour();
    }

    private static double median(List<Transaction> transactions) {
        long[] amounts =
                transactions.stream().mapToLong(Transaction::baseAmountMinor).sorted().toArray();
        return amounts[amounts.length / 2];
    }

    private static double declined(List<Transaction> transactions) {
        return transactions.stream().filter(Transaction::isDeclined).count()
                / (double) transactions.size();
    }

    /** How often a card's amount is higher than its last one. */
    private static double growing(List<Transaction> transactions) {
        Map<String, Long> last = new HashMap<>();
        int steps = 0;
        int up = 0;
        for (Transaction transaction : transactions) {
            Long before = last.put(transaction.cardId(), transaction.amountMinor());
            if (before != null) {
                steps++;
                up += transaction.amountMinor() > before ? 1 : 0;
            }
        }
        return up / (double) steps;
    }
}
