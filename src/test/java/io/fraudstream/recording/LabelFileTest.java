package io.fraudstream.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.fraudstream.transaction.CardTokenPolicy;
import io.fraudstream.transaction.DecodingLimits;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.HmacCardTokens;
import io.fraudstream.transaction.LabelCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelFileTest {
    private static final Instant NOW = Instant.parse("2026-02-01T00:00:00Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    private static final String HEADER =
            "transaction_id,card_id,terminal_id,event_time,verdict,source,known_at\n";
    private static final String GOOD =
            "a,c1,t1,2026-01-01T00:00:00Z,fraud,chargeback,2026-01-09T00:00:00Z\n";

    private final LabelFile labels =
            new LabelFile(
                    new LabelCodec(
                            DecodingLimits.DEFAULT, CardTokenPolicy.rejectCardNumbers(), CLOCK),
                    CLOCK);

    @TempDir private Path directory;

    @Test
    void readsVerdictsInTheOrderInWhichTheyBecameKnown() throws IOException {
        long eventTime = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();

        assertThat(
                        labels.read(
                                file(
                                        HEADER
                                                + "\"b,2\",c2,,1767225600000,legitimate,analyst,\n"
                                                + GOOD)))
                .containsExactly(
                        new FraudLabel(
                                "a",
                                "c1",
                                "t1",
                                null,
                                eventTime,
                                true,
                                eventTime + 8 * 86_400_000L,
                                "chargeback"),
                        new FraudLabel(
                                "b,2",
                                "c2",
                                null,
                                null,
                                eventTime,
                                false,
                                NOW.toEpochMilli(),
                                "analyst"));
    }

    @Test
    void putsTheTokenInThePlaceOfACardNumber() throws IOException {
        CardTokenPolicy tokens = new HmacCardTokens(new byte[16]);
        LabelFile tokenizing =
                new LabelFile(new LabelCodec(DecodingLimits.DEFAULT, tokens, CLOCK), CLOCK);

        assertThat(tokenizing.read(file(HEADER + GOOD.replace("c1", "4111111111111111"))))
                .extracting(FraudLabel::cardId)
                .containsExactly(tokens.tokenFor("4111111111111111"))
                .doesNotContain("4111111111111111");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "b,c1,t1,2026-01-01T00:00:00Z,Fraud,x,          | line 3: verdict is \"Fraud\","
                        + " expected fraud or legitimate",
                "b,c1,t1,1 Jan,fraud,x,                         | line 3: event_time is \"1 Jan\","
                        + " expected milliseconds",
                "b,c1,t1,2026-01-01T00:00:00Z,fraud,x,later     | line 3: known_at is \"later\","
                        + " expected milliseconds",
                "b,c1,t1,2026-01-01T00:00:00Z,fraud,x,2025-12-31T00:00:00Z | line 3: known_at is"
                        + " \"1767139200000\", expected event_time",
                ",c1,t1,2026-01-01T00:00:00Z,fraud,x,           | line 3: transaction_id is \"\","
                        + " expected a value",
                "b,4111111111111111,t1,2026-01-01T00:00:00Z,fraud,x, | line 3: card_id is"
                        + " \"411111******1111\", expected a token",
                "b,c1,t1,2027-01-01T00:00:00Z,fraud,x,          | line 3: event_time is"
                        + " 2027-01-01T00:00:00Z, expected at most",
                "b,c1,t1                                        | line 3 has 3 values, expected 7"
            })
    void namesLineColumnValueAndExpectation(String line, String message) throws IOException {
        Path file = file(HEADER + GOOD + line.strip() + "\n" + GOOD);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> labels.read(file))
                .withMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "transaction_id,card_id,terminal_id,event_time,source         | no column verdict",
                "transaction_id,card_id,event_time,verdict,source             | neither a column"
                        + " terminal_id nor merchant_id",
                "transaction_id,card_id,terminal_id,event_time,verdict,source,knownat | the column"
                        + " \"knownat\", expected",
                "transaction_id,card_id,terminal_id,event_time,verdict,source,source  | the column"
                        + " \"source\" twice"
            })
    void refusesAHeaderThatDoesNotFit(String header, String message) throws IOException {
        Path file = file(header.strip() + "\n");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> labels.read(file))
                .withMessageContaining(message);
    }

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("labels.csv"), text);
    }
}
