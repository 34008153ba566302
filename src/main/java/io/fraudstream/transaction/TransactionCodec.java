package io.fraudstream.transaction;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;

/**
 * JSON to {@link Transaction} and back: the one door for job, replay and backtest. The wire's field
 * names are those of {@code schemas/transaction-v1.schema.json}; unknown fields are passed over, so
 * that producers may add some.
 *
 * <p>Decoding never throws: what is not acceptable comes back as a {@link Rejection} that names the
 * field, the value and what was expected. An instance is as safe for several threads as its {@link
 * CardTokenPolicy}.
 */
public final class TransactionCodec {
    /**
     * Before this no card transaction was stamped in milliseconds; seconds taken for milliseconds
     * land here.
     */
    private static final long EARLIEST = Instant.parse("2000-01-01T00:00:00Z").toEpochMilli();

    private static final Map<String, EntryMode> ENTRY_MODES =
            RecordReader.byWireName(EntryMode.class, EntryMode::wireName);
    private static final Map<String, MessageType> MESSAGE_TYPES =
            RecordReader.byWireName(MessageType.class, MessageType::wireName);

    private final DecodingLimits limits;
    private final ExchangeRates rates;
    private final CardTokenPolicy cardTokens;
    private final Clock clock;

    public TransactionCodec(
            DecodingLimits limits, ExchangeRates rates, CardTokenPolicy cardTokens, Clock clock) {
        this.limits = limits;
        this.rates = rates;
        this.cardTokens = cardTokens;
        this.clock = clock;
    }

    public ExchangeRates rates() {
        return rates;
    }

    /**
     * Decodes one record.
     *
     * @param payload UTF-8 JSON, or {@code null} for a record without a value
     * @return a {@link Transaction} or a {@link Rejection}
     */
    public Decoded decode(byte[] payload, Coordinates coordinates) {
        return RecordReader.decode(
                payload,
                coordinates,
                limits,
                record -> {
                    Fields fields = new Fields();
                    RecordReader.readObject(record, fields);
                    return checked(fields, coordinates);
                });
    }

    private Transaction checked(Fields f, Coordinates coordinates) throws Refused {
        RecordReader.required("transaction_id", f.id, "a string");
        long eventTime =
                RecordReader.required("event_time", f.eventTime, "milliseconds since the epoch");
        RecordReader.required("card_id", f.cardId, "a card token");
        long amount =
                RecordReader.required("amount_minor", f.amountMinor, "an integer in minor units");
        RecordReader.required("currency", f.currency, "an ISO 4217 code");
        MessageType type = f.messageType == null ? MessageType.AUTHORIZATION : f.messageType;

        checkEventTime("event_time", eventTime, receivedAt(coordinates), limits);
        String card = RecordReader.cardToken(f.cardId, cardTokens);
        RecordReader.checkNoCardNumber("transaction_id", f.id, cardTokens);
        RecordReader.checkNoCardNumber("terminal_id", f.terminalId, cardTokens);
        RecordReader.checkNoCardNumber("merchant_id", f.merchantId, cardTokens);
        RecordReader.checkNoCardNumber("device_id", f.deviceId, cardTokens);
        RecordReader.checkNoCardNumber("response_code", f.responseCode, cardTokens);
        RecordReader.checkNoCardNumber(
                "original_transaction_id", f.originalTransactionId, cardTokens);
        if (amount < 0 && type != MessageType.REVERSAL) {
            throw new Refused(
                    RejectionReason.NEGATIVE_AMOUNT,
                    "amount_minor",
                    "amount_minor is "
                            + amount
                            + ", expected zero or more unless message_type is reversal");
        }
        if (type == MessageType.REVERSAL) {
            RecordReader.required(
                    "original_transaction_id",
                    f.originalTransactionId,
                    "the transaction that is reversed");
        }
        if (Double.isNaN(f.latitude) != Double.isNaN(f.longitude)) {
            String missing = Double.isNaN(f.latitude) ? "latitude" : "longitude";
            throw new Refused(
                    RejectionReason.MISSING_FIELD,
                    missing,
                    missing + " is missing, expected with its other half");
        }
        return new Transaction(
                f.id,
                eventTime,
                card,
                amount,
                f.currency,
                baseAmount(amount, f.currency),
                f.terminalId,
                f.merchantId,
                f.mcc,
                f.country,
                f.entryMode,
                f.latitude,
                f.longitude,
                f.deviceId,
                f.responseCode,
                type,
                f.originalTransactionId);
    }

