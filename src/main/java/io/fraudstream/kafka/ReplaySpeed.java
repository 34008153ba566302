package io.fraudstream.kafka;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How fast a recording is sent.
 *
 * @param factor how many seconds of event time pass in one second; infinite for as fast as possible
 */
public record ReplaySpeed(double factor) {
    public static final ReplaySpeed MAX = new ReplaySpeed(Double.POSITIVE_INFINITY);

    private static final Pattern FORM = Pattern.compile("(\\d{1,9}(\\.\\d{1,6})?)x");

    public ReplaySpeed {
        if (!(factor > 0)) {
            throw new IllegalArgumentException(
                    "the speed is " + factor + "x, expected more than 0x");
        }
    }

    /** Reads {@code max}, {@code 1x} or {@code 60x}. */
    public static ReplaySpeed parse(String text) {
        if (text.equals("max")) {
            return MAX;
        }
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "the speed is \"" + text + "\", expected max or a factor such as 1x or 60x");
        }
        return new ReplaySpeed(Double.parseDouble(matcher.group(1)));
    }

    public boolean isMax() {
        return Double.isInfinite(factor);
    }

    /** How long this much event time takes. */
    public Duration wallTime(long eventMillis) {
        return Duration.ofNanos((long) (eventMillis * 1e6 / factor));
    }
}
