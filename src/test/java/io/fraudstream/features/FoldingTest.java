package io.fraudstream.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fraudstream.transaction.ExchangeRates;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.MessageType;
import io.fraudstream.transaction.Transaction;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Cards and terminals with far more events than are held one by one. */
class FoldingTest {
    private static final int MAX_EVENTS = 256;
    private static final long STEP = 4 * GeneratedStream.MINUTE;
    private static final int PER_DAY = (int) (GeneratedStream.DAY / STEP);
    private static final int BUSY_DAYS = 80;

    /** What a pane of 4 / 256 of the 31 or 38 days that are kept holds of such events. */
    private static final int CARD_PANE = 31 * PER_DAY * 4 / MAX_EVENTS + 1;

    private static final int TERMINAL_PANE = 38 * PER_DAY * 4 / MAX_EVENTS + 1;

    private final FeatureSchema schema = new FeatureSchema(ExchangeRates.only("EUR"));
    private final FeatureEngine engine = new FeatureEngine(schema);
    private final double[] out = new double[schema.size()];
    private final CardHistoryFormat cardFormat = new CardHistoryFormat();
    private final TerminalHistoryFormat terminalFormat = new TerminalHistoryFormat();

    private static Transaction event(int number, long time) {
        return new Transaction(
                String.format("%08d", number),
                time,
                "busy",
                100 + number % 7,
                "EUR",
                100 + number % 7,
                "hot",
                null,
                "5411",
                "DE",
                null,
                Double.NaN,
                Double.NaN,
                null,
                number % 5 == 0 ? "05" : "00",
                MessageType.AUTHORIZATION,
                null);
    }

    private static long timeOf(int number) {
        return GeneratedStream.START + number * STEP;
    }

    private double value(String name) {
        return out[schema.indexOf(name)];
    }

    @Test
    void aBusyCardStaysBoundedAndNearlyExact() {
        CardHistory card = new CardHistory(MAX_EVENTS);
        int approximate = 0;
        for (int i = 0; i < BUSY_DAYS * PER_DAY; i++) {
            approximate += engine.stepCard(card, event(i, timeOf(i)), out) ? 1 : 0;
            assertThat(card.size()).isLessThan(MAX_EVENTS);
            int expected = Math.min(i + 1, 30 * PER_DAY);
            assertThat(value("card_count_30d"))
                    .isBetween((double) expected, (double) expected + CARD_PANE);
            assertThat(value("card_count_10m")).isEqualTo(Math.min(i + 1, 3));
        }
        assertThat(approximate).isEqualTo(BUSY_DAYS * PER_DAY - MAX_EVENTS);
        assertThat(value("card_mean_30d")).isBetween(102.9, 103.1);
        assertThat(value("card_declined_24h"))
                .isBetween(PER_DAY / 5.0, (PER_DAY + CARD_PANE) / 5.0 + 1);
    }

    @Test
    void aCardIsExactAgainWhenItsFoldsHaveAgedOut() {
        CardHistory card = new CardHistory(MAX_EVENTS);
        FeatureOracle oracle = new FeatureOracle(schema);
        int busy = 2 * MAX_EVENTS;
        for (int i = 0; i < busy; i++) {
            engine.stepCard(card, event(i, timeOf(i)), out);
            oracle.step(event(i, timeOf(i)));
        }
        boolean approximate = true;
        int quiet = 0;
        for (int hours = 0; hours < 40 * 24; hours += 7) {
            Transaction t = event(busy + quiet++, timeOf(busy) + hours * GeneratedStream.HOUR);
            boolean now = engine.stepCard(card, t, out);
            double[] expected = oracle.step(t);
            assertThat(now && !approximate).as("approximate again at %s", t).isFalse();
            approximate = now;
            if (!now) {
                // From here on only the ratios that were stored in approximate times may differ.
                for (String name :
                        new String[] {
                            "card_count_30d", "card_sum_30d", "card_mean_30d", "card_new_mcc"
                        }) {
                    assertThat(value(name)).as(name).isEqualTo(expected[schema.indexOf(name)]);
                }
            }
        }
        assertThat(approximate).isFalse();
    }

    @Test
    void aHotTerminalStaysBoundedAndNearlyExact() {
        TerminalHistory terminal = new TerminalHistory(MAX_EVENTS);
        int frauds = 0;
        int approximate = 0;
        for (int i = 0; i < BUSY_DAYS * PER_DAY; i++) {
            Transaction t = event(i, timeOf(i));
            approximate += engine.stepTerminal(terminal, t, out) ? 1 : 0;
            assertThat(terminal.size()).isLessThan(MAX_EVENTS);
            int expected = Math.min(i + 1, 30 * PER_DAY);
            assertThat(value("terminal_count_30d"))
                    .isBetween((double) expected, (double) expected + TERMINAL_PANE);
            if (i % 10 == 0) {
                long known = t.eventTime() + FeatureSchema.LABEL_DELAY;
                terminal.label(
                        new FraudLabel(
                                t.id(),
                                t.cardId(),
                                t.terminalId(),
                                null,
                                t.eventTime(),
                                true,
                                known,
                                "chargeback"));
                frauds++;
            }
        }
        assertThat(approximate).isEqualTo(BUSY_DAYS * PER_DAY - MAX_EVENTS);
        // A label of a folded event takes effect with the first step after it is known, its row
        // leaves with the pane.
        double expected = 30.0 * PER_DAY / 10;
        assertThat(value("terminal_known_frauds_30d"))
                .isBetween(
                        expected - TERMINAL_PANE / 10.0 - 1, expected + TERMINAL_PANE / 10.0 + 1);
        assertThat(value("terminal_fraud_share_30d")).isBetween(0.098, 0.102);
        assertThat(terminal.pendingLabels())
                .isLessThanOrEqualTo(7 * PER_DAY / 10 + 1)
                .isLessThan(frauds);
    }

