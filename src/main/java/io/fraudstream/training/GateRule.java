package io.fraudstream.training;

/**
 * One condition of a promotion, and how it came out.
 *
 * @param name a few words, the same in every round
 * @param measured what was found; NaN where there was nothing to measure
 * @param limit what was asked for, in words
 * @param words what was found, in words
 */
public record GateRule(String name, double measured, String limit, boolean passed, String words) {

    /** The rule as a sentence for the registry's log. */
    public String sentence() {
        return (passed ? "passed: " : "refused: ") + name + " " + words + ", expected " + limit;
    }
}
