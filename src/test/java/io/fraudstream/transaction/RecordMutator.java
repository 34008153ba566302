package io.fraudstream.transaction;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes hostile records out of good ones, the same from the same seed: flat JSON objects as the
 * codecs write them, damaged in their bytes, in their fields or in nothing but their looks.
 */
public final class RecordMutator {
    /** What is done to a record. */
    public enum Kind {
        NOTHING,
        BIT_FLIP,
        TRUNCATION,
        DELETION,
        INSERTION,
        REPETITION,
        DEEP_NESTING,
        HUGE_NUMBER,
        DUPLICATE_KEY,
        LONE_SURROGATE,
        OVERSIZE,
        WRONG_TYPE,
        CONTROL_CHARACTER,
        MISSING_FIELD,
        OTHER_VALUE,
        OTHER_TIME,
        CARD_NUMBER,
        ENCODING,
        OTHER_LOOKS,
        TAIL,
        EMPTY
    }

    /**
     * @param bytes may be {@code null}, as a record's value may
     */
    public record Mutated(Kind kind, byte[] bytes) {}

    private record Field(String name, String value) {
        String text() {
            return "\"" + name + "\":" + value;
        }
    }

    private static final Pattern FIELD =
            Pattern.compile("\"([a-z_]+)\":(\"(?:[^\"\\\\]++|\\\\.)*+\"|[^,}]*+)");
    private static final Kind[] KINDS = Kind.values();
    private static final String[] TOKENS = {
        "{",
        "}",
        "[",
        "]",
        "\"",
        ":",
        ",",
        "\\u0000",
        "\\ud800",
        "\\",
        "-",
        "0",
        "1e",
        "null",
        "true",
        "NaN",
        "//",
        "/**/",
        "'",
        "\t",
        "\u007f",
        "\u2028",
        "\ufeff",
        "é",
        "\ud83d\ude00"
    };
    private static final String[] TYPES = {
        "true", "false", "null", "{}", "[]", "[1]", "{\"a\":1}", "\"7\"", "7", "7.5", "-0", "1e3"
    };
    private static final String[] TEXTS = {
        "",
        " ",
        "x",
        "é",
        "\ud83d\ude00",
        "EUR",
        "USD",
        // ISO 4217's code for no currency.
        "XXX",
        "ZZZ",
        "eur",
        "refund",
        "reversal",
        "advice",
        "chip",
        "5411",
        "54111",
        "pt",
        "PT",
        "00",
        "05",
        "NaN",
        "-1",
        "' or 1=1 --",
        "../../etc/passwd",
        "${jndi:ldap://x}",
        "<script>",
        "rO0ABXNyAA"
    };
    private static final String[] CARDS = {
        "4111111111111111", "4111-1111 1111.1111", "378282246310005", "5555555555554444"
    };

    private final SplittableRandom random;

    public RecordMutator(long seed) {
        random = new SplittableRandom(seed);
    }

    /** Mutates a record in a way drawn by chance, and one in six in another one on top. */
    public Mutated next(byte[] good) {
        // What can still be read is to be a good part of all.
        Kind kind =
                random.nextInt(10) == 0 ? Kind.OTHER_LOOKS : KINDS[random.nextInt(KINDS.length)];
        byte[] bytes = mutated(kind, good);
        if (bytes != null && random.nextInt(6) == 0) {
            bytes = mutated(KINDS[random.nextInt(KINDS.length)], bytes);
        }
        return new Mutated(kind, bytes);
    }