    @Test
    void aTerminalIsExactAgainWhenItsFoldsHaveAgedOut() {
        TerminalHistory terminal = new TerminalHistory(MAX_EVENTS);
        int busy = 2 * MAX_EVENTS;
        for (int i = 0; i < busy; i++) {
            engine.stepTerminal(terminal, event(i, timeOf(i)), out);
        }
        boolean approximate = true;
        for (int day = 0; day < 45; day++) {
            Transaction t = event(busy + day, timeOf(busy) + day * GeneratedStream.DAY);
            boolean now = engine.stepTerminal(terminal, t, out);
            assertThat(now && !approximate).as("approximate again at %s", t).isFalse();
            approximate = now;
        }
        assertThat(approximate).isFalse();
        assertThat(value("terminal_count_30d")).isEqualTo(30);
        assertThat(value("terminal_matured_count_30d")).isEqualTo(30);
    }

    @Test
    void eventsOutOfOrderFindTheirPlaceAmongFolds() {
        CardHistory card = new CardHistory(MAX_EVENTS);
        TerminalHistory terminal = new TerminalHistory(MAX_EVENTS);
        for (int i = 0; i < 20 * PER_DAY; i++) {
            // Every third event comes 20 hours late, when the events around it have been folded.
            long late = i % 3 == 0 ? 20 * GeneratedStream.HOUR : 0;
            Transaction t = event(i, timeOf(i) - late);
            engine.stepTerminal(terminal, t, out);
            engine.stepCard(card, t, out);
            assertThat(card.size()).isLessThan(MAX_EVENTS);
            assertThat(terminal.size()).isLessThan(MAX_EVENTS);
        }
        Transaction last = event(20 * PER_DAY, timeOf(20 * PER_DAY));
        engine.stepTerminal(terminal, last, out);
        engine.stepCard(card, last, out);
        assertThat(value("card_count_30d")).isEqualTo(20 * PER_DAY + 1);
        assertThat(value("terminal_count_30d")).isEqualTo(20 * PER_DAY + 1);
    }

    @Test
    void foldedHistoriesInBytesGiveTheSameBits() throws IOException {
        CardHistory card = new CardHistory(MAX_EVENTS);
        TerminalHistory terminal = new TerminalHistory(MAX_EVENTS);
        CardHistory storedCard = new CardHistory(MAX_EVENTS);
        TerminalHistory storedTerminal = new TerminalHistory(MAX_EVENTS);
        double[] stored = new double[schema.size()];
        for (int i = 0; i < 4 * MAX_EVENTS; i++) {
            // Over 42 days, so that folds leave windows as well; every fifth event two hours out of
            // order.
            Transaction t =
                    event(
                            i,
                            GeneratedStream.START
                                    + (i - (i % 5 == 0 ? 2 : 0)) * GeneratedStream.HOUR);
            boolean cardApproximate = engine.stepCard(card, t, out);
            boolean terminalApproximate = engine.stepTerminal(terminal, t, out);
            assertThat(engine.stepCard(storedCard, t, stored)).isEqualTo(cardApproximate);
            assertThat(engine.stepTerminal(storedTerminal, t, stored))
                    .isEqualTo(terminalApproximate);
            assertThat(stored).isEqualTo(out);

            FraudLabel label =
                    new FraudLabel(
                            t.id(),
                            t.cardId(),
                            t.terminalId(),
                            null,
                            t.eventTime(),
                            i % 4 > 0,
                            t.eventTime() + i,
                            "analyst");
            terminal.label(label);
            storedTerminal.label(label);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream data = new DataOutputStream(bytes);
            cardFormat.write(storedCard, data);
            terminalFormat.write(storedTerminal, data);
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
            storedCard = cardFormat.read(in, MAX_EVENTS);
            storedTerminal = terminalFormat.read(in, MAX_EVENTS);
        }
        assertThat(card.events.holdsFolds()).isTrue();
    }

    @Test
    void tooLittleRoomIsRefused() {
        assertThatThrownBy(() -> new CardHistory(15))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxEvents is 15, expected at least 16");
        assertThatThrownBy(() -> new TerminalHistory(15))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxEvents is 15, expected at least 16");
    }
}
