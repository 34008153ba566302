package io.fraudstream.features;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/** What a feature's number means, and how it reads to an analyst. */
public enum Unit {
    /** Minor units of the base currency. */
    MONEY,
    COUNT,
    /** So many times something else. */
    RATIO,
    /** So many deviations away. */
    DEVIATIONS,
    /** From 0 to 1. */
    SHARE,
    /** 0 or 1. */
    FLAG,
    HOUR,
    SECONDS,
    DAYS,
    KILOMETRES,
    KILOMETRES_PER_HOUR;

    /** The value in words; {@code unknown} for NaN. */
    public String words(double value, String currency, int minorDigits) {
        if (Double.isNaN(value)) {
            return "unknown";
        }
        return switch (this) {
            case MONEY ->
                    decimal(value / StrictMath.pow(10, minorDigits), minorDigits) + " " + currency;
            case COUNT -> number(value);
            case RATIO -> number(value) + " times";
            case DEVIATIONS -> number(value) + " deviations";
            case SHARE -> number(100 * value) + " %";
            case FLAG -> value >= 0.5 ? "yes" : "no";
            case HOUR -> String.format(Locale.ROOT, "%02d:00 UTC", Math.round(value));
            case SECONDS -> span(value);
            case DAYS -> span(value * 86_400);
            case KILOMETRES -> number(value) + " km";
            case KILOMETRES_PER_HOUR -> number(value) + " km/h";
        };
    }

    private static String span(double seconds) {
        if (seconds < 120) {
            return number(seconds) + " s";
        }
        if (seconds < 7_200) {
            return number(seconds / 60) + " min";
        }
        return seconds < 172_800
                ? number(seconds / 3_600) + " h"
                : number(seconds / 86_400) + " days";
    }

    private static String number(double value) {
        if (isWhole(value)) {
            return decimal(value, 0);
        }
        return decimal(value, Math.abs(value) < 10 ? 2 : 1);
    }

    private static boolean isWhole(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15;
    }

    /** Rounded half up, with commas between thousands: a formatter takes ten times as long. */
    private static String decimal(double value, int digits) {
        if (Double.isInfinite(value)) {
            return Double.toString(value);
        }
        StringBuilder text = new StringBuilder();
        if (digits == 0 && isWhole(value)) {
            text.append((long) value);
        } else {
            text.append(
                    BigDecimal.valueOf(value)
                            .setScale(digits, RoundingMode.HALF_UP)
                            .toPlainString());
        }
        int first = text.charAt(0) == '-' ? 1 : 0;
        int point = text.indexOf(".");
        for (int at = (point < 0 ? text.length() : point) - 3; at > first; at -= 3) {
            text.insert(at, ',');
        }
        return text.toString();
    }
}
