package io.fraudstream.config;

import java.util.Comparator;

/**
 * Something that is wrong with the settings.
 *
 * @param text the key, its value and what was expected
 */
record SettingProblem(SettingPlace place, String text) {
    /** By line, and behind these what stands in no file, in the order in which it was found. */
    static final Comparator<SettingProblem> BY_PLACE =
            Comparator.<SettingProblem, Boolean>comparing(problem -> problem.place.line() == 0)
                    .thenComparing(problem -> problem.place.line())
                    .thenComparing(problem -> problem.place.column());

    @Override
    public String toString() {
        return place + ": " + text;
    }
}