    private byte[] mutated(Kind kind, byte[] record) {
        return switch (kind) {
            case NOTHING -> record;
            case BIT_FLIP -> flipped(record);
            case TRUNCATION -> Arrays.copyOf(record, random.nextInt(record.length + 1));
            case DELETION -> {
                int at = random.nextInt(record.length + 1);
                yield spliced(record, at, Math.min(record.length, at + random.nextInt(9)), "");
            }
            case INSERTION -> {
                int at = random.nextInt(record.length + 1);
                yield spliced(record, at, at, oneOf(TOKENS));
            }
            case REPETITION -> repeated(record);
            case DEEP_NESTING -> withField(record, new Field(name(), nested()));
            case HUGE_NUMBER -> replaced(record, number());
            case DUPLICATE_KEY -> duplicated(record);
            case LONE_SURROGATE ->
                    replaced(record, oneOf("\"\\ud800\"", "\"x\\uDFFF\"", "\"\\udc00\\ud800y\""));
            case OVERSIZE ->
                    withField(
                            record,
                            new Field("extra", quoted("x".repeat(65_000 + random.nextInt(1_000)))));
            case WRONG_TYPE -> replaced(record, oneOf(TYPES));
            case CONTROL_CHARACTER ->
                    replaced(
                            record,
                            oneOf(
                                    "\"a\\u0007\"",
                                    "\"\\u0000\"",
                                    "\"\\u009b\"",
                                    "\"\u007f\"",
                                    "\"\u0085x\"",
                                    "\"a\nb\"",
                                    "\"a\u0001\"",
                                    "\"\\r\\n\""));
            case MISSING_FIELD -> without(record);
            case OTHER_VALUE ->
                    replaced(
                            record,
                            random.nextInt(8) == 0
                                    ? quoted("x".repeat(127 + random.nextInt(3)))
                                    : quoted(oneOf(TEXTS)));
            case OTHER_TIME -> otherTime(record);
            case CARD_NUMBER -> with(record, "card_id", quoted(oneOf(CARDS)));
            case ENCODING -> encoded(record);
            case OTHER_LOOKS -> disguised(record);
            case TAIL ->
                    spliced(
                            record,
                            record.length,
                            record.length,
                            oneOf(" ", "\r\n", ",", "{}", "x"));
            case EMPTY ->
                    switch (random.nextInt(4)) {
                        case 0 -> null;
                        case 1 -> new byte[0];
                        case 2 -> utf8(" \n");
                        default -> utf8(oneOf("{}", "[]", "null", "0", "\"\"", "\ufeff"));
                    };
        };
    }

