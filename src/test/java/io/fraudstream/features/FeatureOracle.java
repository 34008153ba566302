package io.fraudstream.features;

import io.fraudstream.transaction.EntryMode;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.Transaction;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Every feature by its definition, over plain lists of all events and labels that have arrived so
 * far, with nothing running along. Slow, and meant to be: {@link FeatureEngine} is checked against
 * it.
 */
public final class FeatureOracle {
    private static final long SECOND = 1000;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    /** Event time, then the identifier's bytes. */
    private static final Comparator<Seen> ORDER =
            Comparator.comparingLong(Seen::time)
                    .thenComparing(
                            seen -> seen.transaction().id().getBytes(StandardCharsets.UTF_8),
                            Arrays::compareUnsigned);

    private final FeatureSchema schema;
    private final Map<String, List<Seen>> cards = new HashMap<>();
    private final Map<String, List<Seen>> terminals = new HashMap<>();
    private final Map<String, List<FraudLabel>> labels = new HashMap<>();

    /**
     * An event and what was found when it came, which later arrivals do not change.
     *
     * @param ratio amount over the card's usual, in the precision in which histories keep it
     * @param highHere whether the amount was at least 3 times what is usual at the terminal
     */
    private record Seen(Transaction transaction, float ratio, boolean highHere) {
        long time() {
            return transaction.eventTime();
        }

        long amount() {
            return transaction.baseAmountMinor();
        }

        boolean isCounted() {
            return !transaction.isReversal();
        }

        boolean isApproved() {
            return isCounted() && !transaction.isDeclined();
        }

        boolean isHigh() {
            return isApproved() && ratio >= 3;
        }
    }

    /** Features by name, filled in any order. */
    private final class Row {
        private final double[] values = new double[schema.size()];
        private final Set<String> filled = new HashSet<>();

        void put(String name, double value) {
            values[schema.indexOf(name)] = value;
            if (!filled.add(name)) {
                throw new IllegalStateException(name + " was computed twice");
            }
        }

        double[] complete() {
            for (FeatureSpec spec : schema.specs()) {
                if (!filled.contains(spec.name())) {
                    throw new IllegalStateException("the oracle does not know " + spec.name());
                }
            }
            return values;
        }
    }

    public FeatureOracle(FeatureSchema schema) {
        this.schema = schema;
    }

    public void label(FraudLabel label) {
        if (label.terminalKey() != null) {
            labels.computeIfAbsent(label.terminalKey(), key -> new ArrayList<>()).add(label);
        }
    }

    /**
     * The features of this event over all that came before it in order and has arrived; then takes
     * it in.
     */
    public double[] step(Transaction t) {
        Row row = new Row();
        ofTransaction(t, row);
        List<Seen> card = cards.computeIfAbsent(t.cardId(), key -> new ArrayList<>());
        double ratio = ofCard(t, card, row);
        boolean highHere = ofTerminal(t, row) >= 3;
        Seen seen = new Seen(t, (float) ratio, highHere);
        insert(card, seen);
        if (t.terminalKey() != null && !t.isReversal()) {
            insert(terminals.computeIfAbsent(t.terminalKey(), key -> new ArrayList<>()), seen);
        }
        return row.complete();
    }

    private static void insert(List<Seen> list, Seen seen) {
        int position = list.size();
        while (position > 0 && ORDER.compare(list.get(position - 1), seen) > 0) {
            position--;
        }
        list.add(position, seen);
    }

    private static void ofTransaction(Transaction t, Row row) {
        ZonedDateTime when = Instant.ofEpochMilli(t.eventTime()).atZone(ZoneOffset.UTC);
        DayOfWeek day = when.getDayOfWeek();
        row.put("amount", t.baseAmountMinor());
        row.put("hour_of_day", when.getHour());
        row.put("is_weekend", flag(day == DayOfWeek.SATURDAY || day == DayOfWeek.SUNDAY));
        row.put("is_night", flag(when.getHour() < 7));
        EntryMode mode = t.entryMode();
        Set<EntryMode> remote =
                Set.of(EntryMode.ECOMMERCE, EntryMode.CREDENTIAL_ON_FILE, EntryMode.MANUAL);
        row.put("is_card_not_present", mode == null ? Double.NaN : flag(remote.contains(mode)));
        row.put("is_magstripe", mode == null ? Double.NaN : flag(mode == EntryMode.MAGSTRIPE));
    }

