package io.fraudstream.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fraudstream.transaction.Decoded;
import io.fraudstream.transaction.ExchangeRates;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.MessageType;
import io.fraudstream.transaction.Transaction;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Histories as bytes, and their copies in memory. */
class HistoryFormatTest {
    private static final int MAX_EVENTS = 64;
    private static final FeatureSchema SCHEMA = new FeatureSchema(ExchangeRates.only("EUR"));

    private static final FeatureEngine.Features ELSEWHERE =
            new FeatureEngine.Features(new float[SCHEMA.terminalSize()], false);

    private final FeatureEngine engine = new FeatureEngine(SCHEMA);
    private final CardHistoryFormat cardFormat = new CardHistoryFormat();
    private final TerminalHistoryFormat terminalFormat = new TerminalHistoryFormat();

    private byte[] bytes(CardHistory history) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        cardFormat.write(history, new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private byte[] bytes(TerminalHistory history) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        terminalFormat.write(history, new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private static DataInputStream in(byte[] bytes) {
        return new DataInputStream(new ByteArrayInputStream(bytes));
    }

    private static Transaction event(int number) {
        return event(number, "here");
    }

    private static Transaction event(int number, String terminal) {
        return new Transaction(
                "event-" + number,
                GeneratedStream.START + number * GeneratedStream.HOUR,
                "card",
                -250,
                "EUR",
                250,
                terminal,
                null,
                "5411",
                "DE",
                null,
                48.5,
                11.25,
                null,
                "00",
                MessageType.AUTHORIZATION,
                null);
    }

    /** State of an earlier run must be read as it was written. */
    @Test
    void theBytesAreThese() throws IOException {
        CardHistory card = new CardHistory(MAX_EVENTS);
        TerminalHistory terminal = new TerminalHistory(MAX_EVENTS);
        for (int i = 0; i < 2; i++) {
            Transaction t = event(i);
            engine.stepCard(card, t, engine.stepTerminal(terminal, t));
        }
        terminal.label(fraud());

        assertThat(HexFormat.of().formatHex(bytes(card)))
                .isEqualTo(
                        "02000000c5040b0380a087e8cf5800000080ee360280c0e9c2cedbb2f6ca0100000001"
                            + "00f40300bacaf19facda8aae6b0000c07f0000803f031300c654008a91020000424200"
                            + "004242000034410000344104a1fd4cd396b964078c010380a087e8cf5800000080ee36"
                            + "0280c0e9c2cedbb2f6ca01000000014a17220072233442233442030000100110222002"
                            + "00202211111111111101000001001101fafa5627220072233487444444240220120110"
                            + "22181110713311111111111101000001001121fafa0201f40e1002");
        assertThat(HexFormat.of().formatHex(bytes(terminal)))
                .isEqualTo(
                        "030000005104000380a087e8cf5800000080ee360280c0e9c2cedbb2f6ca0100000001"
                            + "08001dac8a371d2ea6826f3021dc0fedd82300f40300020000021dac8a371d2ea68200"
                            + "e8807e6201000001e8807e6201000001");
    }

    @Test
    void otherVersionsAreNamed() {
        assertThatThrownBy(() -> cardFormat.read(in(new byte[] {1, 0}), MAX_EVENTS))
                .isInstanceOf(IOException.class)
                .hasMessage("card history has version 1, expected 2");
        assertThatThrownBy(() -> terminalFormat.read(in(new byte[] {2, 0}), MAX_EVENTS))
                .isInstanceOf(IOException.class)
                .hasMessage("terminal history has version 2, expected 3");
    }

    @Test
    void damagedBytesAreRefused() {
        assertThatThrownBy(() -> cardFormat.read(in(new byte[] {2, 0, 0, 0, 0}), MAX_EVENTS))
                .isInstanceOf(IOException.class)
                .hasMessage("it ends within a value: the state is damaged");
        assertThatThrownBy(() -> cardFormat.read(in(new byte[] {2, -1, 0, 0, 0}), MAX_EVENTS))
                .isInstanceOf(IOException.class)
                .hasMessage("a length is -16777216: the state is damaged");
        assertThatThrownBy(() -> terminalFormat.read(in(new byte[] {3, 0, 0, 0, 1, 1}), MAX_EVENTS))
                .isInstanceOf(IOException.class)
                .hasMessage("a size is -1, expected 0 to 1048576: the state is damaged");
        assertThatThrownBy(
                        () ->
                                terminalFormat.read(
                                        in(new byte[] {3, 0, 0, 0, 4, 2, 0, 9, 0}), MAX_EVENTS))
                .isInstanceOf(IOException.class)
                .hasMessage("a column is 9 bytes wide: the state is damaged");
    }

    /** So a snapshot may still be written while its history goes on. */
    @Test
    void aCopyIsTheSameAndGoesOnByItself() throws IOException {
        Map<String, CardHistory> cards = new HashMap<>();
        Map<String, TerminalHistory> terminals = new HashMap<>();
        int measured = 0;
        for (Decoded decoded : GeneratedStream.of(41, 1200, 4, 3, 80, 4 * GeneratedStream.HOUR)) {
            if (decoded instanceof FraudLabel label) {
                TerminalHistory terminal =
                        terminals.computeIfAbsent(
                                label.terminalKey(), key -> new TerminalHistory(MAX_EVENTS));
                TerminalHistory copy = terminal.copy();
                byte[] before = bytes(terminal);
                terminal.label(label);
                assertThat(bytes(copy)).isEqualTo(before);
            } else if (decoded instanceof Transaction t) {
                TerminalHistory terminal =
                        terminals.computeIfAbsent(
                                t.terminalKey(), key -> new TerminalHistory(MAX_EVENTS));
                CardHistory card =
                        cards.computeIfAbsent(t.cardId(), key -> new CardHistory(MAX_EVENTS));
                TerminalHistory terminalCopy = terminal.copy();
                CardHistory cardCopy = card.copy();
                byte[] terminalBefore = bytes(terminal);
                byte[] cardBefore = bytes(card);
                boolean copyFirst = measured % 2 == 0;

                FeatureEngine.CardStep step =
                        copyFirst ? step(cardCopy, terminalCopy, t) : step(card, terminal, t);

                assertThat(bytes(copyFirst ? terminal : terminalCopy)).isEqualTo(terminalBefore);
                assertThat(bytes(copyFirst ? card : cardCopy)).isEqualTo(cardBefore);
                FeatureEngine.CardStep again =
                        copyFirst ? step(card, terminal, t) : step(cardCopy, terminalCopy, t);
                assertThat(Arrays.deepEquals(again.sequence(), step.sequence(8))).isTrue();
                assertThat(again.approximate()).isEqualTo(step.approximate());
                assertThat(bytes(cardCopy)).isEqualTo(bytes(card));
                assertThat(bytes(terminalCopy)).isEqualTo(bytes(terminal));
                measured++;
                // What goes on in the job is the copy, of which there may be copies.
                if (measured % 3 == 0) {
                    terminals.put(t.terminalKey(), terminalCopy);
                    cards.put(t.cardId(), cardCopy);
                }
            }
        }
        assertThat(measured).isEqualTo(1200);
    }

    /** So state outside of memory writes an event without those before it. */
    @ParameterizedTest
    @ValueSource(longs = {43, 44, 45})
    void aHistoryOfPiecesIsTheOneThatWasWrittenInThem(long seed) throws IOException {
        Map<String, CardHistory> cards = new HashMap<>();
        Map<String, TerminalHistory> terminals = new HashMap<>();
        Map<String, List<byte[]>> cardPieces = new HashMap<>();
        Map<String, List<byte[]>> terminalPieces = new HashMap<>();
        // The same of histories that live on and are not read.
        Map<String, List<byte[]>> liveCards = new HashMap<>();
        Map<String, List<byte[]>> liveTerminals = new HashMap<>();
        int followed = 0;
        int measured = 0;
        for (Decoded decoded : GeneratedStream.of(seed, 3000, 6, 5, 200, GeneratedStream.HOUR)) {
            if (decoded instanceof FraudLabel label) {
                String key = label.terminalKey();
                TerminalHistory terminal = read(terminalFormat, terminalPieces.get(key));
                terminal = terminal == null ? new TerminalHistory(MAX_EVENTS) : terminal;
                TerminalHistory whole =
                        terminals.computeIfAbsent(key, k -> new TerminalHistory(MAX_EVENTS));
                whole.label(label);
                terminal.label(label);
                keep(terminalFormat, terminal, terminalPieces, key);
                keep(terminalFormat, whole, liveTerminals, key);
                for (List<byte[]> pieces :
                        List.of(terminalPieces.get(key), liveTerminals.get(key))) {
                    assertThat(bytes(read(terminalFormat, pieces))).isEqualTo(bytes(whole));
                }
            } else if (decoded instanceof Transaction t) {
                TerminalHistory terminal =
                        read(terminalFormat, terminalPieces.get(t.terminalKey()));
                terminal = terminal == null ? new TerminalHistory(MAX_EVENTS) : terminal;
                CardHistory card = read(cardFormat, cardPieces.get(t.cardId()));
                card = card == null ? new CardHistory(MAX_EVENTS) : card;

                FeatureEngine.CardStep step = step(card, terminal, t);
                followed += keep(cardFormat, card, cardPieces, t.cardId()) ? 1 : 0;
                followed += keep(terminalFormat, terminal, terminalPieces, t.terminalKey()) ? 1 : 0;

                CardHistory wholeCard =
                        cards.computeIfAbsent(t.cardId(), key -> new CardHistory(MAX_EVENTS));
                TerminalHistory wholeTerminal =
                        terminals.computeIfAbsent(
                                t.terminalKey(), key -> new TerminalHistory(MAX_EVENTS));
                FeatureEngine.CardStep whole = step(wholeCard, wholeTerminal, t);
                assertThat(Arrays.deepEquals(step.sequence(), whole.sequence())).isTrue();
                assertThat(step.approximate()).isEqualTo(whole.approximate());
                keep(cardFormat, wholeCard, liveCards, t.cardId());
                keep(terminalFormat, wholeTerminal, liveTerminals, t.terminalKey());
                for (List<byte[]> pieces :
                        List.of(cardPieces.get(t.cardId()), liveCards.get(t.cardId()))) {
                    assertThat(bytes(read(cardFormat, pieces))).isEqualTo(bytes(wholeCard));
                }
                for (List<byte[]> pieces :
                        List.of(
                                terminalPieces.get(t.terminalKey()),
                                liveTerminals.get(t.terminalKey()))) {
                    assertThat(bytes(read(terminalFormat, pieces))).isEqualTo(bytes(wholeTerminal));
                }
                measured++;
            }
        }
        assertThat(measured).isEqualTo(3000);
        assertThat(followed).isGreaterThan(measured);
    }

    /** Which row is a card's last at a terminal is written, and folding takes rows away. */
    @Test
    void aFoldedCardIsTheSameWhetherItWasReadAgainOrNot() throws IOException {
        int most = 16;
        long pane = 4 * (FeatureSchema.CARD_HORIZON + FeatureSchema.DISORDER_ALLOWANCE) / most;
        long begin = (GeneratedStream.START / pane + 1) * pane;
        int first = (int) -Math.floorDiv(GeneratedStream.START - begin, GeneratedStream.HOUR);
        CardHistory card = new CardHistory(most);
        // The only one of its pane, then one at the same terminal that is folded with others.
        engine.stepCard(card, event(first - 1, "twice"), ELSEWHERE);
        for (int i = 0; i < most - 1; i++) {
            engine.stepCard(card, event(first + i, i == 3 ? "twice" : "t" + i), ELSEWHERE);
        }
        assertThat(card.size()).isLessThan(most);
        List<byte[]> pieces = List.of(cardFormat.first(card));

        for (Transaction next : List.of(event(first + 20, "twice"), event(first - 2, "before"))) {
            CardHistory live = card.copy();
            cardFormat.first(live);
            CardHistory read = cardFormat.read(pieces, most);
            assertThat(engine.stepCard(live, next, ELSEWHERE).vector())
                    .isEqualTo(engine.stepCard(read, next, ELSEWHERE).vector());
            List<byte[]> both = new ArrayList<>(pieces);
            both.add(cardFormat.next(live));
            assertThat(bytes(cardFormat.read(both, most)))
                    .isEqualTo(bytes(live))
                    .isEqualTo(bytes(read));
            Transaction last = event(first + 30, "twice");
            assertThat(engine.stepCard(live, last, ELSEWHERE).vector())
                    .isEqualTo(engine.stepCard(read, last, ELSEWHERE).vector());
        }
    }

    private static <H> H read(HistoryFormat<H> format, List<byte[]> pieces) throws IOException {
        return pieces == null ? null : format.read(pieces, MAX_EVENTS);
    }

    /**
     * @return whether a further piece said it all
     */
    private static <H> boolean keep(
            HistoryFormat<H> format, H history, Map<String, List<byte[]>> pieces, String key) {
        if (pieces.containsKey(key) && !format.isChanged(history)) {
            return false;
        }
        byte[] next = pieces.containsKey(key) ? format.next(history) : null;
        if (next == null) {
            pieces.put(key, new ArrayList<>(List.of(format.first(history))));
        } else {
            pieces.get(key).add(next);
        }
        return next != null;
    }

    @Test
    void whatIsMoreThanOneEventIsNoFurtherPiece() throws IOException {
        CardHistory card = new CardHistory(MAX_EVENTS);
        TerminalHistory terminal = new TerminalHistory(MAX_EVENTS);
        for (int i = 0; i < 3; i++) {
            step(card, terminal, event(10 * i));
        }
        // Nothing was read.
        assertThat(cardFormat.next(card)).isNull();
        assertThat(terminalFormat.next(terminal)).isNull();

        List<byte[]> cardPieces = List.of(cardFormat.first(card));
        List<byte[]> terminalPieces = List.of(terminalFormat.first(terminal));
        for (int[] further : new int[][] {{}, {30, 31}}) {
            card = cardFormat.read(cardPieces, MAX_EVENTS);
            terminal = terminalFormat.read(terminalPieces, MAX_EVENTS);
            for (int number : further) {
                step(card, terminal, event(number));
            }
            assertThat(cardFormat.next(card)).isNull();
            assertThat(terminalFormat.next(terminal)).isNull();
        }
        for (int number : new int[] {30, 15, 20}) {
            card = cardFormat.read(cardPieces, MAX_EVENTS);
            terminal = terminalFormat.read(terminalPieces, MAX_EVENTS);
            step(card, terminal, event(number));
            assertThat(cardFormat.next(card)).hasSizeLessThan(cardPieces.get(0).length / 2);
            assertThat(terminalFormat.next(terminal)).isNotNull();
        }
        terminal.label(fraud());
        assertThat(terminalFormat.next(terminal)).isNull();
    }

    /** On the first event. */
    private static FraudLabel fraud() {
        return new FraudLabel(
                "event-0",
                "card",
                "here",
                null,
                GeneratedStream.START,
                true,
                GeneratedStream.START + 1,
                "analyst");
    }

    private FeatureEngine.CardStep step(CardHistory card, TerminalHistory terminal, Transaction t) {
        return engine.stepCard(card, t, engine.stepTerminal(terminal, t));
    }

    @Test
    void aSequenceOfFewerStepsEndsAsTheWholeOne() {
        CardHistory card = new CardHistory(MAX_EVENTS);
        for (int i = 0; i < 12; i++) {
            Transaction t = event(i);
            FeatureEngine.CardStep step =
                    engine.stepCard(
                            card, t, engine.stepTerminal(new TerminalHistory(MAX_EVENTS), t));
            float[][] whole = step.sequence();
            for (int steps = 1; steps <= 8; steps++) {
                float[][] last =
                        Arrays.copyOfRange(whole, Math.max(0, whole.length - steps), whole.length);
                assertThat(Arrays.deepEquals(step.sequence(steps), last)).isTrue();
            }
        }
    }
}