    private long baseAmount(long amount, String currency) throws Refused {
        if (!ExchangeRates.isIso4217(currency)) {
            throw new Refused(
                    RejectionReason.UNKNOWN_CURRENCY,
                    "currency",
                    "currency is " + RecordReader.shown(currency) + ", expected an ISO 4217 code");
        }
        if (!rates.knows(currency)) {
            throw new Refused(
                    RejectionReason.NO_EXCHANGE_RATE,
                    "currency",
                    "currency is "
                            + currency
                            + ", expected one with a rate in table "
                            + rates.version());
        }
        // Magnitudes beyond the cap in the record's own currency may not even fit after conversion.
        long magnitude;
        try {
            magnitude = rates.toBaseMinor(Math.absExact(amount), currency);
        } catch (ArithmeticException overflow) {
            magnitude = Long.MAX_VALUE;
        }
        if (magnitude > limits.maxAmountMinor()) {
            throw new Refused(
                    RejectionReason.AMOUNT_TOO_LARGE,
                    "amount_minor",
                    "amount_minor is "
                            + amount
                            + " "
                            + currency
                            + ", expected at most "
                            + limits.maxAmountMinor()
                            + " minor units of "
                            + rates.baseCurrency());
        }
        return magnitude;
    }

    /**
     * The record's own timestamp makes the check repeatable; the clock guards against producers
     * that stamp ahead.
     */
    private long receivedAt(Coordinates coordinates) {
        return receivedAt(coordinates, clock);
    }

    static long receivedAt(Coordinates coordinates, Clock clock) {
        long now = clock.millis();
        // Kafka's own "no timestamp" is -1.
        return coordinates.timestamp() < 0 ? now : Math.min(now, coordinates.timestamp());
    }

    static void checkEventTime(String field, long eventTime, long receivedAt, DecodingLimits limits)
            throws Refused {
        if (eventTime < EARLIEST) {
            throw new Refused(
                    RejectionReason.ANCIENT_EVENT_TIME,
                    field,
                    field
                            + " is "
                            + eventTime
                            + ", expected milliseconds since the epoch, 2000 or later");
        }
        if (eventTime > receivedAt + limits.maxFuture().toMillis()) {
            throw new Refused(
                    RejectionReason.FUTURE_EVENT_TIME,
                    field,
                    field
                            + " is "
                            + shownTime(eventTime)
                            + ", expected at most "
                            + limits.maxFuture()
                            + " after the record was received");
        }
    }

    /**
     * As digits where they could be a card number, which masking finds; an instant would hide it.
     */
    private static String shownTime(long millis) {
        String digits = Long.toString(millis);
        return CardNumbers.looksLikeCardNumber(digits)
                ? digits
                : Instant.ofEpochMilli(millis).toString();
    }