    private static double ofCard(Transaction t, List<Seen> card, Row row) {
        List<Seen> month = before(t, card, 30 * DAY);
        List<Seen> fortnight = before(t, card, 14 * DAY);
        List<Seen> week = before(t, card, 7 * DAY);
        List<Seen> day = before(t, card, DAY);

        ofWindow(t, before(t, card, 10 * MINUTE), "10m", row);
        ofWindow(t, before(t, card, HOUR), "1h", row);
        ofWindow(t, day, "24h", row);
        ofWindow(t, week, "7d", row);
        ofWindow(t, month, "30d", row);
        ofHabit(t, week, "7d", row);
        ofHabit(t, month, "30d", row);

        long highest = 0;
        for (Seen seen : month) {
            highest = seen.isApproved() ? Math.max(highest, seen.amount()) : highest;
        }
        row.put(
                "card_amount_over_max_30d",
                highest == 0 ? Double.NaN : (double) t.baseAmountMinor() / highest);
        List<Seen> plain = new ArrayList<>(month);
        plain.removeIf(seen -> !seen.isApproved() || seen.isHigh());
        double usual = mean(plain);
        double ratio = usual > 0 ? t.baseAmountMinor() / usual : Double.NaN;
        row.put("card_amount_over_usual", ratio);
        row.put("card_high_amounts_7d", count(week, Seen::isHigh));
        row.put("card_high_amounts_14d", count(fortnight, Seen::isHigh));
        row.put("card_highest_ratio_7d", highestRatio(week));
        row.put("card_highest_ratio_14d", highestRatio(fortnight));
        row.put("card_declined_24h", count(day, seen -> seen.isCounted() && !seen.isApproved()));
        row.put("card_terminals_24h", terminals(t, day));
        row.put("card_terminals_7d", terminals(t, week));

        Seen previous = last(month, Seen::isCounted);
        row.put(
                "card_seconds_since_previous",
                previous == null ? Double.NaN : (t.eventTime() - previous.time()) / 1000.0);
        String key = t.terminalKey();
        // A reversal goes back to where its original was, so it is never the first one there.
        boolean knownTerminal =
                t.isReversal()
                        || last(
                                        month,
                                        seen ->
                                                seen.isCounted()
                                                        && Objects.equals(
                                                                seen.transaction().terminalKey(),
                                                                key))
                                != null;
        row.put("card_new_terminal", key == null ? Double.NaN : flag(!knownTerminal));
        boolean knownMcc =
                last(
                                month,
                                seen ->
                                        seen.isCounted()
                                                && Objects.equals(
                                                        seen.transaction().mcc(), t.mcc()))
                        != null;
        row.put("card_new_mcc", t.mcc() == null ? Double.NaN : flag(!knownMcc));
        ofMoves(t, month, row);
        return ratio;
    }

    private static void ofWindow(Transaction t, List<Seen> window, String name, Row row) {
        List<Seen> withSelf = new ArrayList<>(window);
        // Its own answer is not known when a score is needed, so the event at hand counts as
        // approved.
        withSelf.add(new Seen(unanswered(t), Float.NaN, false));
        row.put("card_count_" + name, count(withSelf, Seen::isCounted));
        row.put("card_sum_" + name, sum(withSelf).doubleValue());
        row.put("card_mean_" + name, mean(withSelf));
    }

    private static void ofHabit(Transaction t, List<Seen> window, String name, Row row) {
        double mean = mean(window);
        row.put(
                "card_amount_over_mean_" + name,
                mean > 0 ? t.baseAmountMinor() / mean : Double.NaN);
        BigInteger n = BigInteger.valueOf(count(window, Seen::isApproved));
        BigInteger squares = BigInteger.ZERO;
        for (Seen seen : window) {
            BigInteger square = BigInteger.valueOf(seen.amount()).pow(2);
            squares = seen.isApproved() ? squares.add(square) : squares;
            squares = seen.isCounted() ? squares : squares.subtract(square);
        }
        BigInteger scaledVariance = n.multiply(squares).subtract(sum(window).pow(2));
        if (n.intValue() < 2 || scaledVariance.signum() <= 0) {
            row.put("card_amount_deviations_" + name, Double.NaN);
            return;
        }
        double deviation =
                new BigDecimal(scaledVariance)
                        .sqrt(MathContext.DECIMAL64)
                        .divide(new BigDecimal(n), MathContext.DECIMAL64)
                        .doubleValue();
        row.put("card_amount_deviations_" + name, (t.baseAmountMinor() - mean) / deviation);
    }

    private static void ofMoves(Transaction t, List<Seen> month, Row row) {
        Seen country =
                last(month, seen -> seen.isCounted() && seen.transaction().country() != null);
        boolean comparable = country != null && t.country() != null;
        row.put(
                "card_country_change",
                comparable
                        ? flag(!country.transaction().country().equals(t.country()))
                        : Double.NaN);
        Seen entry =
                last(month, seen -> seen.isCounted() && seen.transaction().entryMode() != null);
        comparable = entry != null && t.entryMode() != null;
        row.put(
                "card_entry_mode_change",
                comparable ? flag(entry.transaction().entryMode() != t.entryMode()) : Double.NaN);
        Seen place = last(month, seen -> seen.isCounted() && seen.transaction().hasPlace());
        if (place == null || !t.hasPlace()) {
            row.put("card_distance_km", Double.NaN);
            row.put("card_speed_kmh", Double.NaN);
            return;
        }
        double distance = kilometres(place.transaction(), t);
        double hours = Math.max(SECOND, t.eventTime() - place.time()) / (double) HOUR;
        row.put("card_distance_km", distance);
        row.put("card_speed_kmh", distance / hours);
    }

