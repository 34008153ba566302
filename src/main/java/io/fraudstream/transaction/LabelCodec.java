package io.fraudstream.transaction;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.Map;

/**
 * JSON to {@link FraudLabel} and back, as {@code schemas/label-v1.schema.json} describes it.
 * Decoding never throws; a label's card goes through the same {@link CardTokenPolicy} as a
 * transaction's, so that the two meet.
 */
public final class LabelCodec {
    private static final Map<String, Boolean> VERDICTS = Map.of("fraud", true, "legitimate", false);

    private final DecodingLimits limits;
    private final CardTokenPolicy cardTokens;
    private final Clock clock;

    public LabelCodec(DecodingLimits limits, CardTokenPolicy cardTokens, Clock clock) {
        this.limits = limits;
        this.cardTokens = cardTokens;
        this.clock = clock;
    }

    /**
     * Decodes one record.
     *
     * @return a {@link FraudLabel} or a {@link Rejection}
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

    private FraudLabel checked(Fields f, Coordinates coordinates) throws Refused {
        RecordReader.required("transaction_id", f.transactionId, "a string");
        RecordReader.required("card_id", f.cardId, "a card token");
        long eventTime =
                RecordReader.required("event_time", f.eventTime, "milliseconds since the epoch");
        String verdict = RecordReader.required("verdict", f.verdict, "fraud or legitimate");
        long knownAt = RecordReader.required("known_at", f.knownAt, "milliseconds since the epoch");
        RecordReader.required("source", f.source, "a string");
        TransactionCodec.checkEventTime(
                "event_time", eventTime, TransactionCodec.receivedAt(coordinates, clock), limits);
        if (knownAt < eventTime) {
            throw RecordReader.invalid(
                    "known_at", Long.toString(knownAt), "event_time (" + eventTime + ") or later");
        }
        if (!VERDICTS.containsKey(verdict)) {
            throw RecordReader.invalid("verdict", verdict, "fraud or legitimate");
        }
        String card = RecordReader.cardToken(f.cardId, cardTokens);
        RecordReader.checkNoCardNumber("transaction_id", f.transactionId, cardTokens);
        RecordReader.checkNoCardNumber("terminal_id", f.terminalId, cardTokens);
        RecordReader.checkNoCardNumber("merchant_id", f.merchantId, cardTokens);
        RecordReader.checkNoCardNumber("source", f.source, cardTokens);
        return new FraudLabel(
                f.transactionId,
                card,
                f.terminalId,
                f.merchantId,
                eventTime,
                VERDICTS.get(verdict),
                knownAt,
                f.source);
    }

    /** The wire form of a label: compact JSON in UTF-8. */
    public static byte[] encode(FraudLabel label) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator json = RecordReader.JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("transaction_id", label.transactionId());
            json.writeStringField("card_id", label.cardId());
            TransactionCodec.writeOptional(json, "terminal_id", label.terminalId());
            TransactionCodec.writeOptional(json, "merchant_id", label.merchantId());
            json.writeNumberField("event_time", label.eventTime());
            json.writeStringField("verdict", label.fraud() ? "fraud" : "legitimate");
            json.writeNumberField("known_at", label.knownAt());
            json.writeStringField("source", label.source());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static final class Fields implements RecordReader.FieldReader {
        private String transactionId;
        private String cardId;
        private String terminalId;
        private String merchantId;
        private Long eventTime;
        private String verdict;
        private Long knownAt;
        private String source;

        @Override
        public int read(String name, JsonParser parser) throws IOException, Refused {
            switch (name) {
                case "transaction_id" -> {
                    transactionId = RecordReader.text(name, parser);
                    return 0;
                }
                case "card_id" -> {
                    cardId = RecordReader.text(name, parser);
                    return 1;
                }
                case "terminal_id" -> {
                    terminalId = RecordReader.text(name, parser);
                    return 2;
                }
                case "merchant_id" -> {
                    merchantId = RecordReader.text(name, parser);
                    return 3;
                }
                case "event_time" -> {
                    eventTime = RecordReader.integer(name, parser);
                    return 4;
                }
                case "verdict" -> {
                    verdict = RecordReader.text(name, parser);
                    return 5;
                }
                case "known_at" -> {
                    knownAt = RecordReader.integer(name, parser);
                    return 6;
                }
                case "source" -> {
                    source = RecordReader.text(name, parser);
                    return 7;
                }
                default -> {
                    return -1;
                }
            }
        }
    }
}
