package io.fraudstream.features;

import static org.assertj.core.api.Assertions.assertThat;

import io.fraudstream.transaction.Decoded;
import io.fraudstream.transaction.ExchangeRates;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.Transaction;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FeatureOracleTest {
    private static final int MAX_EVENTS = 1 << 16;
    private static final FeatureSchema SCHEMA = new FeatureSchema(ExchangeRates.only("EUR"));

    /** The engine with its histories in memory, or in bytes between any two events. */
    private static final class Histories {
        private final FeatureEngine engine = new FeatureEngine(SCHEMA);
        private final CardHistoryFormat cardFormat = new CardHistoryFormat();
        private final TerminalHistoryFormat terminalFormat = new TerminalHistoryFormat();
        private final Map<String, CardHistory> cards = new HashMap<>();
        private final Map<String, TerminalHistory> terminals = new HashMap<>();
        private final boolean throughBytes;

        Histories(boolean throughBytes) {
            this.throughBytes = throughBytes;
        }

        void label(FraudLabel label) throws IOException {
            TerminalHistory history = terminal(label.terminalKey());
            history.label(label);
            keep(label.terminalKey(), history);
        }

        double[] measure(Transaction t) throws IOException {
            double[] out = new double[SCHEMA.size()];
            CardHistory card = card(t.cardId());
            TerminalHistory terminal = terminal(t.terminalKey());
            assertThat(engine.stepTerminal(terminal, t, out)).isFalse();
            assertThat(engine.stepCard(card, t, out)).isFalse();
            keep(t.terminalKey(), terminal);
            keep(t.cardId(), card);
            return out;
        }

        FeatureEngine.CardStep step(Transaction t) throws IOException {
            CardHistory card = card(t.cardId());
            TerminalHistory terminal = terminal(t.terminalKey());
            FeatureEngine.CardStep step =
                    engine.stepCard(card, t, engine.stepTerminal(terminal, t));
            keep(t.terminalKey(), terminal);
            keep(t.cardId(), card);
            return step;
        }

        private CardHistory card(String key) {
            return cards.computeIfAbsent(key, k -> new CardHistory(MAX_EVENTS));
        }

        private TerminalHistory terminal(String key) {
            return terminals.computeIfAbsent(key, k -> new TerminalHistory(MAX_EVENTS));
        }

        private void keep(String key, CardHistory history) throws IOException {
            if (throughBytes) {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                cardFormat.write(history, new DataOutputStream(bytes));
                ByteArrayInputStream in = new ByteArrayInputStream(bytes.toByteArray());
                cards.put(key, cardFormat.read(new DataInputStream(in), MAX_EVENTS));
                assertThat(in.available()).isZero();
            }
        }

        private void keep(String key, TerminalHistory history) throws IOException {
            if (throughBytes) {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                terminalFormat.write(history, new DataOutputStream(bytes));
                ByteArrayInputStream in = new ByteArrayInputStream(bytes.toByteArray());
                terminals.put(key, terminalFormat.read(new DataInputStream(in), MAX_EVENTS));
                assertThat(in.available()).isZero();
            }
        }
    }

    @ParameterizedTest(
            name = "seed {0}: {1} events, {2} cards, {3} terminals, {4} days, up to {5} h late")
    @CsvSource({
        "1, 4000, 6, 5, 90, 0",
        "2, 4000, 6, 5, 90, 6",
        "3, 3000, 2, 2, 75, 3",
        "4, 5000, 40, 12, 120, 20",
        "5, 2500, 1, 1, 71, 1",
        "6, 3000, 25, 30, 200, 12",
        "7, 5000, 40, 1, 75, 23"
    })
    void everyFeatureIsWhatItsDefinitionSays(
            long seed, int events, int cards, int terminals, int days, int disorderHours)
            throws IOException {
        List<Decoded> stream =
                GeneratedStream.of(
                        seed, events, cards, terminals, days, disorderHours * GeneratedStream.HOUR);
        FeatureOracle oracle = new FeatureOracle(SCHEMA);
        Histories engine = new Histories(false);
        int measured = 0;
        for (Decoded decoded : stream) {
            if (decoded instanceof FraudLabel label) {
                engine.label(label);
                oracle.label(label);
            } else if (decoded instanceof Transaction t) {
                OracleAgreement.check(SCHEMA, t, oracle.step(t), engine.measure(t));
                measured++;
            }
        }
        assertThat(measured).isEqualTo(events);
    }

    @Test
    void theGeneratedStreamsShowEveryFeatureAtWork() throws IOException {
        List<Set<Double>> seen = new ArrayList<>();
        SCHEMA.specs().forEach(spec -> seen.add(new HashSet<>()));
        Histories engine = new Histories(false);
        for (Decoded decoded : GeneratedStream.of(2, 4000, 6, 5, 90, 6 * GeneratedStream.HOUR)) {
            if (decoded instanceof FraudLabel label) {
                engine.label(label);
            } else if (decoded instanceof Transaction t) {
                double[] values = engine.measure(t);
                for (int i = 0; i < values.length; i++) {
                    seen.get(i).add(values[i]);
                }
            }
        }
        for (int i = 0; i < SCHEMA.size(); i++) {
            seen.get(i).remove(Double.NaN);
            assertThat(seen.get(i)).as(SCHEMA.specs().get(i).name()).hasSizeGreaterThan(1);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void historiesInBytesGiveTheSameBits(long seed) throws IOException {
        Histories inMemory = new Histories(false);
        Histories inBytes = new Histories(true);
        int measured = 0;
        for (Decoded decoded :
                GeneratedStream.of(seed, 1500, 4, 4, 100, 5 * GeneratedStream.HOUR)) {
            if (decoded instanceof FraudLabel label) {
                inMemory.label(label);
                inBytes.label(label);
            } else if (decoded instanceof Transaction t) {
                assertSame(t, inBytes.step(t).sequence(), inMemory.step(t).sequence());
                measured++;
            }
        }
        assertThat(measured).isEqualTo(1500);
    }

    @Test
    void doublesFromHistoriesInBytesAreTheSameBits() throws IOException {
        Histories inMemory = new Histories(false);
        Histories inBytes = new Histories(true);
        for (Decoded decoded : GeneratedStream.of(14, 1500, 3, 3, 80, 0)) {
            if (decoded instanceof FraudLabel label) {
                inMemory.label(label);
                inBytes.label(label);
            } else if (decoded instanceof Transaction t) {
                assertThat(inBytes.measure(t)).isEqualTo(inMemory.measure(t));
            }
        }
    }

    /** As a job at any parallelism sees it: each terminal by itself, then each card by itself. */
    @Test
    void keysDoNotInfluenceEachOther() throws IOException {
        List<Decoded> stream = GeneratedStream.inOrder(GeneratedStream.of(21, 3000, 12, 6, 90, 0));
        Map<String, float[][]> together = new HashMap<>();
        Histories engine = new Histories(false);
        List<Transaction> transactions = new ArrayList<>();
        for (Decoded decoded : stream) {
            if (decoded instanceof FraudLabel label) {
                engine.label(label);
            } else if (decoded instanceof Transaction t) {
                // The card's next step writes over it.
                float[][] sequence = engine.step(t).sequence();
                Arrays.setAll(sequence, i -> sequence[i].clone());
                together.put(t.id(), sequence);
                transactions.add(t);
            }
        }

        FeatureEngine apart = new FeatureEngine(SCHEMA);
        Map<String, FeatureEngine.Features> terminalParts = new HashMap<>();
        Histories byTerminal = new Histories(false);
        List<Decoded> terminalAfterTerminal = new ArrayList<>(stream);
        terminalAfterTerminal.sort(Comparator.comparing(FeatureOracleTest::terminalKey));
        for (Decoded decoded : terminalAfterTerminal) {
            if (decoded instanceof FraudLabel label) {
                byTerminal.label(label);
            } else if (decoded instanceof Transaction t) {
                terminalParts.put(
                        t.id(), apart.stepTerminal(byTerminal.terminal(t.terminalKey()), t));
            }
        }
        // The sort is stable, so within a card the order is still that of time.
        transactions.sort(Comparator.comparing(Transaction::cardId).reversed());
        Map<String, CardHistory> cards = new HashMap<>();
        for (Transaction t : transactions) {
            CardHistory card =
                    cards.computeIfAbsent(t.cardId(), key -> new CardHistory(MAX_EVENTS));
            float[][] sequence = apart.stepCard(card, t, terminalParts.get(t.id())).sequence();
            assertSame(t, sequence, together.get(t.id()));
        }
        assertThat(together).hasSize(3000);
    }

    private static void assertSame(Transaction t, float[][] measured, float[][] expected) {
        assertThat(Arrays.deepEquals(measured, expected))
                .as(
                        "sequence at %s is %s, expected %s",
                        t, Arrays.deepToString(measured), Arrays.deepToString(expected))
                .isTrue();
    }

    private static String terminalKey(Decoded decoded) {
        String key =
                decoded instanceof FraudLabel label
                        ? label.terminalKey()
                        : ((Transaction) decoded).terminalKey();
        return key == null ? "" : key;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8})
    void aSequenceHoldsTheCardsLastEventsWithinTheHorizon(int disorderHours) throws IOException {
        Histories engine = new Histories(false);
        Map<String, List<Transaction>> cards = new HashMap<>();
        Map<String, float[]> vectors = new HashMap<>();
        Comparator<Transaction> order =
                Comparator.comparingLong(Transaction::eventTime).thenComparing(Transaction::id);
        int shortOnes = 0;
        for (Decoded decoded :
                GeneratedStream.of(31, 2500, 60, 5, 400, disorderHours * GeneratedStream.HOUR)) {
            if (!(decoded instanceof Transaction t)) {
                continue;
            }
            List<Transaction> card = cards.computeIfAbsent(t.cardId(), key -> new ArrayList<>());
            card.add(t);
            card.sort(order);
            FeatureEngine.CardStep step = engine.step(t);
            vectors.put(t.id(), step.vector());

            int later = card.size() - 1 - card.indexOf(t);
            List<float[]> expected = new ArrayList<>();
            for (Transaction other : card) {
                boolean within = other.eventTime() > t.eventTime() - FeatureSchema.CARD_HORIZON;
                if (order.compare(other, t) <= 0 && within) {
                    expected.add(vectors.get(other.id()));
                }
            }
            // A card keeps its eight newest vectors, so an event out of order sees those of them
            // that precede it.
            int seen =
                    later == 0
                            ? FeatureSchema.SEQUENCE_LENGTH
                            : FeatureSchema.SEQUENCE_LENGTH + 1 - later;
            int length = Math.min(expected.size(), Math.max(1, seen));
            List<float[]> tail = expected.subList(expected.size() - length, expected.size());
            assertSame(t, step.sequence(), tail.toArray(new float[0][]));
            shortOnes += card.size() > expected.size() ? 1 : 0;
        }
        assertThat(shortOnes).as("events whose card has some beyond the horizon").isPositive();
    }
}
