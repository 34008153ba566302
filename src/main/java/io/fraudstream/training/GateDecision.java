package io.fraudstream.training;

import java.util.List;

/** What the gate found: a challenger is promoted if every rule has passed. */
public record GateDecision(List<GateRule> rules) {
    public GateDecision {
        rules = List.copyOf(rules);
    }

    public boolean passed() {
        return rules.stream().allMatch(GateRule::passed);
    }

    /** The rules that stand against a promotion. */
    public List<GateRule> refusals() {
        return rules.stream().filter(rule -> !rule.passed()).toList();
    }

    /** Every rule as a sentence. */
    public List<String> reasons() {
        return rules.stream().map(GateRule::sentence).toList();
    }
}
