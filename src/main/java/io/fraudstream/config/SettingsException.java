package io.fraudstream.config;

import java.util.List;

/**
 * Settings that can't be used. Every problem names the place, the key, the value and what was
 * expected.
 */
public final class SettingsException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    SettingsException(List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
        this.problems = List.copyOf(problems);
    }

    /** One thing that is wrong: the key or option, its value and what was expected. */
    public SettingsException(String problem) {
        this(List.of(problem));
    }

    /** All that is wrong, at least one. */
    public List<String> problems() {
        return problems;
    }
}
