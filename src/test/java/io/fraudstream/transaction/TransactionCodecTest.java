package io.fraudstream.transaction;

import static io.fraudstream.transaction.Records.HERE;
import static io.fraudstream.transaction.Records.NOW;
import static io.fraudstream.transaction.Records.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TransactionCodecTest {
    private static final String PAN = "4111111111111111";
    private static final String TIME = "\"event_time\":" + NOW.toEpochMilli();
    private static final String GOOD =
            "{\"transaction_id\":\"t1\","
                    + TIME
                    + ",\"card_id\":\"c1\",\"amount_minor\":1234,\"currency\":\"USD\"}";

    private final TransactionCodec codec =
            Records.transactions(CardTokenPolicy.rejectCardNumbers());

    @Test
    void aRecordWithTheRequiredFieldsIsATransaction() {
        Transaction transaction = (Transaction) codec.decode(bytes(GOOD), HERE);

        assertThat(transaction.id()).isEqualTo("t1");
        assertThat(transaction.eventTime()).isEqualTo(NOW.toEpochMilli());
        assertThat(transaction.amountMinor()).isEqualTo(1234);
        assertThat(transaction.baseAmountMinor()).isEqualTo(617);
        assertThat(transaction.messageType()).isEqualTo(MessageType.AUTHORIZATION);
        assertThat(transaction.hasPlace()).isFalse();
        assertThat(transaction.terminalKey()).isNull();
    }

    @Test
    void unknownFieldsAndNullsArePassedOver() {
        assertThat(
                        codec.decode(
                                bytes(
                                        with(
                                                "\"extra\":{\"deep\":[1,{\"x\":2}]},\"terminal_id\":null")),
                                HERE))
                .isEqualTo(codec.decode(bytes(GOOD), HERE));
    }

    static Stream<Arguments> rejected() {
        return Stream.of(
                // what, reason, field, part of the detail
                refused("", RejectionReason.EMPTY, null, "expected a JSON object"),
                refused("  ", RejectionReason.EMPTY, null, "found nothing"),
                refused(
                        with("\"extra\":\"" + "x".repeat(5000) + "\""),
                        RejectionReason.OVERSIZE,
                        null,
                        "at most 4096"),
                refused("not json", RejectionReason.MALFORMED_JSON, null, "byte "),
                refused("[1]", RejectionReason.MALFORMED_JSON, null, "expected a JSON object"),
                refused("\"text\"", RejectionReason.MALFORMED_JSON, null, "expected a JSON object"),
                refused(GOOD.substring(0, 40), RejectionReason.MALFORMED_JSON, null, "byte "),
                refused(GOOD + "x", RejectionReason.MALFORMED_JSON, null, "expected"),
                refused(
                        GOOD + GOOD,
                        RejectionReason.MALFORMED_JSON,
                        null,
                        "nothing after the object"),
                refused(with("\"latitude\":NaN"), RejectionReason.MALFORMED_JSON, null, "byte "),
                refused(
                        with("\"deep\":" + "[".repeat(100) + "]".repeat(100)),
                        RejectionReason.MALFORMED_JSON,
                        null,
                        "expected JSON"),
                refused(
                        without("transaction_id"),
                        RejectionReason.MISSING_FIELD,
                        "transaction_id",
                        "missing"),
                refused(
                        without("event_time"),
                        RejectionReason.MISSING_FIELD,
                        "event_time",
                        "milliseconds"),
                refused(without("card_id"), RejectionReason.MISSING_FIELD, "card_id", "token"),
                refused(
                        without("amount_minor"),
                        RejectionReason.MISSING_FIELD,
                        "amount_minor",
                        "minor units"),
                refused(without("currency"), RejectionReason.MISSING_FIELD, "currency", "ISO 4217"),
                refused(
                        with("\"latitude\":1"),
                        RejectionReason.MISSING_FIELD,
                        "longitude",
                        "other half"),
                refused(
                        with("\"longitude\":1"),
                        RejectionReason.MISSING_FIELD,
                        "latitude",
                        "other half"),
                refused(
                        with("\"message_type\":\"reversal\""),
                        RejectionReason.MISSING_FIELD,
                        "original_transaction_id",
                        "reversed"),
                refused(
                        set("transaction_id", "7"),
                        RejectionReason.WRONG_TYPE,
                        "transaction_id",
                        "the number \"7\""),
                refused(
                        set("event_time", "\"now\""),
                        RejectionReason.WRONG_TYPE,
                        "event_time",
                        "\"now\""),
                refused(
                        set("amount_minor", "12.5"),
                        RejectionReason.WRONG_TYPE,
                        "amount_minor",
                        "12.5"),
                refused(
                        set("amount_minor", "true"),
                        RejectionReason.WRONG_TYPE,
                        "amount_minor",
                        "boolean true"),
                refused(
                        set("card_id", "[[[\"c\"]]]"),
                        RejectionReason.WRONG_TYPE,
                        "card_id",
                        "an array"),
                refused(
                        set("currency", "{\"a\":1}"),
                        RejectionReason.WRONG_TYPE,
                        "currency",
                        "an object"),
                refused(
                        with("\"latitude\":\"1\""),
                        RejectionReason.WRONG_TYPE,
                        "latitude",
                        "a number"),
                refused(
                        set("amount_minor", "9".repeat(30)),
                        RejectionReason.INVALID_VALUE,
                        "amount_minor",
                        "64 bits"),
                refused(
                        set("transaction_id", "\"\""),
                        RejectionReason.INVALID_VALUE,
                        "transaction_id",
                        "128 char"),
                refused(
                        set("transaction_id", "\"" + "i".repeat(129) + "\""),
                        RejectionReason.INVALID_VALUE,
                        "transaction_id",
                        "…"),
                refused(
                        set("transaction_id", "\"a\\u0000b\""),
                        RejectionReason.INVALID_VALUE,
                        "transaction_id",
                        "\"a\\u0000b\""),
                refused(
                        set("card_id", "\"a\\ud83db\""),
                        RejectionReason.INVALID_VALUE,
                        "card_id",
                        "\"a\\ud83db\""),
                refused(with("\"mcc\":\"12a4\""), RejectionReason.INVALID_VALUE, "mcc", "4 digits"),
                refused(
                        with("\"country\":\"pt\""),
                        RejectionReason.INVALID_VALUE,
                        "country",
                        "capital"),
                refused(
                        with("\"entry_mode\":\"telepathy\""),
                        RejectionReason.INVALID_VALUE,
                        "entry_mode",
                        "chip"),
                refused(
                        with("\"message_type\":\"x\""),
                        RejectionReason.INVALID_VALUE,
                        "message_type",
                        "reversal"),
                refused(
                        with("\"latitude\":90.1,\"longitude\":0"),
                        RejectionReason.INVALID_VALUE,
                        "latitude",
                        "-90.0 to 90.0"),
                refused(
                        with("\"latitude\":1e999,\"longitude\":0"),
                        RejectionReason.INVALID_VALUE,
                        "latitude",
                        "1e999"),
                refused(
                        with("\"card_id\":\"c2\""),
                        RejectionReason.DUPLICATE_FIELD,
                        "card_id",
                        "twice"),
                refused(
                        set("amount_minor", "-1"),
                        RejectionReason.NEGATIVE_AMOUNT,
                        "amount_minor",
                        "-1"),
                refused(
                        set("amount_minor", "200000003"),
                        RejectionReason.AMOUNT_TOO_LARGE,
                        "amount_minor",
                        "at most 100000000 minor units of EUR"),
                refused(
                        set(
                                "amount_minor",
                                Long.MIN_VALUE
                                        + ",\"message_type\":\"reversal\","
                                        + "\"original_transaction_id\":\"o\""),
                        RejectionReason.AMOUNT_TOO_LARGE,
                        "amount_minor",
                        "at most"),
                refused(
                        set("currency", "\"XQQ\""),
                        RejectionReason.UNKNOWN_CURRENCY,
                        "currency",
                        "\"XQQ\""),
                refused(
                        set("currency", "\"SEK\""),
                        RejectionReason.NO_EXCHANGE_RATE,
                        "currency",
                        "table test"),
                refused(
                        set("event_time", Long.toString(NOW.toEpochMilli() + 3_600_001)),
                        RejectionReason.FUTURE_EVENT_TIME,
                        "event_time",
                        "2026-03-01T13:00:00.001Z"),
                refused(
                        set("event_time", Long.toString(Long.MAX_VALUE)),
                        RejectionReason.FUTURE_EVENT_TIME,
                        "event_time",
                        "after the record was received"),
                refused(
                        set("event_time", Long.toString(NOW.getEpochSecond())),
                        RejectionReason.ANCIENT_EVENT_TIME,
                        "event_time",
                        "2000 or later"),
                refused(
                        set("card_id", "\"" + PAN + "\""),
                        RejectionReason.CARD_NUMBER,
                        "card_id",
                        "411111******1111"));
    }

    @ParameterizedTest
    @MethodSource("rejected")
    void whatIsNotAcceptableSaysReasonFieldAndExpectation(
            byte[] payload, RejectionReason reason, String field, String detail) {
        Rejection rejection = (Rejection) codec.decode(payload, HERE);

        assertThat(rejection.reason()).isEqualTo(reason);
        assertThat(rejection.field()).isEqualTo(field);
        assertThat(rejection.detail()).contains(detail);
        assertThat(rejection.payloadBytes()).isEqualTo(payload.length);
        assertThat(rejection.coordinates()).isEqualTo(HERE);
        assertThat(rejection.payload()).doesNotContain(PAN);
    }

    @Test
    void everyReasonIsTriedAbove() {
        // Models are not the codec's to judge, and other encodings have tests of their own.
        Set<RejectionReason> tried =
                EnumSet.of(RejectionReason.INVALID_UTF8, RejectionReason.MODEL_REFUSED);
        rejected().forEach(arguments -> tried.add((RejectionReason) arguments.get()[1]));

        assertThat(tried).containsExactlyInAnyOrder(RejectionReason.values());
    }

    @Test
    void aRecordWithoutAValueIsEmpty() {
        Rejection rejection = (Rejection) codec.decode(null, HERE);

        assertThat(rejection.reason()).isEqualTo(RejectionReason.EMPTY);
        assertThat(rejection.payload()).isEmpty();
        assertThat(rejection.payloadBytes()).isZero();
    }

    @Test
    void bytesThatAreNotUtf8AreRejected() {
        byte[] whole = bytes(set("transaction_id", "\"é\""));
        int accent = new String(whole, StandardCharsets.ISO_8859_1).indexOf('\u00c3');

        assertReason(RejectionReason.INVALID_UTF8, Arrays.copyOf(whole, accent + 1));
        byte[] broken = whole.clone();
        broken[accent + 1] = 'x';
        assertReason(RejectionReason.INVALID_UTF8, broken);
        // An overlong form of the digit 4 and a surrogate in three bytes: no UTF-8 either.
        assertReason(RejectionReason.INVALID_UTF8, latin1(set("card_id", "\"\u00c0\u00b4\"")));
        assertReason(
                RejectionReason.INVALID_UTF8, latin1(set("card_id", "\"\u00ed\u00a0\u00bd\"")));
    }

    @Test
    void otherUnicodeEncodingsAreRejectedAndMasked() {
        for (String encoding : new String[] {"UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32BE"}) {
            byte[] payload = set("card_id", "\"" + PAN + "\"").getBytes(Charset.forName(encoding));
            Rejection rejection = (Rejection) codec.decode(payload, HERE);

            assertThat(rejection.reason()).as(encoding).isEqualTo(RejectionReason.INVALID_UTF8);
            assertThat(rejection.payload().replace("\0", "")).as(encoding).doesNotContain(PAN);
        }
    }

    @Test
    void aLongNumberIsNotRead() {
        assertReason(RejectionReason.MALFORMED_JSON, bytes(set("amount_minor", "1".repeat(3000))));
    }

    @Test
    void aMissingRecordTimestampLeavesTheClock() {
        Coordinates withoutTimestamp = new Coordinates("t", 0, 0, Coordinates.NO_TIMESTAMP);
        Coordinates kafkaWithoutTimestamp = new Coordinates("t", 0, 0, -1);
        Coordinates old = new Coordinates("t", 0, 0, NOW.toEpochMilli() - 3_600_001);
        Coordinates ahead = new Coordinates("t", 0, 0, Long.MAX_VALUE);

        assertThat(codec.decode(bytes(GOOD), withoutTimestamp)).isInstanceOf(Transaction.class);
        assertThat(codec.decode(bytes(GOOD), kafkaWithoutTimestamp))
                .isInstanceOf(Transaction.class);
        assertThat(codec.decode(bytes(GOOD), ahead)).isInstanceOf(Transaction.class);
        assertThat(((Rejection) codec.decode(bytes(GOOD), old)).reason())
                .isEqualTo(RejectionReason.FUTURE_EVENT_TIME);
    }

    @Test
    void aCardNumberIsTokenisedOrTrustedWhereThatIsSet() {
        byte[] payload = bytes(set("card_id", "\"4111 1111-1111 1111\""));
        TransactionCodec tokenising = Records.transactions(new HmacCardTokens(new byte[16]));
        TransactionCodec trusting = Records.transactions(CardTokenPolicy.trustedTokens());

        String token = ((Transaction) tokenising.decode(payload, HERE)).cardId();
        assertThat(token).matches("t:[0-9a-f]{32}");
        assertThat(
                        ((Transaction)
                                        tokenising.decode(
                                                bytes(set("card_id", "\"" + PAN + "\"")), HERE))
                                .cardId())
                .isEqualTo(token);
        assertThat(((Transaction) tokenising.decode(bytes(GOOD), HERE)).cardId()).isEqualTo("c1");
        assertThat(((Transaction) trusting.decode(payload, HERE)).cardId())
                .isEqualTo("4111 1111-1111 1111");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "transaction_id",
                "terminal_id",
                "merchant_id",
                "device_id",
                "response_code",
                "original_transaction_id"
            })
    void aCardNumberInAnyOtherFieldIsRefusedWithoutShowingIt(String field) {
        String value = "\"x-" + PAN + "\"";
        byte[] payload =
                bytes(
                        GOOD.contains(field)
                                ? set(field, value)
                                : with("\"" + field + "\":" + value));

        for (CardTokenPolicy policy :
                List.of(
                        CardTokenPolicy.rejectCardNumbers(),
                        new HmacCardTokens(new byte[16]),
                        CardTokenPolicy.trustedTokens())) {
            Rejection rejection = (Rejection) Records.transactions(policy).decode(payload, HERE);
            assertThat(rejection.reason()).isEqualTo(RejectionReason.CARD_NUMBER);
            assertThat(rejection.field()).isEqualTo(field);
            assertThat(rejection.toString()).doesNotContain(PAN).contains("******");
            assertThat(Records.transactions(policy.trusting(Set.of(field))).decode(payload, HERE))
                    .isInstanceOf(Transaction.class);
        }
    }

    @Test
    void aCardNumberIsNoInstantEither() {
        Rejection rejection =
                (Rejection) codec.decode(bytes(set("event_time", "4222222222222")), HERE);

        assertThat(rejection.reason()).isEqualTo(RejectionReason.FUTURE_EVENT_TIME);
        assertThat(rejection.toString()).doesNotContain("4222222222222", "2103-");
    }

    @Test
    void anotherKeyGivesAnotherToken() {
        byte[] otherKey = new byte[16];
        otherKey[0] = 1;

        assertThat(new HmacCardTokens(otherKey).tokenFor(PAN))
                .isNotEqualTo(new HmacCardTokens(new byte[16]).tokenFor(PAN));
    }

    @Test
    void aReversalMayTakeBackANegativeAmount() {
        Transaction reversal =
                (Transaction)
                        codec.decode(
                                bytes(
                                        set(
                                                "amount_minor",
                                                "-100,\"message_type\":\"reversal\",\"original_transaction_id\":\"o\"")),
                                HERE);

        assertThat(reversal.isReversal()).isTrue();
        assertThat(reversal.amountMinor()).isEqualTo(-100);
        assertThat(reversal.baseAmountMinor()).isEqualTo(50);
    }

    @Test
    void numbersAreMaskedInPayloadsHoweverTheyAreWritten() {
        String[] written = {
            PAN,
            "4111-1111-1111-1111",
            "4111 1111 1111 1111",
            "4111 - 1111 - 1111 - 1111",
            "4111.1111.1111.1111",
            "\\u0034111\\u0031111111111111",
            "4111\\u002d1111\\u00201111-1111",
            "\uff14111111111111111"
        };
        for (String number : written) {
            Rejection rejection =
                    (Rejection)
                            codec.decode(
                                    bytes(set("currency", "7,\"note\":\"" + number + "\"")), HERE);

            assertThat(rejection.reason()).isEqualTo(RejectionReason.WRONG_TYPE);
            assertThat(rejection.payload()).as(number).contains("**").doesNotContain(number);
        }
    }

    @Test
    void aNumberAcrossTheCutDoesNotEscape() {
        TransactionCodec wide =
                new TransactionCodec(
                        DecodingLimits.DEFAULT,
                        Records.RATES,
                        CardTokenPolicy.rejectCardNumbers(),
                        Clock.fixed(NOW, ZoneOffset.UTC));
        for (int cut = 0; cut <= 20; cut++) {
            String padding = "x".repeat(Rejection.MAX_PAYLOAD_CHARS - 2 - cut);
            Rejection rejection =
                    (Rejection) wide.decode(bytes("{\"" + padding + PAN + "\""), HERE);

            assertThat(rejection.payload()).hasSizeLessThanOrEqualTo(Rejection.MAX_PAYLOAD_CHARS);
            assertThat(rejection.payload()).doesNotContain("4111111");
        }
    }

    @Test
    void theCutLeavesNoHalfCharacter() throws IOException {
        TransactionCodec wide =
                new TransactionCodec(
                        DecodingLimits.DEFAULT,
                        Records.RATES,
                        CardTokenPolicy.rejectCardNumbers(),
                        Clock.fixed(NOW, ZoneOffset.UTC));
        for (String shift : new String[] {"", "x"}) {
            Rejection rejection =
                    (Rejection) wide.decode(bytes(shift + "\ud83d\ude00".repeat(5000)), HERE);

            Schemas.named("rejected-v1").assertValid(RejectionCodec.encode(rejection));
            assertThat(rejection.payload()).endsWith("\ud83d\ude00");
        }
    }

    @Test
    void encodedTransactionsFitTheSchemaAndComeBack() throws IOException {
        Schemas schema = Schemas.named("transaction-v1");
        Random random = new Random(42);
        for (int i = 0; i < 2_000; i++) {
            Transaction transaction = Records.random(random, i);
            byte[] encoded = TransactionCodec.encode(transaction);

            schema.assertValid(encoded);
            assertThat(codec.decode(encoded, HERE)).isEqualTo(transaction);
        }
    }

    @Test
    void theSchemaRefusesWhatTheCodecRefuses() throws IOException {
        Schemas schema = Schemas.named("transaction-v1");
        Set<RejectionReason> beyondASchema =
                EnumSet.of(
                        RejectionReason.EMPTY,
                        RejectionReason.OVERSIZE,
                        RejectionReason.MALFORMED_JSON,
                        RejectionReason.DUPLICATE_FIELD,
                        RejectionReason.AMOUNT_TOO_LARGE,
                        RejectionReason.UNKNOWN_CURRENCY,
                        RejectionReason.NO_EXCHANGE_RATE,
                        RejectionReason.FUTURE_EVENT_TIME,
                        RejectionReason.CARD_NUMBER);
        for (Arguments arguments : rejected().toList()) {
            byte[] payload = (byte[]) arguments.get()[0];
            String text = new String(payload, StandardCharsets.UTF_8);
            if (!beyondASchema.contains((RejectionReason) arguments.get()[1])
                    && !text.contains("\\u")) {
                assertThat(schema.isValid(payload)).as(text).isFalse();
            }
        }
        assertThat(schema.isValid(bytes(GOOD))).isTrue();
    }

    @Test
    void mutatedRecordsNeverThrow() throws IOException {
        Schemas schema = Schemas.named("rejected-v1");
        Random random = new Random(7);
        int accepted = 0;
        int rejected = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] payload = TransactionCodec.encode(Records.random(random, i));
            int mutations = 1 + random.nextInt(4);
            for (int m = 0; m < mutations; m++) {
                payload = mutated(payload, random);
            }
            Decoded decoded = codec.decode(payload, HERE);
            if (decoded instanceof Rejection rejection) {
                rejected++;
                if (i % 10 == 0) {
                    schema.assertValid(RejectionCodec.encode(rejection));
                }
            } else {
                accepted++;
                byte[] encoded = TransactionCodec.encode((Transaction) decoded);
                assertThat(codec.decode(encoded, HERE)).isEqualTo(decoded);
            }
        }
        assertThat(accepted).isGreaterThan(500);
        assertThat(rejected).isGreaterThan(10_000);
    }

    private static byte[] mutated(byte[] payload, Random random) {
        if (payload.length < 2) {
            return payload;
        }
        int at = random.nextInt(payload.length);
        int length = Math.min(payload.length - at, 1 + random.nextInt(8));
        byte[] result = payload.clone();
        switch (random.nextInt(5)) {
            case 0 -> result[at] = (byte) random.nextInt(256);
            case 1 -> result[at] ^= (byte) (1 << random.nextInt(8));
            case 2 -> {
                return Arrays.copyOf(payload, at);
            }
            case 3 -> {
                System.arraycopy(payload, at + length, result, at, payload.length - at - length);
                return Arrays.copyOf(result, payload.length - length);
            }
            default -> {
                byte[] token = bytes("{}[]\",:\\u0-.eE9 nulltrue".substring(random.nextInt(12)));
                result = Arrays.copyOf(payload, payload.length + token.length);
                System.arraycopy(token, 0, result, at, token.length);
                System.arraycopy(payload, at, result, at + token.length, payload.length - at);
            }
        }
        return result;
    }

    private void assertReason(RejectionReason reason, byte[] payload) {
        assertThat(((Rejection) codec.decode(payload, HERE)).reason()).isEqualTo(reason);
    }

    private static Arguments refused(
            String json, RejectionReason reason, String field, String detail) {
        return Arguments.of(bytes(json), reason, field, detail);
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String with(String fields) {
        return GOOD.substring(0, GOOD.length() - 1) + "," + fields + "}";
    }

    private static String set(String field, String value) {
        return GOOD.replaceFirst(
                "\"" + field + "\":(\"[^\"]*\"|\\d+)",
                "\"" + field + "\":" + Matcher.quoteReplacement(value));
    }

    private static String without(String field) {
        return set(field, "null");
    }
}
