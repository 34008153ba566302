package io.fraudstream.transaction;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * Reads one flat JSON object field by field, refusing what is not there, not of its type or not in
 * its range.
 */
final class RecordReader {
    static final int MAX_ID_LENGTH = 128;
    private static final int MAX_SHOWN_VALUE = 80;
    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long LOWEST_BITS = 0x0101010101010101L;
    private static final long HIGHEST_BITS = 0x8080808080808080L;

    static final JsonFactory JSON =
            JsonFactory.builder()
                    // It throws what is no IOException, and the record's size bounds the names.
                    .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
                    // Gives the same numbers, sooner.
                    .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(32)
                                    .maxNumberLength(64)
                                    .maxNameLength(256)
                                    .build())
                    .build();

    /** The type-specific part: what to do with the field that the parser stands on. */
    @FunctionalInterface
    interface FieldReader {
        /** The field's number, or -1 for one that is unknown and was skipped or not consumed. */
        int read(String name, JsonParser parser) throws IOException, Refused;
    }

    private RecordReader() {}

    /** What turns a record of an acceptable size into a fact. */
    @FunctionalInterface
    interface Decoder {
        Decoded decode(byte[] payload) throws IOException, Refused;
    }

    /** Decodes a record; whatever is wrong with it comes back as a rejection. */
    static Decoded decode(
            byte[] payload, Coordinates coordinates, DecodingLimits limits, Decoder decoder) {
        try {
            if (payload == null || payload.length == 0) {
                throw new Refused(
                        RejectionReason.EMPTY, null, "the record is empty, expected a JSON object");
            }
            if (payload.length > limits.maxRecordBytes()) {
                throw new Refused(
                        RejectionReason.OVERSIZE,
                        null,
                        "the record has "
                                + payload.length
                                + " bytes, expected at most "
                                + limits.maxRecordBytes());
            }
            return decoder.decode(payload);
        } catch (Refused refused) {
            return rejection(refused, payload, coordinates);
        } catch (IOException broken) {
            return malformed(broken, payload, coordinates);
        }
    }

    /**
     * Feeds each field to the reader and refuses anything but one complete object without repeated
     * fields.
     */
    static void readObject(byte[] payload, FieldReader fields) throws IOException, Refused {
        checkEncoding(payload);
        try (JsonParser parser = JSON.createParser(payload)) {
            JsonToken first = parser.nextToken();
            if (first != JsonToken.START_OBJECT) {
                throw new Refused(
                        first == null ? RejectionReason.EMPTY : RejectionReason.MALFORMED_JSON,
                        null,
                        "expected a JSON object, found " + (first == null ? "nothing" : first));
            }
            long seen = 0;
            for (String name = parser.nextFieldName();
                    name != null;
                    name = parser.nextFieldName()) {
                JsonToken value = parser.nextToken();
                int number = fields.read(name, parser);
                if (number < 0) {
                    parser.skipChildren();
                    continue;
                }
                if (value == JsonToken.START_OBJECT || value == JsonToken.START_ARRAY) {
                    throw wrongType(name, parser, "a plain value");
                }
                if ((seen & 1L << number) != 0) {
                    throw new Refused(
                            RejectionReason.DUPLICATE_FIELD,
                            name,
                            name + " stands twice, expected once");
                }
                seen |= 1L << number;
            }
            if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
                throw new Refused(
                        RejectionReason.MALFORMED_JSON, null, "expected nothing after the object");
            }
        }
    }

    /**
     * A text of 1 to {@link #MAX_ID_LENGTH} characters without control characters, or {@code null}
     * for JSON null.
     */
    static String text(String field, JsonParser parser) throws IOException, Refused {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_NULL) {
            return null;
        }
        if (token != JsonToken.VALUE_STRING) {
            throw wrongType(field, parser, "a string");
        }
        char[] characters = parser.getTextCharacters();
        int from = parser.getTextOffset();
        int length = parser.getTextLength();
        if (length == 0 || length > MAX_ID_LENGTH) {
            throw invalid(field, parser.getText(), "1 to " + MAX_ID_LENGTH + " characters");
        }
        boolean plain = true;
        for (int i = from; i < from + length; i++) {
            plain &= characters[i] >= ' ' && characters[i] <= '~';
        }
        String text =
                plain && length <= ShortTexts.MAX_LENGTH
                        ? ShortTexts.of(characters, from, length)
                        : new String(characters, from, length);
        if (!plain) {
            checkCharacters(field, text);
        }
        return text;
    }

    private static void checkCharacters(String field, String text) throws Refused {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean pairBegins =
                    Character.isHighSurrogate(c)
                            && i + 1 < text.length()
                            && Character.isLowSurrogate(text.charAt(i + 1));
            if (pairBegins) {
                i++;
            } else if (Character.isISOControl(c) || Character.isSurrogate(c)) {
                throw invalid(field, text, "no control characters and no half surrogates");
            }
        }
    }

    static Long integer(String field, JsonParser parser) throws IOException, Refused {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_NULL) {
            return null;
        }
        if (token != JsonToken.VALUE_NUMBER_INT) {
            throw wrongType(field, parser, "an integer");
        }
        try {
            return parser.getLongValue();
        } catch (InputCoercionException tooLong) {
            throw invalid(field, parser.getText(), "an integer of 64 bits");
        }
    }

    /** A number in degrees within ±{@code limit}; NaN for JSON null. */
    static double degrees(String field, JsonParser parser, double limit)
            throws IOException, Refused {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_NULL) {
            return Double.NaN;
        }
        if (token != JsonToken.VALUE_NUMBER_INT && token != JsonToken.VALUE_NUMBER_FLOAT) {
            throw wrongType(field, parser, "a number");
        }
        double value = parser.getDoubleValue();
        if (!(Math.abs(value) <= limit)) {
            throw invalid(field, parser.getText(), "-" + limit + " to " + limit);
        }
        return value;
    }

    static <E extends Enum<E>> E oneOf(String field, JsonParser parser, Map<String, E> names)
            throws IOException, Refused {
        String text = text(field, parser);
        if (text == null) {
            return null;
        }
        E value = names.get(text);
        if (value == null) {
            throw invalid(field, text, "one of " + names.keySet());
        }
        return value;
    }

    static <E extends Enum<E>> Map<String, E> byWireName(
            Class<E> type, Function<E, String> wireName) {
        Map<String, E> names = new LinkedHashMap<>();
        for (E value : type.getEnumConstants()) {
            names.put(wireName.apply(value), value);
        }
        return names;
    }

    static <T> T required(String field, T value, String expected) throws Refused {
        if (value == null) {
            throw new Refused(
                    RejectionReason.MISSING_FIELD,
                    field,
                    field + " is missing, expected " + expected);
        }
        return value;
    }

    /**
     * The card's token.
     *
     * @throws Refused if it is a card number that must not pass
     */
    static String cardToken(String cardId, CardTokenPolicy policy) throws Refused {
        String token = policy.tokenFor(cardId);
        if (token == null) {
            throw cardNumber("card_id", cardId, "a token and not a card number");
        }
        return token;
    }

    /** Refuses a card number in a field that is to hold something else; {@code null} is fine. */
    static void checkNoCardNumber(String field, String value, CardTokenPolicy policy)
            throws Refused {
        if (value != null && CardNumbers.holdsCardNumber(value) && !policy.trusts(field)) {
            throw cardNumber(field, value, "no card number in it");
        }
    }

    private static Refused cardNumber(String field, String value, String expected) {
        return new Refused(
                RejectionReason.CARD_NUMBER,
                field,
                field + " is " + shown(value) + ", expected " + expected);
    }

    static Refused invalid(String field, String value, String expected) {
        return new Refused(
                RejectionReason.INVALID_VALUE,
                field,
                field + " is " + shown(value) + ", expected " + expected);
    }

    private static Refused wrongType(String field, JsonParser parser, String expected)
            throws IOException {
        String found =
                switch (parser.currentToken()) {
                    case VALUE_STRING -> "the string " + shown(parser.getText());
                    case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
                            "the number " + shown(parser.getText());
                    case VALUE_TRUE, VALUE_FALSE -> "the boolean " + parser.getText();
                    case START_ARRAY -> "an array";
                    case START_OBJECT -> "an object";
                    default -> parser.currentToken().toString();
                };
        return new Refused(
                RejectionReason.WRONG_TYPE,
                field,
                field + " is " + found + ", expected " + expected);
    }

    static String shown(String value) {
        String masked = CardNumbers.mask(value);
        String cut =
                masked.length() > MAX_SHOWN_VALUE
                        ? masked.substring(0, MAX_SHOWN_VALUE) + "…"
                        : masked;
        StringBuilder shown = new StringBuilder("\"");
        cut.codePoints()
                .forEach(
                        c -> {
                            if (Character.isISOControl(c)
                                    || (c >= Character.MIN_SURROGATE
                                            && c <= Character.MAX_SURROGATE)) {
                                shown.append(String.format(Locale.ROOT, "\\u%04x", c));
                            } else {
                                shown.appendCodePoint(c);
                            }
                        });
        return shown.append('"').toString();
    }

    private static Rejection rejection(Refused refused, byte[] payload, Coordinates coordinates) {
        return new Rejection(
                refused.reason,
                refused.field,
                CardNumbers.mask(refused.getMessage()),
                maskedText(payload),
                payload == null ? 0 : payload.length,
                coordinates);
    }

    private static Rejection malformed(IOException error, byte[] payload, Coordinates coordinates) {
        return rejection(
                new Refused(
                        RejectionReason.MALFORMED_JSON,
                        null,
                        "expected JSON, found a fault at " + position(error)),
                payload,
                coordinates);
    }

    private static String position(IOException error) {
        return error instanceof JsonProcessingException json && json.getLocation() != null
                ? "byte " + json.getLocation().getByteOffset()
                : "an unknown place";
    }

    /**
     * The parser would take UTF-16 for JSON too, and overlong UTF-8: card numbers in either would
     * not be seen when the payload is masked.
     */
    private static void checkEncoding(byte[] payload) throws Refused {
        // Eight bytes at a time. Where one is subtracted from each, the lowest zero byte, and none
        // without one, gets a highest bit that it had not.
        long bits = 0;
        boolean zero = false;
        int i = 0;
        for (; i + Long.BYTES <= payload.length; i += Long.BYTES) {
            long eight = (long) EIGHT_BYTES.get(payload, i);
            bits |= eight;
            zero |= (eight - LOWEST_BITS & ~eight & HIGHEST_BITS) != 0;
        }
        for (; i < payload.length; i++) {
            bits |= payload[i];
            zero |= payload[i] == 0;
        }
        boolean ascii = (bits & HIGHEST_BITS) == 0;
        if (zero || (!ascii && !isUtf8(payload))) {
            throw new Refused(
                    RejectionReason.INVALID_UTF8, null, "expected UTF-8, found other bytes");
        }
    }

    private static boolean isUtf8(byte[] payload) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload));
            return true;
        } catch (CharacterCodingException broken) {
            return false;
        }
    }

    /**
     * The payload as text, masked before it is cut so that no number escapes by lying across the
     * cut.
     */
    static String maskedText(byte[] payload) {
        if (payload == null) {
            return "";
        }
        int enough = Math.min(payload.length, 8 * Rejection.MAX_PAYLOAD_CHARS);
        String text = CardNumbers.mask(new String(payload, 0, enough, StandardCharsets.UTF_8));
        if (text.length() <= Rejection.MAX_PAYLOAD_CHARS) {
            return text;
        }
        int cut = Rejection.MAX_PAYLOAD_CHARS;
        return text.substring(0, Character.isHighSurrogate(text.charAt(cut - 1)) ? cut - 1 : cut);
    }
}
