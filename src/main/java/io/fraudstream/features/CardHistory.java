package io.fraudstream.features;

import io.fraudstream.transaction.EntryMode;
import io.fraudstream.transaction.Transaction;
import java.util.List;

/**
 * What is remembered of one card: its events of the last 30 days and the last feature vectors.
 * Windows are exact: at an event e = (t, id) they cover the card's events in (t − W, t] up to e,
 * itself included, by event time.
 *
 * <p>The amount of the event at hand always counts in its own sums, whatever the issuer answered: a
 * feature must not give away the response code, which is not known when a score is needed. From the
 * next event on a declined amount is left out. Not safe for several threads.
 */
public final class CardHistory {
    private static final double MILLIS_PER_SECOND = 1000;
    private static final double MILLIS_PER_HOUR = 3_600_000;
    private static final int[] SHOWN_WINDOWS = {
        0, 1, CardEvents.DAY, CardEvents.WEEK, CardEvents.MONTH
    };

    final CardEvents events;
    final RecentVectors vectors;

    private final int maxEvents;

    /**
     * @param maxEvents from so many events on the oldest are folded together and features become
     *     approximate; at least 16
     */
    public CardHistory(int maxEvents) {
        this(maxEvents, new CardEvents(), new RecentVectors());
    }

    CardHistory(int maxEvents, CardEvents events, RecentVectors vectors) {
        if (maxEvents < 16) {
            throw new IllegalArgumentException(
                    "maxEvents is " + maxEvents + ", expected at least 16");
        }
        this.maxEvents = maxEvents;
        this.events = events;
        this.vectors = vectors;
    }

    private CardHistory(CardHistory other) {
        this.maxEvents = other.maxEvents;
        this.events = new CardEvents(other.events);
        this.vectors = new RecentVectors(other.vectors);
    }

    /** The same history, which no longer changes with this one. */
    public CardHistory copy() {
        return new CardHistory(this);
    }

    static void addSpecs(List<FeatureSpec> specs) {
        for (int w : SHOWN_WINDOWS) {
            String window = FeatureSchema.CARD_WINDOW_NAMES[w];
            specs.add(
                    new FeatureSpec(
                            "card_count_" + window,
                            Unit.COUNT,
                            Transform.LOG,
                            "this card's transactions within " + window));
            specs.add(
                    new FeatureSpec(
                            "card_sum_" + window,
                            Unit.MONEY,
                            Transform.LOG,
                            "this card's spending within " + window));
            specs.add(
                    new FeatureSpec(
                            "card_mean_" + window,
                            Unit.MONEY,
                            Transform.LOG,
                            "this card's mean amount within " + window));
        }
        add(
                specs,
                "card_amount_over_mean_7d",
                Unit.RATIO,
                Transform.PIECES,
                "amount against this card's 7-day mean");
        add(
                specs,
                "card_amount_over_mean_30d",
                Unit.RATIO,
                Transform.PIECES,
                "amount against this card's 30-day mean");
        add(
                specs,
                "card_amount_deviations_7d",
                Unit.DEVIATIONS,
                Transform.PIECES,
                "amount above this card's 7-day mean");
        add(
                specs,
                "card_amount_deviations_30d",
                Unit.DEVIATIONS,
                Transform.PIECES,
                "amount above this card's 30-day mean");
        add(
                specs,
                "card_amount_over_max_30d",
                Unit.RATIO,
                Transform.PIECES,
                "amount against this card's 30-day maximum");
        add(
                specs,
                "card_amount_over_usual",
                Unit.RATIO,
                Transform.PIECES,
                "amount against what is usual for this card");
        add(
                specs,
                "card_high_amounts_7d",
                Unit.COUNT,
                Transform.PIECES,
                "this card's unusually high amounts within 7d");
        add(
                specs,
                "card_high_amounts_14d",
                Unit.COUNT,
                Transform.PIECES,
                "this card's unusually high amounts within 14d");
        add(
                specs,
                "card_highest_ratio_7d",
                Unit.RATIO,
                Transform.PIECES,
                "this card's most unusual amount within 7d");
        add(
                specs,
                "card_highest_ratio_14d",
                Unit.RATIO,
                Transform.PIECES,
                "this card's most unusual amount within 14d");
        add(
                specs,
                "card_declined_24h",
                Unit.COUNT,
                Transform.LOG,
                "this card's earlier declined attempts within 24h");
        add(
                specs,
                "card_terminals_24h",
                Unit.COUNT,
                Transform.LOG,
                "different terminals of this card within 24h");
        add(
                specs,
                "card_terminals_7d",
                Unit.COUNT,
                Transform.LOG,
                "different terminals of this card within 7d");
        add(
                specs,
                "card_seconds_since_previous",
                Unit.SECONDS,
                Transform.LOG,
                "time since this card's last use");
        add(
                specs,
                "card_new_terminal",
                Unit.FLAG,
                Transform.NONE,
                "first time at this terminal in 30 days");
        add(
                specs,
                "card_new_mcc",
                Unit.FLAG,
                Transform.NONE,
                "first time at this kind of merchant in 30 days");
        add(
                specs,
                "card_country_change",
                Unit.FLAG,
                Transform.NONE,
                "country differs from this card's last");
        add(
                specs,
                "card_entry_mode_change",
                Unit.FLAG,
                Transform.NONE,
                "entry mode differs from this card's last");
        add(
                specs,
                "card_distance_km",
                Unit.KILOMETRES,
                Transform.LOG,
                "distance from this card's last place");
        add(
                specs,
                "card_speed_kmh",
                Unit.KILOMETRES_PER_HOUR,
                Transform.LOG,
                "speed from this card's last place");
    }