    /** The wire form of a transaction: compact JSON in UTF-8, absent fields left out. */
    public static byte[] encode(Transaction transaction) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(320);
        try (JsonGenerator json = RecordReader.JSON.createGenerator(bytes)) {
            json.writeStartObject();
            writeFields(json, transaction);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * Writes the wire's fields into an object that is open, so that other records can carry a
     * transaction.
     */
    public static void writeFields(JsonGenerator json, Transaction t) throws IOException {
        json.writeStringField("transaction_id", t.id());
        json.writeNumberField("event_time", t.eventTime());
        json.writeStringField("card_id", t.cardId());
        json.writeNumberField("amount_minor", t.amountMinor());
        json.writeStringField("currency", t.currency());
        writeOptional(json, "terminal_id", t.terminalId());
        writeOptional(json, "merchant_id", t.merchantId());
        writeOptional(json, "mcc", t.mcc());
        writeOptional(json, "country", t.country());
        writeOptional(json, "entry_mode", t.entryMode() == null ? null : t.entryMode().wireName());
        if (t.hasPlace()) {
            json.writeNumberField("latitude", t.latitude());
            json.writeNumberField("longitude", t.longitude());
        }
        writeOptional(json, "device_id", t.deviceId());
        writeOptional(json, "response_code", t.responseCode());
        if (t.messageType() != MessageType.AUTHORIZATION) {
            json.writeStringField("message_type", t.messageType().wireName());
        }
        writeOptional(json, "original_transaction_id", t.originalTransactionId());
    }

    static void writeOptional(JsonGenerator json, String field, String value) throws IOException {
        if (value != null) {
            json.writeStringField(field, value);
        }
    }

    /** The fields as they stand on the wire, before they are checked against each other. */
    private static final class Fields implements RecordReader.FieldReader {
        private String id;
        private Long eventTime;
        private String cardId;
        private Long amountMinor;
        private String currency;
        private String terminalId;
        private String merchantId;
        private String mcc;
        private String country;
        private EntryMode entryMode;
        private double latitude = Double.NaN;
        private double longitude = Double.NaN;
        private String deviceId;
        private String responseCode;
        private MessageType messageType;
        private String originalTransactionId;

        @Override
        public int read(String name, JsonParser parser) throws IOException, Refused {
            switch (name) {
                case "transaction_id" -> {
                    id = RecordReader.text(name, parser);
                    return 0;
                }
                case "event_time" -> {
                    eventTime = RecordReader.integer(name, parser);
                    return 1;
                }
                case "card_id" -> {
                    cardId = RecordReader.text(name, parser);
                    return 2;
                }
                case "amount_minor" -> {
                    amountMinor = RecordReader.integer(name, parser);
                    return 3;
                }
                case "currency" -> {
                    currency = RecordReader.text(name, parser);
                    return 4;
                }
                case "terminal_id" -> {
                    terminalId = RecordReader.text(name, parser);
                    return 5;
                }
                case "merchant_id" -> {
                    merchantId = RecordReader.text(name, parser);
                    return 6;
                }
                case "mcc" -> {
                    mcc = coded(name, RecordReader.text(name, parser), 4, '0', '9', "4 digits");
                    return 7;
                }
                case "country" -> {
                    country =
                            coded(
                                    name,
                                    RecordReader.text(name, parser),
                                    2,
                                    'A',
                                    'Z',
                                    "2 capital letters");
                    return 8;
                }
                case "entry_mode" -> {
                    entryMode = RecordReader.oneOf(name, parser, ENTRY_MODES);
                    return 9;
                }
                case "latitude" -> {
                    latitude = RecordReader.degrees(name, parser, 90);
                    return 10;
                }
                case "longitude" -> {
                    longitude = RecordReader.degrees(name, parser, 180);
                    return 11;
                }
                case "device_id" -> {
                    deviceId = RecordReader.text(name, parser);
                    return 12;
                }
                case "response_code" -> {
                    responseCode = RecordReader.text(name, parser);
                    return 13;
                }
                case "message_type" -> {
                    messageType = RecordReader.oneOf(name, parser, MESSAGE_TYPES);
                    return 14;
                }
                case "original_transaction_id" -> {
                    originalTransactionId = RecordReader.text(name, parser);
                    return 15;
                }
                default -> {
                    return -1;
                }
            }
        }

        private static String coded(
                String field, String text, int length, char from, char to, String expected)
                throws Refused {
            if (text == null) {
                return null;
            }
            boolean fits = text.length() == length;
            for (int i = 0; fits && i < length; i++) {
                fits = text.charAt(i) >= from && text.charAt(i) <= to;
            }
            if (!fits) {
                throw RecordReader.invalid(field, text, expected);
            }
            return text;
        }
    }
}
