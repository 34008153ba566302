package io.fraudstream.config;

import com.fasterxml.jackson.core.JsonLocation;

/**
 * Where a value was given.
 *
 * @param source a file, a variable of the environment or an option
 * @param line from 1, or 0 where there are no lines
 */
record SettingPlace(String source, int line, int column) {
    static SettingPlace of(String source) {
        return new SettingPlace(source, 0, 0);
    }

    static SettingPlace of(String file, JsonLocation at) {
        return at == null ? of(file) : new SettingPlace(file, at.getLineNr(), at.getColumnNr());
    }

    /** As compilers tell it, so that editors find it. */
    @Override
    public String toString() {
        return line == 0 ? source : source + ":" + line + ":" + column;
    }
}
