package io.fraudstream.transaction;

import static io.fraudstream.transaction.Records.HERE;
import static io.fraudstream.transaction.Records.NOW;
import static io.fraudstream.transaction.Records.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelCodecTest {
    private static final long TIME = NOW.toEpochMilli();
    private static final String GOOD =
            "{'transaction_id':'t1','card_id':'c1','merchant_id':'m1','event_time':"
                    + TIME
                    + ",'verdict':'fraud','known_at':"
                    + (TIME + 1)
                    + ",'source':'chargeback'}";

    private final LabelCodec codec = Records.labels(CardTokenPolicy.rejectCardNumbers());

    @Test
    void aLabelMeetsItsTransactionsTerminal() {
        FraudLabel label = (FraudLabel) decode(GOOD);

        assertThat(label.fraud()).isTrue();
        assertThat(label.knownAt()).isEqualTo(TIME + 1);
        assertThat(label.terminalKey()).isEqualTo("m:m1");
    }

    @Test
    void aLabelMayBeKnownInTheFuture() {
        assertThat(
                        decode(
                                GOOD.replace(
                                        "'known_at':" + (TIME + 1),
                                        "'known_at':" + (TIME + 86_400_000L * 30))))
                .isInstanceOf(FraudLabel.class);
    }

    @ParameterizedTest
    @CsvSource({
        "'transaction_id', '\"transaction_id\":\"t1\"', '\"x\":1', MISSING_FIELD",
        "'card_id', '\"c1\"', 'null', MISSING_FIELD",
        "'card_id', '\"c1\"', '\"5555 5555 5555 4444\"', CARD_NUMBER",
        "'event_time', '\"event_time\":1', '\"event_time\":-1', ANCIENT_EVENT_TIME",
        "'event_time', '\"event_time\":1', '\"event_time\":91', FUTURE_EVENT_TIME",
        "'verdict', '\"fraud\"', 'null', MISSING_FIELD",
        "'verdict', '\"fraud\"', '\"guilty\"', INVALID_VALUE",
        "'verdict', '\"fraud\"', 'true', WRONG_TYPE",
        "'known_at', '\"known_at\":1', '\"known_at\":-1', INVALID_VALUE",
        "'known_at', '\"known_at\":', '\"known\":', MISSING_FIELD",
        "'source', '\"chargeback\"', 'null', MISSING_FIELD",
        "'source', '\"chargeback\"', '\"a\",\"source\":\"b\"', DUPLICATE_FIELD"
    })
    void whatIsNotAcceptableSaysWhy(String field, String from, String to, RejectionReason reason) {
        String json = GOOD.replace('\'', '"');
        assertThat(json).contains(from);

        Rejection rejection = (Rejection) codec.decode(bytes(json.replace(from, to)), HERE);

        assertThat(rejection.reason()).isEqualTo(reason);
        assertThat(rejection.field()).isEqualTo(field);
        assertThat(rejection.detail()).startsWith(field);
    }

    @Test
    void emptyOversizeAndBrokenRecordsAreRejected() {
        assertThat(((Rejection) codec.decode(null, HERE)).reason())
                .isEqualTo(RejectionReason.EMPTY);
        assertThat(((Rejection) codec.decode(new byte[5000], HERE)).reason())
                .isEqualTo(RejectionReason.OVERSIZE);
        assertThat(((Rejection) codec.decode(bytes("{"), HERE)).reason())
                .isEqualTo(RejectionReason.MALFORMED_JSON);
    }

    @Test
    void encodedLabelsFitTheSchemaAndComeBack() throws IOException {
        Schemas schema = Schemas.named("label-v1");
        Random random = new Random(42);
        for (int i = 0; i < 500; i++) {
            long time = TIME - random.nextInt(1_000_000);
            FraudLabel label =
                    new FraudLabel(
                            "t" + i,
                            "c" + random.nextInt(10),
                            random.nextBoolean() ? "terminal" : null,
                            random.nextBoolean() ? "merchant" : null,
                            time,
                            random.nextBoolean(),
                            time + random.nextInt(1_000_000),
                            "analyst");
            byte[] encoded = LabelCodec.encode(label);

            schema.assertValid(encoded);
            assertThat(codec.decode(encoded, HERE)).isEqualTo(label);
        }
    }

    private Decoded decode(String json) {
        return codec.decode(bytes(json.replace('\'', '"')), HERE);
    }
}
