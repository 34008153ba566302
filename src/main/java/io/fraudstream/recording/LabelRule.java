package io.fraudstream.recording;

import java.time.Duration;
import java.util.Objects;
import java.util.Set;

/**
 * How the rows of a recording become fraud labels.
 *
 * @param column holds the verdict
 * @param fraudValues those of its values that mean fraud; every other value gives no label
 * @param knownAtColumn says when the verdict became known, in the mapping's time format; {@code
 *     null} without one
 * @param labelDelay from the event to the verdict, where no column says when it became known;
 *     {@code null} if such verdicts never become known, and so give no label
 * @param source written into each label
 */
public record LabelRule(
        String column,
        Set<String> fraudValues,
        String knownAtColumn,
        Duration labelDelay,
        String source) {
    public LabelRule {
        Objects.requireNonNull(column, "column");
        fraudValues = Set.copyOf(fraudValues);
        if (knownAtColumn == null) {
            Objects.requireNonNull(labelDelay, "labelDelay");
        }
        Objects.requireNonNull(source, "source");
    }
}
