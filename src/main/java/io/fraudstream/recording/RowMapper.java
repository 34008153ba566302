package io.fraudstream.recording;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.fraudstream.transaction.Coordinates;
import io.fraudstream.transaction.EntryMode;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.MessageType;
import io.fraudstream.transaction.Transaction;
import io.fraudstream.transaction.TransactionCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.util.Currency;
import java.util.HashMap;
import java.util.Map;

/** Turns the values of one row into a wire record and, where the row says fraud, a label. */
final class RowMapper {
    /** The slots behind those of {@link WireField}. */
    static final int VERDICT = WireField.values().length;

    static final int KNOWN_AT = VERDICT + 1;
    static final int SLOTS = KNOWN_AT + 1;

    private static final long UNREADABLE = Long.MIN_VALUE;
    private static final int MAX_LONG_DIGITS = 18;
    private static final int MAX_NUMBER_LENGTH = 64;
    private static final JsonFactory JSON = new JsonFactory();
    private static final Map<String, EntryMode> ENTRY_MODES = new HashMap<>();
    private static final Map<String, MessageType> MESSAGE_TYPES = new HashMap<>();
    private static final Map<String, Integer> MINOR_DIGITS = new HashMap<>();

    static {
        for (EntryMode mode : EntryMode.values()) {
            ENTRY_MODES.put(mode.wireName(), mode);
        }
        for (MessageType type : MessageType.values()) {
            MESSAGE_TYPES.put(type.wireName(), type);
        }
        for (Currency currency : Currency.getAvailableCurrencies()) {
            MINOR_DIGITS.put(
                    currency.getCurrencyCode(), Math.max(0, currency.getDefaultFractionDigits()));
        }
    }

    private final Mapping mapping;
    private final LabelRule labels;
    private final TimeFormat.Parser times;
    private long unmapped;
    private long unusableLabels;

    RowMapper(Mapping mapping) {
        this.mapping = mapping;
        this.labels = mapping.labels().orElse(null);
        this.times = mapping.timeFormat().parser();
    }

    /** How many rows became records that the codec refuses. */
    long unmapped() {
        return unmapped;
    }

    /**
     * How many rows said fraud without giving a label: no id, no card, no readable time or one
     * before the event.
     */
    long unusableLabels() {
        return unusableLabels;
    }

    /** A line that is no row at all goes on as it is, and the codec says what it found. */
    RecordedTransaction unreadable(byte[] line, Coordinates coordinates) {
        unmapped++;
        return new RecordedTransaction(
                line, null, RecordedTransaction.NO_EVENT_TIME, null, coordinates);
    }

    /**
     * @param slots the row's values, {@code null} where it has none
     */
    RecordedTransaction map(String[] slots, Coordinates coordinates) {
        mapping.constants().forEach((field, value) -> slots[field.ordinal()] = value);
        String card = plain(slots, WireField.CARD_ID);
        long eventTime = millis(slots[WireField.EVENT_TIME.ordinal()]);
        Transaction transaction = transaction(slots, card, eventTime);
        byte[] payload;
        if (transaction == null) {
            unmapped++;
            payload = refusable(slots, eventTime);
        } else {
            payload = TransactionCodec.encode(transaction);
        }
        FraudLabel label = labels == null ? null : label(slots, card, eventTime);
        long time = eventTime == UNREADABLE ? RecordedTransaction.NO_EVENT_TIME : eventTime;
        return new RecordedTransaction(payload, card, time, label, coordinates);
    }

    /** The row as a transaction, or {@code null} if some value cannot be put into one. */
    private Transaction transaction(String[] slots, String card, long eventTime) {
        for (int slot = 0; slot < VERDICT; slot++) {
            if (isUnusable(slots[slot])) {
                return null;
            }
        }
        String id = slots[WireField.TRANSACTION_ID.ordinal()];
        String currency = slots[WireField.CURRENCY.ordinal()];
        long amount = minorUnits(slots);
        if (id == null
                || card == null
                || currency == null
                || eventTime == UNREADABLE
                || amount == UNREADABLE) {
            return null;
        }
        String entryModeName = slots[WireField.ENTRY_MODE.ordinal()];
        EntryMode entryMode = entryModeName == null ? null : ENTRY_MODES.get(entryModeName);
        String typeName = slots[WireField.MESSAGE_TYPE.ordinal()];
        MessageType type =
                typeName == null ? MessageType.AUTHORIZATION : MESSAGE_TYPES.get(typeName);
        if (type == null || entryModeName != null && entryMode == null) {
            return null;
        }
        String latitudeText = slots[WireField.LATITUDE.ordinal()];
        String longitudeText = slots[WireField.LONGITUDE.ordinal()];
        double latitude = degrees(latitudeText);
        double longitude = degrees(longitudeText);
        boolean placed = !Double.isNaN(latitude) && !Double.isNaN(longitude);
        if (!placed && (latitudeText != null || longitudeText != null)) {
            return null;
        }
        return new Transaction(
                id,
                eventTime,
                card,
                amount,
                currency,
                0, // Not on the wire: the codec computes it from the rates.
                slots[WireField.TERMINAL_ID.ordinal()],
                slots[WireField.MERCHANT_ID.ordinal()],
                slots[WireField.MCC.ordinal()],
                slots[WireField.COUNTRY.ordinal()],
                entryMode,
                latitude,
                longitude,
                slots[WireField.DEVICE_ID.ordinal()],
                slots[WireField.RESPONSE_CODE.ordinal()],
                type,
                slots[WireField.ORIGINAL_TRANSACTION_ID.ordinal()]);
    }

