package io.fraudstream.recording;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as settings, mappings and options write them: a whole number and one unit, such as
 * {@code 7d}.
 */
public final class Durations {
    /** What is expected, for error messages. */
    public static final String EXPECTED = "a duration such as 7d, 12h, 5m, 30s or 100ms";

    private static final Pattern FORM = Pattern.compile("(\\d{1,15})\\s*(ms|s|min|m|h|d)");

    private Durations() {}

    /**
     * Reads a duration. A day is 24 hours.
     *
     * @throws IllegalArgumentException for anything else, naming the value and what was expected
     */
    public static Duration parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not a duration, expected " + EXPECTED);
        }
        long count = Long.parseLong(matcher.group(1));
        try {
            Duration duration =
                    switch (matcher.group(2)) {
                        case "ms" -> Duration.ofMillis(count);
                        case "s" -> Duration.ofSeconds(count);
                        case "m", "min" -> Duration.ofMinutes(count);
                        case "h" -> Duration.ofHours(count);
                        default -> Duration.ofDays(count);
                    };
            // Every duration here is added to times in milliseconds.
            return Duration.ofMillis(duration.toMillis());
        } catch (ArithmeticException tooLong) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is too long for a duration in milliseconds", tooLong);
        }
    }

    /** The shortest text that {@link #parse} reads back as the same number of milliseconds. */
    public static String format(Duration duration) {
        long millis = duration.toMillis();
        if (millis == 0) {
            return "0s";
        }
        if (millis % 86_400_000 == 0) {
            return millis / 86_400_000 + "d";
        }
        if (millis % 3_600_000 == 0) {
            return millis / 3_600_000 + "h";
        }
        if (millis % 60_000 == 0) {
            return millis / 60_000 + "m";
        }
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }
}
