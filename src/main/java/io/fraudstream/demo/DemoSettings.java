package io.fraudstream.demo;

import java.time.Duration;

/**
 * What the demo plays.
 *
 * @param live how long live traffic runs
 * @param rate live transactions a second, offered steadily
 * @param historyDays of event time that are simulated, stored and trained on first
 * @param cards how many there are
 * @param retraining whether the live traffic brings a new kind of fraud, and runs until a retrained
 *     model has served for a while instead of for {@code live}
 */
public record DemoSettings(
        Duration live, int rate, int historyDays, int cards, long seed, boolean retraining) {
    public static final DemoSettings DEFAULT =
            new DemoSettings(Duration.ofSeconds(60), 200, 40, 1_500, 42);

    /** Fewer cards, and so more days of event time in a second. */
    public static final DemoSettings RETRAINING =
            new DemoSettings(Duration.ofSeconds(60), 1_500, 40, 1_000, 42, true);

    static final double TRANSACTIONS_PER_CARD_AND_DAY = 2;

    /** Without retraining. */
    public DemoSettings(Duration live, int rate, int historyDays, int cards, long seed) {
        this(live, rate, historyDays, cards, seed, false);
    }

    public DemoSettings {
        require(!live.isNegative() && !live.isZero(), "seconds", live.toSeconds(), "1 or more");
        require(rate >= 1 && rate <= 20_000, "rate", rate, "1 to 20000");
        require(historyDays >= 30, "historyDays", historyDays, "30 or more, so that labels mature");
        require(cards >= 100, "cards", cards, "100 or more");
    }

    private static void require(boolean holds, String name, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(name + " is " + value + ", expected " + expected);
        }
    }

    /** How much event time the live traffic spans, with some to spare. */
    Duration liveEventTime() {
        if (retraining) {
            return RetrainingAct.EVENT_TIME;
        }
        double days = live.toMillis() / 1000.0 * rate / (cards * TRANSACTIONS_PER_CARD_AND_DAY);
        return Duration.ofMinutes((long) (days * 1.5 * 24 * 60) + 24 * 60);
    }
}