    /**
     * A record with the readable values as they should be and the others as strings, for which it
     * will be refused.
     */
    private byte[] refusable(String[] slots, long eventTime) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(320);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            for (WireField field : WireField.values()) {
                String value = slots[field.ordinal()];
                if (value == null) {
                    continue;
                }
                json.writeFieldName(field.wireName());
                if (isUnusable(value)) {
                    json.writeStartObject();
                    json.writeEndObject();
                    continue;
                }
                switch (field) {
                    case EVENT_TIME -> writeNumber(json, eventTime, value);
                    case AMOUNT_MINOR -> writeNumber(json, minorUnits(slots), value);
                    case LATITUDE, LONGITUDE -> {
                        double degrees = degrees(value);
                        if (Double.isNaN(degrees)) {
                            json.writeString(value);
                        } else {
                            json.writeNumber(degrees);
                        }
                    }
                    default -> json.writeString(value);
                }
            }
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private static void writeNumber(JsonGenerator json, long number, String text)
            throws IOException {
        if (number == UNREADABLE) {
            json.writeString(text);
        } else {
            json.writeNumber(number);
        }
    }

    private FraudLabel label(String[] slots, String card, long eventTime) {
        String verdict = slots[VERDICT];
        if (verdict == null || !labels.fraudValues().contains(verdict)) {
            return null;
        }
        String id = plain(slots, WireField.TRANSACTION_ID);
        String knownAtText = slots[KNOWN_AT];
        if (knownAtText == null && labels.labelDelay() == null) {
            return null;
        }
        long knownAt =
                knownAtText != null
                        ? millis(knownAtText)
                        : eventTime + labels.labelDelay().toMillis();
        if (id == null || card == null || eventTime == UNREADABLE || knownAt < eventTime) {
            unusableLabels++;
            return null;
        }
        return new FraudLabel(
                id,
                card,
                plain(slots, WireField.TERMINAL_ID),
                plain(slots, WireField.MERCHANT_ID),
                eventTime,
                true,
                knownAt,
                labels.source());
    }

    private static String plain(String[] slots, WireField field) {
        String value = slots[field.ordinal()];
        return isUnusable(value) ? null : value;
    }

    @SuppressWarnings({"StringEquality", "ReferenceEquality"}) // A marker and no text.
    private static boolean isUnusable(String value) {
        return value == RowParser.UNUSABLE;
    }

    private long millis(String text) {
        if (text == null) {
            return UNREADABLE;
        }
        try {
            return times.parse(text);
        } catch (DateTimeException | ArithmeticException | IllegalArgumentException unreadable) {
            return UNREADABLE;
        }
    }

    private static double degrees(String text) {
        if (text == null) {
            return Double.NaN;
        }
        try {
            double degrees = Double.parseDouble(text);
            return Double.isInfinite(degrees) ? Double.NaN : degrees;
        } catch (NumberFormatException unreadable) {
            return Double.NaN;
        }
    }

    private long minorUnits(String[] slots) {
        String text = slots[WireField.AMOUNT_MINOR.ordinal()];
        String currency = slots[WireField.CURRENCY.ordinal()];
        if (text == null) {
            return UNREADABLE;
        }
        // With an unknown currency the record is refused for that, whatever its amount.
        int digits =
                mapping.amountUnit() == AmountUnit.MINOR || currency == null
                        ? 0
                        : MINOR_DIGITS.getOrDefault(currency, 2);
        return minorUnits(text, digits);
    }

    /**
     * The decimal number times ten to the power of {@code digits}, if that is an integer of 18
     * digits at most.
     */
    static long minorUnits(String text, int digits) {
        int length = text.length();
        boolean negative = length > 0 && text.charAt(0) == '-';
        int first = negative ? 1 : 0;
        long value = 0;
        int fraction = -1;
        for (int i = first; i < length; i++) {
            char c = text.charAt(i);
            if (c == '.' && fraction < 0 && i > first) {
                fraction = 0;
            } else if (c >= '0' && c <= '9' && i < MAX_LONG_DIGITS - digits) {
                value = value * 10 + c - '0';
                fraction = fraction < 0 ? fraction : fraction + 1;
            } else {
                return unusualMinorUnits(text, digits);
            }
        }
        if (length == first || fraction > digits) {
            return unusualMinorUnits(text, digits);
        }
        for (int i = Math.max(0, fraction); i < digits; i++) {
            value *= 10;
        }
        return negative ? -value : value;
    }

    /** Exponents, trailing zeros and what is no number. */
    private static long unusualMinorUnits(String text, int digits) {
        if (text.length() > MAX_NUMBER_LENGTH) {
            return UNREADABLE;
        }
        try {
            BigDecimal value = new BigDecimal(text).stripTrailingZeros();
            // Checked first: setting the scale of 1e999999999 would fill the memory.
            boolean fits =
                    (long) value.precision() - value.scale() + digits <= MAX_LONG_DIGITS
                            && value.scale() <= digits;
            return fits ? value.setScale(digits).unscaledValue().longValueExact() : UNREADABLE;
        } catch (NumberFormatException unreadable) {
            return UNREADABLE;
        }
    }
}