    private static void add(
            List<FeatureSpec> specs, String name, Unit unit, Transform transform, String words) {
        specs.add(new FeatureSpec(name, unit, transform, words));
    }

    /** The event time of the newest event, or {@link Long#MIN_VALUE}. */
    public long newestTime() {
        return events.newestTime();
    }

    /** How many events are held, folded ones as one. */
    public int size() {
        return events.size;
    }

    /**
     * Writes the card's features at this event, then takes the event in.
     *
     * @return whether folded events are within a window, so that features are approximate
     */
    boolean step(Transaction t, long rank, double[] out, int offset) {
        String key = t.terminalKey();
        long terminal = key == null ? 0 : EventIdentity.hash(key);
        events.moveBefore(t.eventTime(), rank);
        double usual =
                events.plainCount == 0 ? Double.NaN : (double) events.plainSum / events.plainCount;
        double ratio = over(t.baseAmountMinor(), usual);
        measure(events, t, terminal, ratio, out, offset);
        boolean approximate = events.holdsFolds();
        events.insert(t, rank, terminal, (float) ratio);
        events.moveToNewest();
        if (events.size >= maxEvents) {
            events.fold(maxEvents);
        }
        return approximate;
    }

    private static void measure(
            CardEvents e, Transaction t, long terminal, double ratio, double[] out, int offset) {
        int o = offset;
        long amount = t.baseAmountMinor();
        int self = t.isReversal() ? 0 : 1;
        long adds = t.isReversal() ? -amount : amount;
        for (int w : SHOWN_WINDOWS) {
            int approved = e.approved[w] + self;
            out[o++] = e.count[w] + self;
            out[o++] = e.sum[w] + adds;
            out[o++] = approved == 0 ? Double.NaN : (double) (e.sum[w] + adds) / approved;
        }
        double weekMean = mean(e, CardEvents.WEEK);
        double monthMean = mean(e, CardEvents.MONTH);
        out[o++] = over(amount, weekMean);
        out[o++] = over(amount, monthMean);
        out[o++] = deviations(amount, weekMean, e, CardEvents.WEEK, e.weekSquares);
        out[o++] = deviations(amount, monthMean, e, CardEvents.MONTH, e.monthSquares);
        long highest = e.highestAmount();
        out[o++] = over(amount, highest == 0 ? Double.NaN : highest);
        out[o++] = ratio;
        out[o++] = e.high[CardEvents.WEEK];
        out[o++] = e.high[CardEvents.FORTNIGHT];
        out[o++] = e.highestRatio(CardEvents.WEEK);
        out[o++] = e.highestRatio(CardEvents.FORTNIGHT);
        out[o++] = e.declined[CardEvents.DAY];
        o = measureNovelty(e, t, terminal, out, o);
        measureMoves(e, t, out, o);
    }

