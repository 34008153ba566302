package io.fraudstream.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fraudstream.transaction.ExchangeRates;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.MessageType;
import io.fraudstream.transaction.Transaction;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/**
 * The oracle on two months of a recorded stream, where {@code -Dfraudstream.recording=DIRECTORY}
 * says where it lies: all events of 50 cards, with whole histories of the terminals that they
 * visit.
 */
class RecordedFeaturesTest {
    private static final String PROPERTY = "fraudstream.recording";
    private static final String[] FILES = {"handbook-2018-04.csv.gz", "handbook-2018-05.csv.gz"};
    private static final int CARDS = 50;
    private static final int MAX_EVENTS = 4096;

    private record Recorded(Transaction transaction, boolean fraud) {}

    @Test
    void everyFeatureOfFiftyCardsIsWhatItsDefinitionSays(TestReporter reporter) throws IOException {
        String directory = System.getProperty(PROPERTY);
        assumeTrue(
                directory != null,
                "no recording given: -D" + PROPERTY + "=DIRECTORY with " + FILES[0]);
        List<Recorded> recorded = new ArrayList<>();
        for (String file : FILES) {
            read(Path.of(directory, file), recorded);
        }
        recorded.sort(
                Comparator.comparingLong((Recorded r) -> r.transaction().eventTime())
                        .thenComparing(r -> r.transaction().id()));
        // Cards that have frauds, since their terminals have the more interesting histories.
        Set<String> cards =
                recorded.stream()
                        .filter(Recorded::fraud)
                        .map(r -> r.transaction().cardId())
                        .distinct()
                        .limit(CARDS)
                        .collect(Collectors.toSet());
        Set<String> terminals =
                recorded.stream()
                        .map(Recorded::transaction)
                        .filter(t -> cards.contains(t.cardId()))
                        .map(Transaction::terminalKey)
                        .collect(Collectors.toSet());

        FeatureSchema schema = new FeatureSchema(ExchangeRates.only("EUR"));
        FeatureEngine engine = new FeatureEngine(schema);
        FeatureOracle oracle = new FeatureOracle(schema);
        Map<String, CardHistory> cardHistories = new HashMap<>();
        Map<String, TerminalHistory> terminalHistories = new HashMap<>();
        double[] measured = new double[schema.size()];
        int compared = 0;
        int withKnownFrauds = 0;
        for (Recorded r : recorded) {
            Transaction t = r.transaction();
            if (!terminals.contains(t.terminalKey())) {
                continue;
            }
            TerminalHistory terminal =
                    terminalHistories.computeIfAbsent(
                            t.terminalKey(), key -> new TerminalHistory(MAX_EVENTS));
            CardHistory card =
                    cardHistories.computeIfAbsent(t.cardId(), key -> new CardHistory(MAX_EVENTS));
            if (r.fraud()) {
                FraudLabel label = labelOf(t);
                terminal.label(label);
                oracle.label(label);
            }
            engine.stepTerminal(terminal, t, measured);
            engine.stepCard(card, t, measured);
            double[] expected = oracle.step(t);
            if (cards.contains(t.cardId())) {
                OracleAgreement.check(schema, t, expected, measured);
                compared++;
                withKnownFrauds +=
                        measured[schema.indexOf("terminal_known_frauds_30d")] > 0 ? 1 : 0;
            }
        }
        reporter.publishEntry(
                "compared",
                compared
                        + " recorded events of "
                        + cards.size()
                        + " cards at "
                        + terminals.size()
                        + " terminals, "
                        + withKnownFrauds
                        + " at terminals with known frauds");
        assertThat(cards).hasSize(CARDS);
        assertThat(compared).isGreaterThan(CARDS);
        assertThat(withKnownFrauds).isPositive();
    }

    private static FraudLabel labelOf(Transaction t) {
        long knownAt = t.eventTime() + FeatureSchema.LABEL_DELAY;
        return new FraudLabel(
                t.id(),
                t.cardId(),
                t.terminalId(),
                t.merchantId(),
                t.eventTime(),
                true,
                knownAt,
                "recording");
    }

    private static void read(Path file, List<Recorded> into) throws IOException {
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(Files.newInputStream(file)),
                                StandardCharsets.UTF_8))) {
            List<String> columns = List.of(lines.readLine().split(","));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] fields = line.split(",");
                long time =
                        LocalDateTime.parse(
                                        fields[columns.indexOf("TX_DATETIME")].replace(' ', 'T'))
                                .toInstant(ZoneOffset.UTC)
                                .toEpochMilli();
                long amount =
                        new BigDecimal(fields[columns.indexOf("TX_AMOUNT")])
                                .movePointRight(2)
                                .longValueExact();
                Transaction t =
                        new Transaction(
                                fields[columns.indexOf("TRANSACTION_ID")],
                                time,
                                fields[columns.indexOf("CUSTOMER_ID")],
                                amount,
                                "EUR",
                                amount,
                                fields[columns.indexOf("TERMINAL_ID")],
                                null,
                                null,
                                null,
                                null,
                                Double.NaN,
                                Double.NaN,
                                null,
                                null,
                                MessageType.AUTHORIZATION,
                                null);
                into.add(new Recorded(t, fields[columns.indexOf("TX_FRAUD")].equals("1")));
            }
        }
    }
}
