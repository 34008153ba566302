package io.fraudstream.registry;

import java.util.List;

/**
 * Who decided something about a model, and for what reasons, in free text.
 *
 * @param by a person or a program, such as {@code retrain}
 * @param reasons one sentence each; may be empty
 */
public record Why(String by, List<String> reasons) {
    public Why {
        if (by == null || by.isBlank()) {
            throw new IllegalArgumentException("by is empty, expected who decided");
        }
        reasons = List.copyOf(reasons);
    }

    public static Why of(String by, String... reasons) {
        return new Why(by, List.of(reasons));
    }
}