    /** Haversine over places rounded to floats, as histories keep them. */
    private static double kilometres(Transaction from, Transaction to) {
        double latitude1 = Math.toRadians((float) from.latitude());
        double latitude2 = Math.toRadians((float) to.latitude());
        double longitudes =
                Math.toRadians((double) (float) to.longitude() - (float) from.longitude());
        double h =
                Math.pow(Math.sin((latitude2 - latitude1) / 2), 2)
                        + Math.cos(latitude1)
                                * Math.cos(latitude2)
                                * Math.pow(Math.sin(longitudes / 2), 2);
        return 2 * 6371.0088 * Math.atan2(Math.sqrt(h), Math.sqrt(1 - h));
    }

    private double ofTerminal(Transaction t, Row row) {
        String key = t.terminalKey();
        if (key == null) {
            schema.specs().stream()
                    .map(FeatureSpec::name)
                    .filter(name -> name.startsWith("terminal_"))
                    .forEach(name -> row.put(name, Double.NaN));
            return Double.NaN;
        }
        List<Seen> all = terminals.getOrDefault(key, List.of());
        Set<String> frauds = knownFrauds(key, t.eventTime());
        Predicate<Seen> isFraud = seen -> frauds.contains(seen.transaction().id());
        for (int days : new int[] {1, 7, 30}) {
            row.put(
                    "terminal_count_" + days + "d",
                    before(t, all, days * DAY).size() + (t.isReversal() ? 0 : 1));
            List<Seen> matured = between(t, all, 7 * DAY, (7 + days) * DAY);
            int known = count(matured, isFraud);
            row.put("terminal_matured_count_" + days + "d", matured.size());
            row.put("terminal_known_frauds_" + days + "d", known);
            row.put(
                    "terminal_fraud_share_" + days + "d",
                    matured.isEmpty() ? 0 : (double) known / matured.size());
        }
        for (int delay : new int[] {0, 14, 21}) {
            List<Seen> week = between(t, all, delay * DAY, (delay + 7) * DAY);
            row.put("terminal_known_frauds_7d_delay_" + delay + "d", count(week, isFraud));
        }
        List<Seen> matured = between(t, all, 7 * DAY, 37 * DAY);
        int run = 0;
        for (int i = matured.size() - 1; i >= 0 && isFraud.test(matured.get(i)); i--) {
            run++;
        }
        row.put("terminal_fraud_run", run);
        List<Seen> known = new ArrayList<>(before(t, all, 37 * DAY));
        known.removeIf(isFraud.negate());
        row.put(
                "terminal_days_since_fraud",
                known.isEmpty() ? Double.NaN : days(t, known.get(known.size() - 1)));
        row.put(
                "terminal_days_since_first_fraud",
                known.isEmpty() ? Double.NaN : days(t, known.get(0)));
        Seen cleared = last(matured, isFraud.negate());
        row.put("terminal_days_since_legitimate", cleared == null ? Double.NaN : days(t, cleared));
        List<Seen> inARow = matured.subList(matured.size() - run, matured.size());
        row.put("terminal_fraud_run_days", inARow.isEmpty() ? Double.NaN : days(t, inARow.get(0)));
        row.put("terminal_cleared_since_fraud", clearedSince(known, matured, isFraud));
        List<Seen> ordinaryRun = new ArrayList<>(inARow);
        ordinaryRun.removeIf(Seen::highHere);
        row.put("terminal_ordinary_fraud_run", ordinaryRun.size());
        row.put(
                "terminal_ordinary_fraud_run_days",
                ordinaryRun.isEmpty() ? Double.NaN : days(t, ordinaryRun.get(0)));
        known.removeIf(Seen::highHere);
        row.put(
                "terminal_days_since_ordinary_fraud",
                known.isEmpty() ? Double.NaN : days(t, known.get(known.size() - 1)));
        row.put("terminal_cleared_since_ordinary_fraud", clearedSince(known, matured, isFraud));
        Predicate<Seen> isOrdinary = seen -> isFraud.test(seen) && !seen.highHere();
        List<Seen> week = between(t, all, 7 * DAY, 14 * DAY);
        int inWeek = count(week, isOrdinary);
        row.put("terminal_ordinary_frauds_7d", inWeek);
        row.put("terminal_ordinary_frauds_30d", count(matured, isOrdinary));
        row.put(
                "terminal_ordinary_fraud_share_7d",
                week.isEmpty() ? 0 : (double) inWeek / week.size());
        List<Seen> usual = new ArrayList<>(before(t, all, 37 * DAY));
        usual.removeIf(seen -> seen.highHere() || !seen.isApproved());
        double mean = mean(usual);
        double ratio = mean > 0 ? t.baseAmountMinor() / mean : Double.NaN;
        row.put("terminal_amount_over_usual", ratio);
        return ratio;
    }

