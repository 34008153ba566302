package io.fraudstream.recording;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;

/**
 * Reads a recording's times. A text without an offset is UTC; fractions below a millisecond are
 * cut.
 *
 * @param name {@code epoch-millis}, {@code epoch-seconds}, {@code iso-8601} or a {@link
 *     DateTimeFormatter} pattern
 */
public record TimeFormat(String name) {
    static final String EXPECTED =
            "epoch-millis, epoch-seconds, iso-8601 or a date pattern such as yyyy-MM-dd HH:mm:ss";

    private static final String COMMON_PATTERN = "yyyy-MM-dd HH:mm:ss";
    private static final OffsetDateTime SAMPLE =
            OffsetDateTime.of(2018, 4, 1, 13, 2, 3, 0, ZoneOffset.UTC);

    /**
     * @throws IllegalArgumentException for a pattern that does not give a day and a time
     */
    public TimeFormat {
        if (!isNamed(name)) {
            try {
                DateTimeFormatter formatter = formatter(name);
                if (millis(formatter, formatter.format(SAMPLE)) == 0) {
                    throw new IllegalArgumentException("\"" + name + "\" gives no time");
                }
            } catch (IllegalArgumentException | DateTimeException unusable) {
                throw new IllegalArgumentException(
                        "\"" + name + "\" is not a time format, expected " + EXPECTED, unusable);
            }
        }
    }

    private static boolean isNamed(String name) {
        return switch (name) {
            case "epoch-millis", "epoch-seconds", "iso-8601" -> true;
            default -> false;
        };
    }

    /** Turns a text into milliseconds since the epoch. */
    @FunctionalInterface
    interface Parser {
        /**
         * @throws IllegalArgumentException or {@link DateTimeException} or {@link
         *     ArithmeticException} if unreadable
         */
        long parse(String text);
    }

    Parser parser() {
        return switch (name) {
            case "epoch-millis" -> Long::parseLong;
            case "epoch-seconds" -> text -> Math.multiplyExact(Long.parseLong(text), 1000L);
            case "iso-8601" -> TimeFormat::isoMillis;
            case COMMON_PATTERN -> {
                DateTimeFormatter formatter = formatter(COMMON_PATTERN);
                yield text ->
                        isDayAndTime(text, ' ') && text.length() == 19
                                ? dayAndTimeMillis(text)
                                : millis(formatter, text);
            }
            default -> {
                DateTimeFormatter formatter = formatter(name);
                yield text -> millis(formatter, text);
            }
        };
    }

    private static DateTimeFormatter formatter(String pattern) {
        // Strict, since the default turns 30 February into the 28th; strict in turn wants an era
        // for "yyyy".
        return new DateTimeFormatterBuilder()
                .appendPattern(pattern)
                .parseDefaulting(ChronoField.ERA, 1)
                .toFormatter(Locale.ROOT)
                .withResolverStyle(ResolverStyle.STRICT);
    }

    private static long millis(DateTimeFormatter formatter, String text) {
        TemporalAccessor parsed = formatter.parseBest(text, Instant::from, LocalDateTime::from);
        return parsed instanceof Instant instant
                ? instant.toEpochMilli()
                : ((LocalDateTime) parsed).toInstant(ZoneOffset.UTC).toEpochMilli();
    }

    private static long isoMillis(String text) {
        int length = text.length();
        if (isDayAndTime(text, 'T') && (length == 19 || length == 20 && text.charAt(19) == 'Z')) {
            return dayAndTimeMillis(text);
        }
        return millis(DateTimeFormatter.ISO_DATE_TIME, text);
    }

    /**
     * Whether the first 19 characters look like a day and a time of day, with this character
     * between.
     */
    private static boolean isDayAndTime(String text, char between) {
        if (text.length() < 19) {
            return false;
        }
        for (int i = 0; i < 19; i++) {
            char c = text.charAt(i);
            boolean fits =
                    switch (i) {
                        case 4, 7 -> c == '-';
                        case 10 -> c == between;
                        case 13, 16 -> c == ':';
                        default -> c >= '0' && c <= '9';
                    };
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    private static long dayAndTimeMillis(String text) {
        int year = two(text, 0) * 100 + two(text, 2);
        int month = two(text, 5);
        int day = two(text, 8);
        int hour = two(text, 11);
        int minute = two(text, 14);
        int second = two(text, 17);
        if (day > 28
                || day < 1
                || month < 1
                || month > 12
                || hour > 23
                || minute > 59
                || second > 59) {
            // The library decides on month lengths and words the error.
            return LocalDateTime.of(year, month, day, hour, minute, second)
                    .toInstant(ZoneOffset.UTC)
                    .toEpochMilli();
        }
        return (epochDay(year, month, day) * 86_400 + hour * 3600L + minute * 60L + second) * 1000;
    }

    /**
     * Days since 1970-01-01 in the Gregorian calendar, counted from March so that leap days come
     * last in their year.
     */
    private static long epochDay(int year, int month, int day) {
        int shiftedYear = month <= 2 ? year - 1 : year;
        int monthFromMarch = (month + 9) % 12;
        int dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1;
        return 365L * shiftedYear
                + Math.floorDiv(shiftedYear, 4)
                - Math.floorDiv(shiftedYear, 100)
                + Math.floorDiv(shiftedYear, 400)
                + dayOfYear
                - 719_468;
    }

    private static int two(String text, int at) {
        return (text.charAt(at) - '0') * 10 + text.charAt(at + 1) - '0';
    }
}
