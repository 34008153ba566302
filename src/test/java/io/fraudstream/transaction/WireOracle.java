package io.fraudstream.transaction;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What must become of a record, read by a small parser that shares nothing with the codecs: the
 * first thing that is wrong with it in the order of its bytes, or nothing. Slow, and meant to be.
 */
public final class WireOracle {
    private static final long EARLIEST = Instant.parse("2000-01-01T00:00:00Z").toEpochMilli();
    private static final int MAX_NESTING = 32;
    private static final int MAX_NAME_BYTES = 256;
    private static final int MAX_DIGITS = 64;
    private static final Set<String> CURRENCIES =
            Currency.getAvailableCurrencies().stream()
                    .map(Currency::getCurrencyCode)
                    .collect(Collectors.toSet());
    private static final List<String> TRANSACTION_TEXTS =
            List.of(
                    "transaction_id",
                    "card_id",
                    "currency",
                    "terminal_id",
                    "merchant_id",
                    "mcc",
                    "country",
                    "entry_mode",
                    "device_id",
                    "response_code",
                    "message_type",
                    "original_transaction_id");
    private static final Set<String> INTEGERS = Set.of("event_time", "amount_minor", "known_at");
    private static final List<String> LABEL_TEXTS =
            List.of("transaction_id", "card_id", "terminal_id", "merchant_id", "verdict", "source");

    private final DecodingLimits limits;
    private final ExchangeRates rates;

    /** The fields in which a record that was accepted differs from others. */
    public record Reading(Optional<RejectionReason> fault, String transactionId) {}

    private static final class Fault extends Exception {
        private static final long serialVersionUID = 1L;
        private final RejectionReason reason;

        Fault(RejectionReason reason) {
            super(reason.name(), null, false, false);
            this.reason = reason;
        }
    }

    /** Card numbers are to be refused. */
    public WireOracle(DecodingLimits limits, ExchangeRates rates) {
        this.limits = limits;
        this.rates = rates;
    }

    public Reading transaction(byte[] record, long receivedAt) {
        return read(record, TRANSACTION_TEXTS, fields -> checkTransaction(fields, receivedAt));
    }

    public Reading label(byte[] record, long receivedAt) {
        return read(record, LABEL_TEXTS, fields -> checkLabel(fields, receivedAt));
    }

    @FunctionalInterface
    private interface Checks {
        void check(Map<String, Object> fields) throws Fault;
    }

    private Reading read(byte[] record, List<String> texts, Checks checks) {
        Map<String, Object> fields = new HashMap<>();
        try {
            new Parser(text(record), texts).parse(fields);
            checks.check(fields);
        } catch (Fault fault) {
            return new Reading(Optional.of(fault.reason), null);
        }
        return new Reading(Optional.empty(), (String) fields.get("transaction_id"));
    }