    private static double clearedSince(
            List<Seen> known, List<Seen> matured, Predicate<Seen> isFraud) {
        if (known.isEmpty()) {
            return Double.NaN;
        }
        Seen last = known.get(known.size() - 1);
        return count(matured, seen -> ORDER.compare(seen, last) > 0 && !isFraud.test(seen));
    }

    /** Of the verdicts known by then the last one stands; of two verdicts at once, fraud. */
    private Set<String> knownFrauds(String key, long now) {
        Map<String, FraudLabel> standing = new HashMap<>();
        for (FraudLabel label : labels.getOrDefault(key, List.of())) {
            if (label.knownAt() > now) {
                continue;
            }
            standing.merge(
                    label.transactionId(),
                    label,
                    (a, b) -> {
                        if (a.knownAt() != b.knownAt()) {
                            return a.knownAt() > b.knownAt() ? a : b;
                        }
                        return a.fraud() ? a : b;
                    });
        }
        Set<String> frauds = new HashSet<>();
        standing.forEach(
                (id, label) -> {
                    if (label.fraud()) {
                        frauds.add(id);
                    }
                });
        return frauds;
    }

    /** The events before this one that are younger than the window is long. */
    private static List<Seen> before(Transaction t, List<Seen> all, long window) {
        return between(t, all, 0, window);
    }

    /** The events before this one that are at least {@code from} and less than {@code to} old. */
    private static List<Seen> between(Transaction t, List<Seen> all, long from, long to) {
        Seen self = new Seen(t, Float.NaN, false);
        List<Seen> result = new ArrayList<>();
        for (Seen seen : all) {
            long age = t.eventTime() - seen.time();
            if (ORDER.compare(seen, self) < 0 && age >= from && age < to) {
                result.add(seen);
            }
        }
        return result;
    }

    private static int count(List<Seen> events, Predicate<Seen> condition) {
        int count = 0;
        for (Seen seen : events) {
            count += condition.test(seen) ? 1 : 0;
        }
        return count;
    }

    private static Seen last(List<Seen> events, Predicate<Seen> condition) {
        Seen last = null;
        for (Seen seen : events) {
            last = condition.test(seen) ? seen : last;
        }
        return last;
    }

    private static BigInteger sum(List<Seen> events) {
        BigInteger sum = BigInteger.ZERO;
        for (Seen seen : events) {
            BigInteger amount = BigInteger.valueOf(seen.amount());
            sum = seen.isApproved() ? sum.add(amount) : sum;
            sum = seen.isCounted() ? sum : sum.subtract(amount);
        }
        return sum;
    }

    private static double mean(List<Seen> events) {
        int approved = count(events, Seen::isApproved);
        return approved == 0 ? Double.NaN : sum(events).doubleValue() / approved;
    }

    private static double highestRatio(List<Seen> events) {
        double highest = Double.NaN;
        for (Seen seen : events) {
            if (seen.isApproved() && !Float.isNaN(seen.ratio())) {
                highest = Double.isNaN(highest) ? seen.ratio() : Math.max(highest, seen.ratio());
            }
        }
        return highest;
    }

    private static int terminals(Transaction t, List<Seen> window) {
        Set<String> keys = new HashSet<>();
        for (Seen seen : window) {
            if (seen.isCounted()) {
                keys.add(seen.transaction().terminalKey());
            }
        }
        if (!t.isReversal()) {
            keys.add(t.terminalKey());
        }
        keys.remove(null);
        return keys.size();
    }

    private static double days(Transaction t, Seen seen) {
        return (t.eventTime() - seen.time()) / (double) DAY;
    }

    private static double flag(boolean value) {
        return value ? 1 : 0;
    }

    private static Transaction unanswered(Transaction t) {
        return new Transaction(
                t.id(),
                t.eventTime(),
                t.cardId(),
                t.amountMinor(),
                t.currency(),
                t.baseAmountMinor(),
                t.terminalId(),
                t.merchantId(),
                t.mcc(),
                t.country(),
                t.entryMode(),
                t.latitude(),
                t.longitude(),
                t.deviceId(),
                null,
                t.messageType(),
                t.originalTransactionId());
    }
}
