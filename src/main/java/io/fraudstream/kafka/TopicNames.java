package io.fraudstream.kafka;

import java.util.List;

/**
 * The names of the project's topics.
 *
 * @param prefix stands in front of every name; empty by default
 */
public record TopicNames(String prefix) {
    public TopicNames {
        if (!prefix.matches("[a-zA-Z0-9._-]{0,200}")) {
            throw new IllegalArgumentException(
                    "the topic prefix is \""
                            + prefix
                            + "\", expected at most 200 of the letters, digits and signs that Kafka"
                            + " allows: a-z A-Z 0-9 . _ -");
        }
    }

    /** Card transactions in, keyed by card. */
    public String transactions() {
        return prefix + "transactions";
    }

    /** Verdicts in, keyed by card. */
    public String labels() {
        return prefix + "labels";
    }

    /** Alerts out, keyed by alert id. */
    public String alerts() {
        return prefix + "alerts";
    }

    /** Every scored event out, if that is switched on. */
    public String scored() {
        return prefix + "scored";
    }

    /** Dead letters. */
    public String rejected() {
        return prefix + "rejected";
    }

    /** Transactions that came too late and are not scored, if {@code lateEvents} is divert. */
    public String late() {
        return prefix + "late";
    }

    /** Pointers to the models in use, keyed by slot; compacted. */
    public String models() {
        return prefix + "models";
    }

    /** All seven. */
    public List<String> all() {
        return List.of(transactions(), labels(), alerts(), scored(), rejected(), late(), models());
    }
}
