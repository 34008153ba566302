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
    final String expected;

    private InvalidSetting(String key, Object value, String expected) {
        super(key + " is " + value + ", expected " + expected);
        this.key = key;
        this.expected = expected;
    }

    static void unless(boolean valid, String key, Object value, String expected) {
        if (!valid) {
            throw new InvalidSetting(key, value, expected);
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