    private byte[] flipped(byte[] record) {
        byte[] flipped = record.clone();
        for (int i = random.nextInt(3); i >= 0 && flipped.length > 0; i--) {
            flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return flipped;
    }

    private byte[] repeated(byte[] record) {
        int from = random.nextInt(record.length + 1);
        int to = Math.min(record.length, from + random.nextInt(40));
        int at = random.nextInt(record.length + 1);
        byte[] slice = Arrays.copyOfRange(record, from, to);
        byte[] longer = Arrays.copyOf(record, record.length + slice.length);
        System.arraycopy(slice, 0, longer, at, slice.length);
        System.arraycopy(record, at, longer, at + slice.length, record.length - at);
        return longer;
    }

    private String nested() {
        int depth = random.nextBoolean() ? 1 + random.nextInt(40) : 1 + random.nextInt(5_000);
        return random.nextBoolean()
                ? "[".repeat(depth) + "]".repeat(depth)
                : "{\"a\":".repeat(depth) + "1" + "}".repeat(depth);
    }

    private String number() {
        return switch (random.nextInt(9)) {
            case 0 -> "9".repeat(1 + random.nextInt(40));
            case 1 -> "-" + "9".repeat(1 + random.nextInt(40));
            case 2 -> "1".repeat(100 + random.nextInt(10_000));
            case 3 -> "1e" + "9".repeat(1 + random.nextInt(30));
            case 4 -> "0." + "3".repeat(1 + random.nextInt(50));
            case 5 -> Long.toString(Long.MAX_VALUE);
            case 6 -> Long.toString(Long.MIN_VALUE);
            case 7 -> Long.toString(random.nextLong());
            default -> oneOf("007", "-", "+1", ".5", "1.", "1e", "0x10", "Infinity", "-0.0");
        };
    }

    private byte[] duplicated(byte[] record) {
        List<Field> fields = fieldsOf(record);
        if (fields.isEmpty()) {
            return record;
        }
        Field field = fields.get(random.nextInt(fields.size()));
        return withField(
                record, random.nextBoolean() ? field : new Field(field.name, oneOf(TYPES)));
    }

    private byte[] without(byte[] record) {
        List<Field> fields = fieldsOf(record);
        if (!fields.isEmpty()) {
            fields.remove(random.nextInt(fields.size()));
        }
        return object(fields, ",");
    }

    private byte[] replaced(byte[] record, String value) {
        List<Field> fields = fieldsOf(record);
        if (!fields.isEmpty()) {
            int at = random.nextInt(fields.size());
            fields.set(at, new Field(fields.get(at).name, value));
        }
        return object(fields, ",");
    }

    private byte[] otherTime(byte[] record) {
        long time =
                switch (random.nextInt(5)) {
                    case 0 -> random.nextLong(-10, 10);
                    case 1 -> random.nextLong(1_500_000_000L, 1_800_000_000L);
                    case 2 -> random.nextLong(900_000_000_000L, 2_500_000_000_000L);
                    case 3 -> random.nextLong();
                    default -> random.nextLong(1_500_000_000_000_000L, 1_800_000_000_000_000L);
                };
        return with(record, "event_time", Long.toString(time));
    }

    private static byte[] with(byte[] record, String name, String value) {
        List<Field> fields = fieldsOf(record);
        fields.replaceAll(field -> field.name.equals(name) ? new Field(name, value) : field);
        return object(fields, ",");
    }

    private byte[] encoded(byte[] record) {
        String text = new String(record, StandardCharsets.UTF_8);
        return switch (random.nextInt(5)) {
            case 0 -> text.getBytes(StandardCharsets.UTF_16LE);
            case 1 -> text.getBytes(StandardCharsets.UTF_16);
            case 2 -> utf8("\ufeff" + text);
            case 3 -> (text + "\u00e9").getBytes(StandardCharsets.ISO_8859_1);
            default -> {
                byte[] overlong = spliced(record, record.length / 2, record.length / 2, "..");
                overlong[record.length / 2] = (byte) 0xc0;
                overlong[record.length / 2 + 1] = (byte) 0xaf;
                yield overlong;
            }
        };
    }

    /** Order, spaces, escapes and fields that are not known change nothing. */
    private byte[] disguised(byte[] record) {
        List<Field> fields = fieldsOf(record);
        Collections.shuffle(fields, new Random(random.nextLong()));
        fields.add(
                random.nextInt(fields.size() + 1),
                new Field("later_version", oneOf("null", "{\"a\":[1,\"b\"]}", "\"x\"", "-1.5e-3")));
        fields.replaceAll(
                field -> {
                    int at = random.nextInt(field.name.length());
                    String escaped = String.format("\\u%04x", (int) field.name.charAt(at));
                    return random.nextInt(4) > 0
                            ? field
                            : new Field(
                                    field.name.substring(0, at)
                                            + escaped
                                            + field.name.substring(at + 1),
                                    field.value);
                });
        return object(fields, oneOf(",", ", ", " ,\n\t", ",\r\n"));
    }

    private byte[] withField(byte[] record, Field field) {
        List<Field> fields = fieldsOf(record);
        fields.add(random.nextInt(fields.size() + 1), field);
        return object(fields, ",");
    }

    private String name() {
        return oneOf("extra", "card_id", "amount_minor", "event_time");
    }

    private static List<Field> fieldsOf(byte[] record) {
        List<Field> fields = new ArrayList<>();
        Matcher matcher = FIELD.matcher(new String(record, StandardCharsets.UTF_8));
        while (matcher.find()) {
            fields.add(new Field(matcher.group(1), matcher.group(2)));
        }
        return fields;
    }

    private static byte[] object(List<Field> fields, String between) {
        return utf8("{" + String.join(between, fields.stream().map(Field::text).toList()) + "}");
    }

    private static byte[] spliced(byte[] record, int from, int to, String text) {
        byte[] between = utf8(text);
        byte[] spliced = Arrays.copyOf(record, record.length - (to - from) + between.length);
        System.arraycopy(between, 0, spliced, from, between.length);
        System.arraycopy(record, to, spliced, from + between.length, record.length - to);
        return spliced;
    }

    private String oneOf(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private static String quoted(String text) {
        return "\"" + text + "\"";
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
