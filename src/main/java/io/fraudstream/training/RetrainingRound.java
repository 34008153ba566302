package io.fraudstream.training;

import io.fraudstream.model.ModelBundle;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What came of a round of retraining.
 *
 * @param champion the bundle in service that it was compared with; {@code null} without one
 * @param challenger {@code null} where there was too little data to train one
 * @param promoted whether the challenger serves now; false where it passed in a dry run
 * @param challengerScores of the test days; empty where nothing was trained
 * @param championScores of the same events; empty where there is no champion or nothing was trained
 */
public record RetrainingRound(
        Days days,
        ModelBundle champion,
        TrainedModel challenger,
        GateDecision decision,
        boolean promoted,
        List<ScoredEvent> challengerScores,
        List<ScoredEvent> championScores) {

    /**
     * Which days were for what, milliseconds since the epoch.
     *
     * @param asOf labels known later were not used
     * @param trainFrom the first event; the last days before the test are a gap of the label
     *     maturity
     * @param testTo behind the last test event
     */
    public record Days(
            long asOf, long trainFrom, long testFrom, long testTo, Duration labelMaturity) {
        /** Behind the last event that was trained on. */
        public long trainTo() {
            return testFrom - labelMaturity.toMillis();
        }
    }

    /** {@code null} without a champion. */
    public String championId() {
        return champion == null ? null : champion.id();
    }

    /** {@code promoted}, {@code refused}, or {@code passed} where a dry run changed nothing. */
    public String outcome() {
        return promoted ? "promoted" : decision.passed() ? "passed" : "refused";
    }

    /** The round as a JSON object's fields. */
    public Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("outcome", outcome());
        fields.put("asOf", time(days.asOf));
        fields.put("trainFrom", time(days.trainFrom));
        fields.put("trainTo", time(days.trainTo()));
        fields.put("testFrom", time(days.testFrom));
        fields.put("testTo", time(days.testTo));
        fields.put("champion", championId());
        fields.put("challenger", challenger == null ? null : challenger.bundle().id());
        List<Map<String, Object>> rules = new ArrayList<>();
        for (GateRule rule : decision.rules()) {
            Map<String, Object> of = new LinkedHashMap<>();
            of.put("name", rule.name());
            of.put("measured", Double.isFinite(rule.measured()) ? rule.measured() : null);
            of.put("limit", rule.limit());
            of.put("passed", rule.passed());
            of.put("words", rule.words());
            rules.add(of);
        }
        fields.put("rules", rules);
        return fields;
    }

    /** The round in words: which days were for what, every rule, and what was decided. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(
                "Trained on "
                        + day(days.trainFrom)
                        + " to "
                        + day(days.trainTo())
                        + ", tested on "
                        + day(days.testFrom)
                        + " to "
                        + day(days.testTo)
                        + ", labels known by "
                        + time(days.asOf)
                        + "; "
                        + (champion == null
                                ? "no champion to compare with."
                                : "champion " + championId() + "."));
        int names = 0;
        for (GateRule rule : decision.rules()) {
            names = Math.max(names, rule.name().length());
        }
        for (GateRule rule : decision.rules()) {
            lines.add(
                    (rule.passed() ? "  pass    " : "  REFUSE  ")
                            + rule.name()
                            + " ".repeat(names - rule.name().length())
                            + "  "
                            + rule.words()
                            + "; expected "
                            + rule.limit());
        }
        String name =
                challenger == null ? "No challenger" : "Challenger " + challenger.bundle().id();
        lines.add(
                switch (outcome()) {
                    case "promoted" -> name + " is promoted.";
                    case "passed" -> name + " would be promoted; nothing was changed.";
                    default ->
                            challenger == null
                                    ? "Nothing was trained; the champion stays."
                                    : name + " is refused; the champion stays.";
                });
        return lines;
    }

    private static String day(long millis) {
        return time(millis).substring(0, 10);
    }

    private static String time(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }
}
