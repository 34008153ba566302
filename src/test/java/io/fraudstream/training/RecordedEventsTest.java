package io.fraudstream.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.fraudstream.recording.Mapping;
import io.fraudstream.transaction.DecodingLimits;
import io.fraudstream.transaction.ExchangeRates;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.HmacCardTokens;
import io.fraudstream.transaction.RejectionReason;
import io.fraudstream.transaction.Transaction;
import io.fraudstream.transaction.TransactionCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordedEventsTest {
    private static final Mapping MAPPING =
            Mapping.parse(
                    "test.yaml",
                    """
                    format: csv
                    columns: {transaction_id: id, event_time: time, card_id: card, terminal_id: at, amount_minor: amount}
                    constants: {currency: EUR}
                    timeFormat: iso-8601
                    amountUnit: minor
                    labels: {column: fraud, fraud: ["yes"], labelDelay: 2d, source: test}
                    """);

    @TempDir private Path directory;

    @Test
    void sortsEventsAndLabelsAndCountsWhatIsRefused() throws IOException {
        Path file =
                Files.write(
                        directory.resolve("rows.csv"),
                        List.of(
                                "id,time,card,at,amount,fraud",
                                "b,2018-04-02T00:00:00Z,4111111111111111,m,200,yes",
                                "a,2018-04-02T00:00:00Z,c,m,100,no",
                                "c,2018-04-01T00:00:00Z,c,m,100,yes",
                                "d,2018-04-01T00:00:00Z,c,m,-5,yes",
                                "e,2018-04-03T00:00:00Z,c,m,100,yes"));
        TransactionCodec codec =
                new TransactionCodec(
                        DecodingLimits.DEFAULT,
                        ExchangeRates.only("EUR"),
                        new HmacCardTokens(new byte[16]),
                        Clock.systemUTC());

        RecordedEvents events =
                RecordedEvents.read(
                        List.of(file),
                        MAPPING,
                        codec,
                        Instant.parse("2018-04-03T00:00:00Z").toEpochMilli());

        assertThat(events.transactions())
                .extracting(Transaction::id)
                .containsExactly("c", "a", "b");
        assertThat(events.labels()).extracting(FraudLabel::transactionId).containsExactly("c", "b");
        assertThat(events.labels().get(1).knownAt())
                .isEqualTo(Instant.parse("2018-04-04T00:00:00Z").toEpochMilli());
        assertThat(events.labels().get(1).cardId())
                .isEqualTo(events.transactions().get(2).cardId())
                .startsWith("t:");
        assertThat(events.rejected()).isEqualTo(1);
        assertThat(events.firstRejection().reason()).isEqualTo(RejectionReason.NEGATIVE_AMOUNT);
        assertThat(events.firstRejection().coordinates().offset()).isEqualTo(5);
    }
}
