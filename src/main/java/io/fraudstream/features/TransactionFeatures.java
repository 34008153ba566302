package io.fraudstream.features;

import io.fraudstream.transaction.EntryMode;
import io.fraudstream.transaction.Transaction;
import java.util.List;

/** The features of an event by itself. All times of day are UTC. */
final class TransactionFeatures {
    static final int SIZE = 6;

    private static final long HOUR = 3_600_000L;
    private static final long DAY = 24 * HOUR;
    private static final int NIGHT_ENDS_BEFORE_HOUR = 7;

    private TransactionFeatures() {}

    static void addSpecs(List<FeatureSpec> specs) {
        specs.add(new FeatureSpec("amount", Unit.MONEY, Transform.PIECES, "amount"));
        specs.add(new FeatureSpec("hour_of_day", Unit.HOUR, Transform.NONE, "time of day"));
        specs.add(new FeatureSpec("is_weekend", Unit.FLAG, Transform.NONE, "at the weekend"));
        specs.add(new FeatureSpec("is_night", Unit.FLAG, Transform.NONE, "at night"));
        specs.add(
                new FeatureSpec(
                        "is_card_not_present",
                        Unit.FLAG,
                        Transform.NONE,
                        "made without the card being present"));
        specs.add(
                new FeatureSpec(
                        "is_magstripe",
                        Unit.FLAG,
                        Transform.NONE,
                        "read from the magnetic stripe"));
    }

    static void write(Transaction t, double[] out) {
        long days = Math.floorDiv(t.eventTime(), DAY);
        int hour = (int) (Math.floorMod(t.eventTime(), DAY) / HOUR);
        // Day 0 of the epoch was a Thursday.
        long weekday = Math.floorMod(days + 3, 7L);
        out[0] = t.baseAmountMinor();
        out[1] = hour;
        out[2] = weekday >= 5 ? 1 : 0;
        out[3] = hour < NIGHT_ENDS_BEFORE_HOUR ? 1 : 0;
        EntryMode mode = t.entryMode();
        out[4] = mode == null ? Double.NaN : mode.isRemote() ? 1 : 0;
        out[5] = mode == null ? Double.NaN : mode == EntryMode.MAGSTRIPE ? 1 : 0;
    }
}