    private static int measureNovelty(
            CardEvents e, Transaction t, long terminal, double[] out, int offset) {
        int o = offset;
        boolean atTerminal = terminal != 0 && !t.isReversal();
        int previous = atTerminal ? e.lastAtTerminal(terminal, e.tail[CardEvents.MONTH]) : -1;
        out[o++] = terminals(e, CardEvents.DAY, atTerminal, previous);
        out[o++] = terminals(e, CardEvents.WEEK, atTerminal, previous);
        int last = lastCounted(e);
        out[o++] = last < 0 ? Double.NaN : (t.eventTime() - e.time[last]) / MILLIS_PER_SECOND;
        out[o++] = terminal == 0 ? Double.NaN : flag(previous < 0 && atTerminal);
        out[o++] =
                t.mcc() == null
                        ? Double.NaN
                        : flag(!e.hasMcc(CardEvents.numberOf(t.mcc()), CardEvents.MONTH));
        return o;
    }

    private static int terminals(CardEvents e, int w, boolean atTerminal, int previous) {
        return e.terminals[w] + (atTerminal && previous < e.tail[w] ? 1 : 0);
    }

    private static void measureMoves(CardEvents e, Transaction t, double[] out, int offset) {
        int o = offset;
        int month = e.tail[CardEvents.MONTH];
        int country = -1;
        for (int i = e.visible - 1;
                t.country() != null && e.country != null && country < 0 && i >= month;
                i--) {
            country = e.country[i] != 0 ? i : -1;
        }
        out[o++] =
                country < 0
                        ? Double.NaN
                        : flag(e.country[country] != CardEvents.packed(t.country()));
        int entry = -1;
        for (int i = e.visible - 1;
                t.entryMode() != null && e.entryMode != null && entry < 0 && i >= month;
                i--) {
            entry = e.entryMode[i] != 0 ? i : -1;
        }
        EntryMode mode = t.entryMode();
        out[o++] = entry < 0 ? Double.NaN : flag(e.entryMode[entry] != mode.ordinal() + 1);
        int place = -1;
        for (int i = e.visible - 1;
                t.hasPlace() && e.latitude != null && place < 0 && i >= month;
                i--) {
            place = Float.isNaN(e.latitude[i]) ? -1 : i;
        }
        if (place < 0) {
            out[o++] = Double.NaN;
            out[o] = Double.NaN;
            return;
        }
        double distance =
                GreatCircle.kilometres(
                        e.latitude[place],
                        e.longitude[place],
                        (float) t.latitude(),
                        (float) t.longitude());
        // Two events within a second are taken as a second apart, so that speed stays finite.
        double hours = Math.max(MILLIS_PER_SECOND, t.eventTime() - e.time[place]) / MILLIS_PER_HOUR;
        out[o++] = distance;
        out[o] = distance / hours;
    }

    private static int lastCounted(CardEvents e) {
        for (int i = e.visible - 1; i >= e.tail[CardEvents.MONTH]; i--) {
            if ((e.flags[i] & CardEvents.COUNTED) != 0) {
                return i;
            }
        }
        return -1;
    }

    private static double mean(CardEvents e, int window) {
        return e.approved[window] == 0 ? Double.NaN : (double) e.sum[window] / e.approved[window];
    }

    /** NaN where there is nothing to compare with, or where reversals left nothing of it. */
    private static double over(double amount, double usual) {
        return usual > 0 ? amount / usual : Double.NaN;
    }

    private static double deviations(
            double amount, double mean, CardEvents e, int window, SquareSum squares) {
        double deviation =
                e.approved[window] < 2 ? 0 : squares.deviation(e.approved[window], e.sum[window]);
        return deviation > 0 ? (amount - mean) / deviation : Double.NaN;
    }

    private static double flag(boolean value) {
        return value ? 1 : 0;
    }
}