    private String text(byte[] record) throws Fault {
        if (record == null || record.length == 0) {
            throw new Fault(RejectionReason.EMPTY);
        }
        if (record.length > limits.maxRecordBytes()) {
            throw new Fault(RejectionReason.OVERSIZE);
        }
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(record)).toString();
            if (text.indexOf('\0') >= 0) {
                throw new Fault(RejectionReason.INVALID_UTF8);
            }
            // A mark of the byte order may stand before a record, but not instead of one.
            return text.startsWith("\ufeff") && text.length() > 1 ? text.substring(1) : text;
        } catch (CharacterCodingException broken) {
            throw new Fault(RejectionReason.INVALID_UTF8);
        }
    }

    private void checkTransaction(Map<String, Object> f, long receivedAt) throws Fault {
        require(f, "transaction_id", "event_time", "card_id", "amount_minor", "currency");
        checkTime((long) f.get("event_time"), receivedAt);
        refuse(
                CardNumbers.looksLikeCardNumber((String) f.get("card_id")),
                RejectionReason.CARD_NUMBER);
        long amount = (long) f.get("amount_minor");
        boolean reversal = "reversal".equals(f.get("message_type"));
        refuse(amount < 0 && !reversal, RejectionReason.NEGATIVE_AMOUNT);
        refuse(reversal && f.get("original_transaction_id") == null, RejectionReason.MISSING_FIELD);
        refuse(
                (f.get("latitude") == null) != (f.get("longitude") == null),
                RejectionReason.MISSING_FIELD);
        String currency = (String) f.get("currency");
        refuse(!CURRENCIES.contains(currency), RejectionReason.UNKNOWN_CURRENCY);
        refuse(!rates.knows(currency), RejectionReason.NO_EXCHANGE_RATE);
        boolean tooLarge = amount == Long.MIN_VALUE;
        try {
            tooLarge |= rates.toBaseMinor(Math.abs(amount), currency) > limits.maxAmountMinor();
        } catch (ArithmeticException overflow) {
            tooLarge = true;
        }
        refuse(tooLarge, RejectionReason.AMOUNT_TOO_LARGE);
    }

    private void checkLabel(Map<String, Object> f, long receivedAt) throws Fault {
        require(f, "transaction_id", "card_id", "event_time", "verdict", "known_at", "source");
        checkTime((long) f.get("event_time"), receivedAt);
        refuse(
                (long) f.get("known_at") < (long) f.get("event_time"),
                RejectionReason.INVALID_VALUE);
        refuse(
                !List.of("fraud", "legitimate").contains(f.get("verdict")),
                RejectionReason.INVALID_VALUE);
        refuse(
                CardNumbers.looksLikeCardNumber((String) f.get("card_id")),
                RejectionReason.CARD_NUMBER);
    }

    private static void require(Map<String, Object> fields, String... names) throws Fault {
        refuse(
                Arrays.stream(names).anyMatch(name -> fields.get(name) == null),
                RejectionReason.MISSING_FIELD);
    }

    private void checkTime(long time, long receivedAt) throws Fault {
        refuse(time < EARLIEST, RejectionReason.ANCIENT_EVENT_TIME);
        refuse(
                time > receivedAt + limits.maxFuture().toMillis(),
                RejectionReason.FUTURE_EVENT_TIME);
    }

    private static void refuse(boolean wrong, RejectionReason reason) throws Fault {
        if (wrong) {
            throw new Fault(reason);
        }
    }

    /** RFC 8259, and the fields' own rules as soon as each has been read. */
    private static final class Parser {
        private final String text;
        private final List<String> texts;
        private int at;

        Parser(String text, List<String> texts) {
            this.text = text;
            this.texts = texts;
        }

        void parse(Map<String, Object> fields) throws Fault {
            if (peek() < 0) {
                throw new Fault(RejectionReason.EMPTY);
            }
            expect('{');
            List<String> seen = new ArrayList<>();
            boolean more = peek() != '}';
            while (more) {
                field(fields, seen);
                more = peek() == ',';
                if (more) {
                    at++;
                }
            }
            expect('}');
            refuse(peek() >= 0, RejectionReason.MALFORMED_JSON);
        }

        private void field(Map<String, Object> fields, List<String> seen) throws Fault {
            String name = name();
            Object value = null;
            if (texts.contains(name)) {
                value = checkedText(name);
            } else if (INTEGERS.contains(name) && isField(name)) {
                value = checkedInteger();
            } else if (isField(name)) {
                value = checkedDegrees(name.equals("latitude") ? 90 : 180);
            } else {
                skip(1);
                return;
            }
            refuse(seen.contains(name), RejectionReason.DUPLICATE_FIELD);
            seen.add(name);
            fields.put(name, value);
        }

        private boolean isField(String name) {
            return texts == LABEL_TEXTS
                    ? name.equals("event_time") || name.equals("known_at")
                    : List.of("event_time", "amount_minor", "latitude", "longitude").contains(name);
        }

        private String checkedText(String name) throws Fault {
            if (peek() == '"') {
                String value = string();
                refuse(value.isEmpty() || value.length() > 128, RejectionReason.INVALID_VALUE);
                refuse(
                        value.codePoints().anyMatch(c -> Character.isISOControl(c) || isHalf(c)),
                        RejectionReason.INVALID_VALUE);
                refuse(!fits(name, value), RejectionReason.INVALID_VALUE);
                return value;
            }
            return otherThan(null);
        }

        private static boolean isHalf(int codePoint) {
            return Character.getType(codePoint) == Character.SURROGATE;
        }

        private static boolean fits(String name, String value) {
            return switch (name) {
                case "mcc" -> value.matches("[0-9]{4}");
                case "country" -> value.matches("[A-Z]{2}");
                case "entry_mode" ->
                        List.of(
                                        "chip",
                                        "contactless",
                                        "magstripe",
                                        "manual",
                                        "ecommerce",
                                        "credential_on_file",
                                        "other")
                                .contains(value);
                case "message_type" ->
                        List.of("authorization", "financial", "advice", "reversal").contains(value);
                default -> true;
            };
        }

        private Long checkedInteger() throws Fault {
            if (isNumber()) {
                String number = number();
                refuse(!number.matches("-?[0-9]+"), RejectionReason.WRONG_TYPE);
                try {
                    return Long.valueOf(number);
                } catch (NumberFormatException tooLong) {
                    throw new Fault(RejectionReason.INVALID_VALUE);
                }
            }
            return otherThan(null);
        }

        private Double checkedDegrees(double limit) throws Fault {
            if (isNumber()) {
                double value = Double.parseDouble(number());
                refuse(!(Math.abs(value) <= limit), RejectionReason.INVALID_VALUE);
                return value;
            }
            return otherThan(null);
        }

        /** Null stands for a field that is not there; all else is of the wrong type. */
        private <T> T otherThan(T nothing) throws Fault {
            int c = peek();
            if (c == '{' || c == '[') {
                throw new Fault(RejectionReason.WRONG_TYPE);
            }
            boolean isNull = c == 'n';
            skip(1);
            refuse(!isNull, RejectionReason.WRONG_TYPE);
            return nothing;
        }

        private void skip(int depth) throws Fault {
            int c = peek();
            switch (c) {
                case '"' -> string();
                case '{', '[' -> {
                    refuse(depth + 1 > MAX_NESTING, RejectionReason.MALFORMED_JSON);
                    at++;
                    char end = c == '{' ? '}' : ']';
                    boolean more = peek() != end;
                    while (more) {
                        if (c == '{') {
                            name();
                        }
                        skip(depth + 1);
                        more = peek() == ',';
                        if (more) {
                            at++;
                        }
                    }
                    expect(end);
                }
                case 't' -> literal("true");
                case 'f' -> literal("false");
                case 'n' -> literal("null");
                default -> {
                    refuse(!isNumber(), RejectionReason.MALFORMED_JSON);
                    number();
                }
            }
        }

        private String name() throws Fault {
            refuse(peek() != '"', RejectionReason.MALFORMED_JSON);
            String name = string();
            refuse(
                    name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES
                            || name.codePoints().anyMatch(Parser::isHalf),
                    RejectionReason.MALFORMED_JSON);
            expect(':');
            return name;
        }

        private void literal(String word) throws Fault {
            refuse(!text.startsWith(word, at), RejectionReason.MALFORMED_JSON);
            at += word.length();
            refuse(
                    at < text.length() && Character.isJavaIdentifierPart(text.codePointAt(at)),
                    RejectionReason.MALFORMED_JSON);
        }

        private boolean isNumber() {
            int c = peek();
            return c == '-' || isDigit(c);
        }

        private String number() throws Fault {
            int from = at;
            int digits = 0;
            if (text.charAt(at) == '-') {
                at++;
            }
            int whole = digits();
            boolean leadingZero = whole > 1 && text.charAt(at - whole) == '0';
            digits += whole;
            boolean sound = whole > 0 && !leadingZero;
            if (sound && at < text.length() && text.charAt(at) == '.') {
                at++;
                int fraction = digits();
                sound = fraction > 0;
                digits += fraction;
            }
            if (sound && at < text.length() && (text.charAt(at) | 0x20) == 'e') {
                at++;
                if (at < text.length() && (text.charAt(at) == '-' || text.charAt(at) == '+')) {
                    at++;
                }
                int exponent = digits();
                sound = exponent > 0;
                digits += exponent;
            }
            refuse(!sound || digits > MAX_DIGITS, RejectionReason.MALFORMED_JSON);
            return text.substring(from, at);
        }

        private int digits() {
            int from = at;
            while (at < text.length() && isDigit(text.charAt(at))) {
                at++;
            }
            return at - from;
        }

        private static boolean isDigit(int c) {
            return c >= '0' && c <= '9';
        }

        private String string() throws Fault {
            StringBuilder value = new StringBuilder();
            at++;
            while (true) {
                char c = next();
                if (c == '"') {
                    return value.toString();
                }
                refuse(c < ' ', RejectionReason.MALFORMED_JSON);
                value.append(c == '\\' ? escaped() : c);
            }
        }

        private char escaped() throws Fault {
            char c = next();
            return switch (c) {
                case '"', '\\', '/' -> c;
                case 'b' -> '\b';
                case 'f' -> '\f';
                case 'n' -> '\n';
                case 'r' -> '\r';
                case 't' -> '\t';
                case 'u' -> {
                    int code = 0;
                    for (int i = 0; i < 4; i++) {
                        int digit = "0123456789abcdef".indexOf(Character.toLowerCase(next()));
                        refuse(digit < 0, RejectionReason.MALFORMED_JSON);
                        code = 16 * code + digit;
                    }
                    yield (char) code;
                }
                default -> throw new Fault(RejectionReason.MALFORMED_JSON);
            };
        }

        private char next() throws Fault {
            refuse(at >= text.length(), RejectionReason.MALFORMED_JSON);
            return text.charAt(at++);
        }

        /** The next character behind white space, or -1 at the end. */
        private int peek() {
            while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
            return at < text.length() ? text.charAt(at) : -1;
        }

        private void expect(char c) throws Fault {
            refuse(peek() != c, RejectionReason.MALFORMED_JSON);
            at++;
        }
    }
}
