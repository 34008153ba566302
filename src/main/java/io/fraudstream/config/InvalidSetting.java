package io.fraudstream.config;

import io.fraudstream.recording.Durations;
import java.time.Duration;

/**
 * What a settings record's constructor throws; {@link SettingsReader} adds where the value came
 * from.
 */
final class InvalidSetting extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    final String key;

    /** What the key's value contradicts, or {@code null} where it is wrong by itself. */
    final String other;

    final String expected;

    private InvalidSetting(String key, Object value, String other, String expected) {
        super(key + " is " + value + ", expected " + expected);
        this.key = key;
        this.other = other;
        this.expected = expected;
    }

    static void unless(boolean valid, String key, Object value, String expected) {
        unlessWith(null, valid, key, value, expected);
    }

    /** For a value that another key's contradicts, in the same section. */
    static void unlessWith(String other, boolean valid, String key, Object value, String expected) {
        if (!valid) {
            throw new InvalidSetting(key, value, other, expected);
        }
    }

    static void unlessPositive(String key, int value) {
        unless(value >= 1, key, value, "1 or more");
    }

    static void unlessPositive(String key, Duration value) {
        unless(value.toMillis() > 0, key, Durations.format(value), "1ms or more");
    }

    static void unlessShare(String key, double value) {
        unless(value >= 0 && value <= 1, key, value, "0 to 1");
    }

    static void unlessNotNegative(String key, Duration value) {
        unless(!value.isNegative(), key, Durations.format(value), "zero or more");
    }

    static void unlessDirectory(String key, String value) {
        unless(!value.isBlank(), key, "empty", "a directory");
    }
}
