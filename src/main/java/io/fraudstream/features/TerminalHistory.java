package io.fraudstream.features;

import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.Transaction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/**
 * What is remembered of one terminal: its events of the last 37 days and the labels on them. A
 * label counts at an event if it was known by then, labels before transactions on ties; of several
 * verdicts on one transaction the last known one stands, and of two at once fraud. Labels may come
 * before their transaction or long after they were known.
 *
 * <p>Everything but events and labels follows from them and from two positions: how many events lie
 * before the one at hand, and at what time the windows end. Both move step by step in either
 * direction, so an event out of order costs no more than the events and labels that it comes
 * before. Not safe for several threads.
 *
 * <p>From {@code maxEvents} rows on, the older half is folded: its events in the same pane of 4 /
 * {@code maxEvents} of what is kept become one row at the time of the last of them. At each end of
 * a window a count is then off by at most the events of one pane, and features are called
 * approximate until the last such row has left every window. A label that comes to a folded event
 * adds a fraud to its row and can't be taken back.
 *
 * <p>An amount of {@link FeatureSchema#HIGH_RATIO} times the terminal's robust mean or more
 * explains a fraud by itself; a known fraud of a lower amount is called ordinary, and says more of
 * the terminal. Whether an amount was high is settled when its event comes.
 */
public final class TerminalHistory {
    private static final long DAY = 86_400_000L;
    private static final long KEPT =
            FeatureSchema.TERMINAL_HORIZON + FeatureSchema.DISORDER_ALLOWANCE;
    private static final int FIRST_CAPACITY = 4;

    /** Ages at which events leave one window and enter another. */
    private static final long[] AGES = {
        DAY,
        7 * DAY,
        8 * DAY,
        14 * DAY,
        21 * DAY,
        28 * DAY,
        30 * DAY,
        FeatureSchema.TERMINAL_HORIZON
    };

    private static final int AGE_1 = 0;
    private static final int AGE_7 = 1;
    private static final int AGE_8 = 2;
    private static final int AGE_14 = 3;
    private static final int AGE_21 = 4;
    private static final int AGE_28 = 5;
    private static final int AGE_30 = 6;
    private static final int AGE_37 = 7;
    private static final int[] MATURED_TO = {AGE_8, AGE_14, AGE_37};

    // Ties broken by content, so that the order of arrival does not matter; of two verdicts at once
    // fraud is the last.
    private static final Comparator<Verdict> ORDER =
            Comparator.comparingLong(Verdict::knownAt)
                    .thenComparingLong(Verdict::identity)
                    .thenComparingLong(Verdict::eventTime)
                    .thenComparing(Verdict::fraud);

    int size;
    long[] time;
    long[] rank;
    long[] identity;

    /**
     * How many of a row's events are frauds by the labels that are due; null until one is known, as
     * at most terminals.
     */
    int[] frauds;

    /** How many of {@link #frauds} had an amount that is ordinary here; null with those. */
    int[] ordinary;

    /** Of a row's approved events with an ordinary amount: the sum, and how many they are. */
    long[] amount;

    int[] plain;

    /** 1 if the event's amount was unusually high here; 0 for a folded row. */
    byte[] high;

    /** How many events a row stands for; null while nothing was folded. */
    int[] weight;

    /**
     * Whether a copy adds rows to these columns, but for those that labels and folding change:
     * before any write they are cloned.
     */
    private boolean lent;

    /** Whether the rows so far are another's too: more may be added behind them, no more. */
    private boolean borrowed;

    /** See {@link HistoryFormat#added}; what follows from rows and labels is none of it. */
    int added = HistoryFormat.MORE;

    /** The labels on events that are kept, in the order in which they become known. */
    final List<Verdict> labels;

    private final int maxEvents;
    private final long pane;

    /** No labelled event is newer, so that labels need not be looked through for those that are. */
    private long newestLabelled = Long.MIN_VALUE;

    /** When all windows end, and by when labels must be known. */
    private long clock = Long.MIN_VALUE;

    /** How many rows are in the aggregates: those before the event at hand. */
    private int visible;

    /** How many labels are known by the clock. */
    private int due;

    /** The first row of each window. */
    private final int[] tail;

    private final int[] countYounger;
    private final int[] fraudsYounger;
    private final int[] ordinaryYounger;

    /** What the robust mean of the widest window is made of. */
    private long plainSum;

    private int plainCount;

    /** How many folded rows the widest window holds. */
    private int folds;

    /**
     * The first and the last visible row with a fraud; to be looked for where it lies outside the
     * widest window.
     */
    private int firstFraud = -1;

    private int lastFraud = -1;

    private int forgottenUnmatched;

    record Verdict(long identity, long eventTime, long knownAt, boolean fraud) {}

    /**
     * @param maxEvents from so many events on the oldest are folded together and features become
     *     approximate; at least 16
     */
    public TerminalHistory(int maxEvents) {
        this(maxEvents, FIRST_CAPACITY);
    }

    /**
     * @param capacity for so many rows there is room at once
     */
    TerminalHistory(int maxEvents, int capacity) {
        if (maxEvents < 16) {
            throw new IllegalArgumentException(
                    "maxEvents is " + maxEvents + ", expected at least 16");
        }
        this.maxEvents = maxEvents;
        this.pane = 4 * KEPT / maxEvents;
        time = new long[capacity];
        rank = new long[capacity];
        identity = new long[capacity];
        amount = new long[capacity];
        plain = new int[capacity];
        high = new byte[capacity];
        labels = new ArrayList<>(0);
        tail = new int[AGES.length];
        countYounger = new int[AGES.length];
        fraudsYounger = new int[AGES.length];
        ordinaryYounger = new int[AGES.length];
    }

    /** See {@link CardEvents#CardEvents(CardEvents)}. */
    private TerminalHistory(TerminalHistory other) {
        other.lent = true;
        borrowed = true;
        maxEvents = other.maxEvents;
        pane = other.pane;
        size = other.size;
        time = other.time;
        rank = other.rank;
        identity = other.identity;
        frauds = other.frauds == null ? null : other.frauds.clone();
        ordinary = other.ordinary == null ? null : other.ordinary.clone();
        amount = other.amount;
        plain = other.plain;
        high = other.high;
        weight = other.weight == null ? null : other.weight.clone();
        labels = new ArrayList<>(other.labels);
        newestLabelled = other.newestLabelled;
        clock = other.clock;
        visible = other.visible;
        due = other.due;
        tail = other.tail.clone();
        countYounger = other.countYounger.clone();
        fraudsYounger = other.fraudsYounger.clone();
        ordinaryYounger = other.ordinaryYounger.clone();
        plainSum = other.plainSum;
        plainCount = other.plainCount;
        folds = other.folds;
        firstFraud = other.firstFraud;
        lastFraud = other.lastFraud;
        forgottenUnmatched = other.forgottenUnmatched;
    }

    /** The same history, which no longer changes with this one. */
    public TerminalHistory copy() {
        return new TerminalHistory(this);
    }

    /** See {@link CardEvents#touch}. */
    long touch() {
        int newest = size - 1;
        if (newest < 0) {
            return labels.size();
        }
        long touched = rank[newest] + identity[newest] + plain[newest] + labels.size();
        touched += (long) countYounger[0] + fraudsYounger[0] + ordinaryYounger[0];
        for (int first : tail) {
            int i = Math.min(first, newest);
            touched += time[i] + fraudsOf(i) + ordinaryOf(i) + amount[i] + high[i];
        }
        return touched + time[newest] + fraudsOf(newest) + ordinaryOf(newest) + amount[newest];
    }

    static void addSpecs(List<FeatureSpec> specs) {
        for (String window : new String[] {"1d", "7d", "30d"}) {
            specs.add(
                    new FeatureSpec(
                            "terminal_count_" + window,
                            Unit.COUNT,
                            Transform.LOG,
                            "transactions at this terminal within " + window));
        }
        for (String window : new String[] {"1d", "7d", "30d"}) {
            add(
                    specs,
                    "terminal_matured_count_" + window,
                    Unit.COUNT,
                    "transactions at this terminal in the " + window + " before the label delay");
            add(
                    specs,
                    "terminal_known_frauds_" + window,
                    Unit.COUNT,
                    "known frauds at this terminal in the " + window + " before the label delay");
            specs.add(
                    new FeatureSpec(
                            "terminal_fraud_share_" + window,
                            Unit.SHARE,
                            Transform.PIECES,
                            "share of frauds at this terminal in the "
                                    + window
                                    + " before the label delay"));
        }
        for (int delay : new int[] {0, 14, 21}) {
            add(
                    specs,
                    "terminal_known_frauds_7d_delay_" + delay + "d",
                    Unit.COUNT,
                    delay == 0
                            ? "known frauds at this terminal within 7d"
                            : "known frauds at this terminal in the 7d up to "
                                    + delay
                                    + " days ago");
        }
        add(
                specs,
                "terminal_fraud_run",
                Unit.COUNT,
                "frauds in a row at this terminal, up to the label delay");
        add(
                specs,
                "terminal_days_since_fraud",
                Unit.DAYS,
                "time since this terminal's last known fraud");
        add(
                specs,
                "terminal_days_since_first_fraud",
                Unit.DAYS,
                "time since this terminal's first known fraud");
        add(
                specs,
                "terminal_days_since_legitimate",
                Unit.DAYS,
                "time since this terminal's last cleared transaction");
        add(
                specs,
                "terminal_fraud_run_days",
                Unit.DAYS,
                "time since this terminal's frauds in a row began");
        add(
                specs,
                "terminal_cleared_since_fraud",
                Unit.COUNT,
                "cleared transactions since this terminal's last known fraud");
        add(
                specs,
                "terminal_ordinary_fraud_run",
                Unit.COUNT,
                "frauds of ordinary amount since this terminal's last cleared transaction");
        add(
                specs,
                "terminal_ordinary_fraud_run_days",
                Unit.DAYS,
                "time since the first of those frauds of ordinary amount");
        add(
                specs,
                "terminal_days_since_ordinary_fraud",
                Unit.DAYS,
                "time since this terminal's last known fraud of ordinary amount");
        add(
                specs,
                "terminal_cleared_since_ordinary_fraud",
                Unit.COUNT,
                "cleared transactions since this terminal's last known fraud of ordinary amount");
        for (String window : new String[] {"7d", "30d"}) {
            add(
                    specs,
                    "terminal_ordinary_frauds_" + window,
                    Unit.COUNT,
                    "known frauds of ordinary amount at this terminal in the "
                            + window
                            + " before the label delay");
        }
        specs.add(
                new FeatureSpec(
                        "terminal_ordinary_fraud_share_7d",
                        Unit.SHARE,
                        Transform.PIECES,
                        "share of frauds of ordinary amount at this terminal in the 7d before the"
                                + " label delay"));
        add(
                specs,
                "terminal_amount_over_usual",
                Unit.RATIO,
                "amount against what is usual at this terminal");
    }

    private static void add(List<FeatureSpec> specs, String name, Unit unit, String words) {
        specs.add(new FeatureSpec(name, unit, Transform.PIECES, words));
    }

    /** The event time of the newest event, or {@link Long#MIN_VALUE}. */
    public long newestTime() {
        return size == 0 ? Long.MIN_VALUE : time[size - 1];
    }

    /**
     * The event time of the newest event or label: nothing of it matters once that is past the
     * horizon.
     */
    public long lastTime() {
        long last = newestTime();
        for (Verdict label : labels) {
            last = Math.max(last, label.eventTime());
        }
        return last;
    }

    /** How many events are held, folded ones as one. */
    public int size() {
        return size;
    }

    /** How many labels wait for their time or for their transaction. */
    public int pendingLabels() {
        int pending = labels.size() - due;
        for (int i = 0; i < due; i++) {
            pending += rowOf(labels.get(i)) < 0 ? 1 : 0;
        }
        return pending;
    }

    /** How a label relates to the verdicts on its transaction that are remembered. */
    public enum LabelOutcome {
        /** There is none. */
        FIRST,
        /** It agrees with the one before it. */
        REPEATED,
        /** It differs from the one before it. */
        CONTRADICTORY
    }

    /**
     * Takes in a label, to be used from its {@code knownAt} on. The same label once more changes
     * nothing, unless its event was folded and the label counted there.
     *
     * @return how it relates to the verdict that was known last before it or, where there is none,
     *     to the first after it
     */
    public LabelOutcome label(FraudLabel label) {
        Verdict verdict = verdict(label);
        LabelOutcome outcome = outcomeOf(verdict);
        int position = Collections.binarySearch(labels, verdict, ORDER);
        if (position >= 0) {
            return outcome;
        }
        position = -position - 1;
        added = HistoryFormat.MORE;
        hold(position, verdict);
        if (position < due || size > 0 && verdict.knownAt() <= clock) {
            due++;
            takeEffect(position);
        }
        return outcome;
    }

    /** Puts in a label, which has no effect before it is due. */
    void hold(int position, Verdict verdict) {
        labels.add(position, verdict);
        newestLabelled = Math.max(newestLabelled, verdict.eventTime());
    }

    private static Verdict verdict(FraudLabel label) {
        return new Verdict(
                EventIdentity.hash(label.transactionId()),
                label.eventTime(),
                label.knownAt(),
                label.fraud());
    }

    private LabelOutcome outcomeOf(Verdict added) {
        Verdict before = null;
        for (Verdict held : labels) {
            if (isOnOne(held, added.identity(), added.eventTime())) {
                if (before != null && ORDER.compare(held, added) > 0) {
                    break;
                }
                before = held;
            }
        }
        if (before == null) {
            return LabelOutcome.FIRST;
        }
        return before.fraud() == added.fraud() ? LabelOutcome.REPEATED : LabelOutcome.CONTRADICTORY;
    }

    private static boolean isOnOne(Verdict label, long hash, long eventTime) {
        return label.identity() == hash && label.eventTime() == eventTime;
    }

    /** Whether the labelled event has come; of folded events, whether one may be it. */
    public boolean holdsEventOf(FraudLabel label) {
        return hasCome(verdict(label));
    }

    /** Whether there is a label on this event; never on a reversal, which is not remembered. */
    public boolean holdsLabelOf(Transaction t) {
        if (t.eventTime() > newestLabelled || t.isReversal()) {
            return false;
        }
        long hash = EventIdentity.hash(t.id());
        for (Verdict label : labels) {
            if (isOnOne(label, hash, t.eventTime())) {
                return true;
            }
        }
        return false;
    }

    /** How many labelled transactions have not come. */
    public int unmatched() {
        return unmatchedUpTo(Long.MAX_VALUE);
    }

    /**
     * How many labelled transactions never came, of those that were forgotten since this was asked
     * last. It is not part of what is stored.
     */
    public int takeForgottenUnmatched() {
        int taken = forgottenUnmatched;
        forgottenUnmatched = 0;
        return taken;
    }

    private int unmatchedUpTo(long eventTime) {
        return (int)
                labels.stream()
                        .filter(label -> label.eventTime() <= eventTime && !hasCome(label))
                        .mapToLong(Verdict::identity)
                        .distinct()
                        .count();
    }

    private boolean hasCome(Verdict label) {
        return rowOf(label) >= 0 || (weight != null && foldOf(label) >= 0);
    }

    /**
     * Writes the terminal's features at this event, then takes the event in.
     *
     * @return whether folded events are within a window, so that features are approximate
     */
    boolean step(Transaction t, double[] out, int offset) {
        long eventRank = EventIdentity.rank(t.id());
        hideFrom(EventIdentity.positionOf(t.eventTime(), eventRank, time, rank, visible));
        moveTo(t.eventTime());
        double usual = (double) plainSum / plainCount;
        double ratio = usual > 0 ? t.baseAmountMinor() / usual : Double.NaN;
        measure(t, ratio, out, offset);
        boolean approximate = folds > 0;
        if (!t.isReversal()) {
            long hash = EventIdentity.hash(t.id());
            insert(visible, t.eventTime(), eventRank, hash);
            boolean unusual = ratio >= FeatureSchema.HIGH_RATIO;
            high[visible] = (byte) (unusual ? 1 : 0);
            if (!unusual && !t.isDeclined()) {
                amount[visible] = t.baseAmountMinor();
                plain[visible] = 1;
            }
            if (t.eventTime() <= newestLabelled && verdictOn(hash, t.eventTime())) {
                makeFraudColumns();
                frauds[visible] = 1;
                ordinary[visible] = unusual ? 0 : 1;
                firstFraud = Math.min(firstFraud, visible);
            }
        }
        showAll();
        if (size > 0 && clock != newestTime()) {
            moveTo(newestTime());
        }
        forget();
        if (size >= maxEvents) {
            fold();
        }
        return approximate;
    }

    /**
     * Lets windows follow from the rows and labels that were put in, in one pass from the newest
     * row back.
     */
    void rebuild(long now) {
        visible = size;
        folds = 0;
        firstFraud = -1;
        lastFraud = -1;
        plainSum = 0;
        plainCount = 0;
        countYounger[0] = 0;
        fraudsYounger[0] = 0;
        ordinaryYounger[0] = 0;
        if (size > 0) {
            clock = now;
        }
        int age = 0;
        for (int row = size - 1; row >= 0; row--) {
            while (age < AGES.length && time[row] <= clock - AGES[age]) {
                endWindow(age++, row + 1);
            }
            if (age == AGES.length) {
                break;
            }
            count(age, row, row + 1, 1);
            countWidest(row, row + 1, 1);
            firstFraud = fraudsOf(row) > 0 ? row : firstFraud;
        }
        while (age < AGES.length) {
            endWindow(age++, 0);
        }
        if (size > 0) {
            moveLabelsTo(now);
        }
    }

    /** The next wider one begins with what it holds. */
    private void endWindow(int age, int first) {
        tail[age] = first;
        if (age < AGE_37) {
            countYounger[age + 1] = countYounger[age];
            fraudsYounger[age + 1] = fraudsYounger[age];
            ordinaryYounger[age + 1] = ordinaryYounger[age];
        }
    }

    /** Takes the visible rows from this one on out of all windows. */
    private void hideFrom(int first) {
        if (first == visible) {
            return;
        }
        int to = visible;
        int events = 0;
        int known = 0;
        int ordinaryKnown = 0;
        // Of the narrowest window first, since the next holds what that holds and more.
        for (int a = 0; a < AGES.length; a++) {
            int from = Math.max(tail[a], first);
            events += eventsIn(from, to);
            known += sum(frauds, from, to);
            ordinaryKnown += sum(ordinary, from, to);
            countYounger[a] -= events;
            fraudsYounger[a] -= known;
            ordinaryYounger[a] -= ordinaryKnown;
            tail[a] = Math.min(tail[a], first);
            to = from;
        }
        countWidest(to, visible, -1);
        visible = first;
        lastFraud = lastFraud >= first ? -1 : lastFraud;
    }

    private void showAll() {
        int events = eventsIn(visible, size);
        int known = sum(frauds, visible, size);
        int ordinaryKnown = sum(ordinary, visible, size);
        for (int a = 0; a < AGES.length; a++) {
            countYounger[a] += events;
            fraudsYounger[a] += known;
            ordinaryYounger[a] += ordinaryKnown;
        }
        countWidest(visible, size, 1);
        for (int row = visible; known > 0 && row < size; row++) {
            lastFraud = frauds[row] > 0 ? row : lastFraud;
        }
        visible = size;
    }

    private int eventsIn(int from, int to) {
        return weight == null ? to - from : sum(weight, from, to);
    }

    private static int sum(int[] column, int from, int to) {
        int sum = 0;
        for (int row = from; column != null && row < to; row++) {
            sum += column[row];
        }
        return sum;
    }

    /** Lets rows enter a window at its older end, or leave it there. */
    private void count(int age, int from, int to, int sign) {
        countYounger[age] += sign * eventsIn(from, to);
        fraudsYounger[age] += sign * sum(frauds, from, to);
        ordinaryYounger[age] += sign * sum(ordinary, from, to);
    }

    private void countWidest(int from, int to, int sign) {
        for (int row = from; row < to; row++) {
            plainSum += sign * amount[row];
            plainCount += sign * plain[row];
            folds += weightOf(row) > 1 ? sign : 0;
        }
    }

    /** Lets every window end at this time, with the labels known by then. */
    private void moveTo(long now) {
        clock = now;
        for (int a = 0; a < AGES.length; a++) {
            int before = tail[a];
            int first = firstBehind(now - AGES[a], before);
            if (first == before) {
                continue;
            }
            tail[a] = first;
            int from = Math.min(first, before);
            int to = Math.max(first, before);
            int sign = first < before ? 1 : -1;
            count(a, from, to, sign);
            if (a == AGE_37) {
                countWidest(from, to, sign);
                firstFraud = sign > 0 ? firstFraudIn(from, to, firstFraud) : firstFraud;
            }
        }
        moveLabelsTo(now);
    }

    /**
     * The first visible row behind this time.
     *
     * @param near looked at first, with those around it
     */
    private int firstBehind(long limit, int near) {
        int row = near;
        while (row < visible && row < near + EventIdentity.NEAR && time[row] <= limit) {
            row++;
        }
        while (row > 0 && row > near - EventIdentity.NEAR && time[row - 1] > limit) {
            row--;
        }
        return Math.abs(row - near) < EventIdentity.NEAR
                ? row
                : Math.min(visible, firstAt(limit + 1));
    }

    private int firstFraudIn(int from, int to, int otherwise) {
        for (int row = from; row < to; row++) {
            if (fraudsOf(row) > 0) {
                return row;
            }
        }
        return otherwise;
    }

    private void moveLabelsTo(long now) {
        while (due > 0 && labels.get(due - 1).knownAt() > now) {
            due--;
            settle(labels.get(due));
        }
        while (due < labels.size() && labels.get(due).knownAt() <= now) {
            due++;
            takeEffect(due - 1);
        }
    }

    /** What a label does that has become due. */
    private void takeEffect(int index) {
        Verdict label = labels.get(index);
        int fold = weight == null ? -1 : foldOf(label);
        if (fold < 0) {
            settle(label);
            return;
        }
        if (label.fraud() && fraudsOf(fold) < weight[fold]) {
            setFrauds(fold, fraudsOf(fold) + 1);
        }
        added = HistoryFormat.MORE;
        labels.remove(index);
        due--;
    }

    /** Lets the verdicts that are due say what the labelled event is, if it has come. */
    private void settle(Verdict label) {
        int row = rowOf(label);
        if (row >= 0) {
            setFrauds(row, verdictOn(label.identity(), label.eventTime()) ? 1 : 0);
        }
    }

    private void setFrauds(int row, int known) {
        int change = known - fraudsOf(row);
        if (change == 0) {
            return;
        }
        makeFraudColumns();
        int ordinaryChange = high[row] != 0 ? 0 : change;
        frauds[row] = known;
        ordinary[row] += ordinaryChange;
        for (int a = 0; a < AGES.length; a++) {
            if (row >= tail[a] && row < visible) {
                fraudsYounger[a] += change;
                ordinaryYounger[a] += ordinaryChange;
            }
        }
        if (known > 0) {
            firstFraud = Math.min(firstFraud, row);
            lastFraud = row < visible && lastFraud >= 0 ? Math.max(lastFraud, row) : lastFraud;
        } else {
            firstFraud = firstFraud == row ? -1 : firstFraud;
            lastFraud = lastFraud == row ? -1 : lastFraud;
        }
    }

    private boolean verdictOn(long hash, long eventTime) {
        for (int i = due - 1; i >= 0; i--) {
            Verdict label = labels.get(i);
            if (label.identity() == hash && label.eventTime() == eventTime) {
                return label.fraud();
            }
        }
        return false;
    }

    /** The row of the labelled event alone; -1 if it has not come or was folded. */
    private int rowOf(Verdict label) {
        for (int i = firstAt(label.eventTime()); i < size && time[i] == label.eventTime(); i++) {
            if (identity[i] == label.identity()) {
                return i;
            }
        }
        return -1;
    }

    /** The folded row that must hold the labelled event; -1 if there is none. */
    private int foldOf(Verdict label) {
        int row = firstAt(label.eventTime());
        boolean folded =
                row < size && weight[row] > 1 && paneOf(time[row]) == paneOf(label.eventTime());
        return folded && rowOf(label) < 0 ? row : -1;
    }

    /** The first row at this time or later. */
    private int firstAt(long eventTime) {
        // Behind every rank of the millisecond before; ranks are unsigned.
        return EventIdentity.firstAfter(eventTime - 1, -1, time, rank, size);
    }

    private long paneOf(long eventTime) {
        return Math.floorDiv(eventTime, pane);
    }

    private void measure(Transaction t, double ratio, double[] out, int offset) {
        int o = offset;
        int self = t.isReversal() ? 0 : 1;
        out[o++] = countYounger[AGE_1] + self;
        out[o++] = countYounger[AGE_7] + self;
        out[o++] = countYounger[AGE_30] + self;
        for (int to : MATURED_TO) {
            int count = countYounger[to] - countYounger[AGE_7];
            int known = fraudsYounger[to] - fraudsYounger[AGE_7];
            out[o++] = count;
            out[o++] = known;
            out[o++] = count == 0 ? 0 : (double) known / count;
        }
        out[o++] = fraudsYounger[AGE_7];
        out[o++] = fraudsYounger[AGE_21] - fraudsYounger[AGE_14];
        out[o++] = fraudsYounger[AGE_28] - fraudsYounger[AGE_21];
        o = measureRuns(t, out, o);
        int week = countYounger[AGE_14] - countYounger[AGE_7];
        int ordinaryInWeek = ordinaryYounger[AGE_14] - ordinaryYounger[AGE_7];
        out[o++] = ordinaryInWeek;
        out[o++] = ordinaryYounger[AGE_37] - ordinaryYounger[AGE_7];
        out[o++] = week == 0 ? 0 : (double) ordinaryInWeek / week;
        out[o] = ratio;
    }

    /**
     * What the newest events say: frauds in a row, how long ago, and what was cleared since. Scans
     * back to the last ordinary fraud, and not at all where no fraud is known.
     */
    private int measureRuns(Transaction t, double[] out, int offset) {
        int oldest = tail[AGE_37];
        boolean any = fraudsYounger[AGE_37] > 0;
        boolean anyOrdinary = ordinaryYounger[AGE_37] > 0;
        int legitimate = -1;
        int run = 0;
        int runBegin = -1;
        int ordinaryRun = 0;
        int ordinaryBegin = -1;
        int lastOrdinary = -1;
        int cleared = 0;
        int clearedSinceFraud = -1;
        int clearedSinceOrdinary = 0;
        // Nothing younger than the label delay has been cleared.
        int row = (fraudsYounger[AGE_7] > 0 ? visible : tail[AGE_7]) - 1;
        for (; row >= oldest; row--) {
            boolean matured = row < tail[AGE_7];
            if (fraudsOf(row) > 0) {
                clearedSinceFraud = clearedSinceFraud < 0 ? cleared : clearedSinceFraud;
                if (ordinary[row] > 0 && lastOrdinary < 0) {
                    lastOrdinary = row;
                    clearedSinceOrdinary = cleared;
                }
                if (matured && legitimate < 0) {
                    run += frauds[row];
                    runBegin = row;
                    ordinaryRun += ordinary[row];
                    ordinaryBegin = ordinary[row] > 0 ? row : ordinaryBegin;
                }
            } else if (matured) {
                cleared += weightOf(row);
                legitimate = legitimate < 0 ? row : legitimate;
            }
            if (legitimate >= 0
                    && (clearedSinceFraud >= 0 || !any)
                    && (lastOrdinary >= 0 || !anyOrdinary)) {
                break;
            }
        }
        if (any) {
            lastFraud = lastFraud < 0 ? visible - 1 : lastFraud;
            while (frauds[lastFraud] == 0) {
                lastFraud--;
            }
            firstFraud = Math.max(firstFraud, oldest);
            while (frauds[firstFraud] == 0) {
                firstFraud++;
            }
        }
        int o = offset;
        out[o++] = run;
        out[o++] = any ? days(t, lastFraud) : Double.NaN;
        out[o++] = any ? days(t, firstFraud) : Double.NaN;
        out[o++] = legitimate >= 0 ? days(t, legitimate) : Double.NaN;
        out[o++] = runBegin >= 0 ? days(t, runBegin) : Double.NaN;
        out[o++] = any ? clearedSinceFraud : Double.NaN;
        out[o++] = ordinaryRun;
        out[o++] = ordinaryBegin >= 0 ? days(t, ordinaryBegin) : Double.NaN;
        out[o++] = anyOrdinary ? days(t, lastOrdinary) : Double.NaN;
        out[o++] = anyOrdinary ? clearedSinceOrdinary : Double.NaN;
        return o;
    }

    private double days(Transaction t, int row) {
        return (double) (t.eventTime() - time[row]) / DAY;
    }

    /** Where an event belongs that is not there yet. */
    int positionOf(long eventTime, long eventRank) {
        return EventIdentity.positionOf(eventTime, eventRank, time, rank, size);
    }

    /** Puts in a row that is not visible yet. */
    void insert(int row, long at, long eventRank, long hash) {
        if (size == time.length) {
            grow(size + Math.max(2, size >> 1));
        }
        if (lent || row < size) {
            own();
            move(row, row + 1, size - row);
        }
        size++;
        added = added == HistoryFormat.NOTHING ? row : HistoryFormat.MORE;
        time[row] = at;
        rank[row] = eventRank;
        identity[row] = hash;
        if (frauds != null) {
            frauds[row] = 0;
            ordinary[row] = 0;
        }
        amount[row] = 0;
        plain[row] = 0;
        high[row] = 0;
        if (weight != null) {
            weight[row] = 1;
        }
        firstFraud += firstFraud >= row ? 1 : 0;
    }

    /** Makes the columns this history's alone. */
    private void own() {
        if (lent || borrowed) {
            grow(time.length);
        }
    }

    private void grow(int capacity) {
        lent = false;
        borrowed = false;
        time = Arrays.copyOf(time, capacity);
        rank = Arrays.copyOf(rank, capacity);
        identity = Arrays.copyOf(identity, capacity);
        frauds = frauds == null ? null : Arrays.copyOf(frauds, capacity);
        ordinary = ordinary == null ? null : Arrays.copyOf(ordinary, capacity);
        amount = Arrays.copyOf(amount, capacity);
        plain = Arrays.copyOf(plain, capacity);
        high = Arrays.copyOf(high, capacity);
        weight = weight == null ? null : Arrays.copyOf(weight, capacity);
    }

    /**
     * Forgets what no window will see again; only when a quarter of the rows goes, so that this is
     * O(1) amortised.
     */
    private void forget() {
        long forgotten = clock - KEPT;
        if (size > 0 && time[size / 4] > forgotten) {
            return;
        }
        forgetUpTo(forgotten);
    }

    private void forgetUpTo(long forgotten) {
        forgottenUnmatched += unmatchedUpTo(forgotten);
        int rows = firstAt(forgotten + 1);
        if (rows > 0) {
            own();
            added = HistoryFormat.MORE;
        }
        move(rows, 0, size - rows);
        size -= rows;
        visible -= rows;
        for (int a = 0; a < AGES.length; a++) {
            tail[a] -= rows;
        }
        firstFraud = Math.max(-1, firstFraud - rows);
        lastFraud = Math.max(-1, lastFraud - rows);
        removeLabels(label -> label.eventTime() <= forgotten);
    }

    private void removeLabels(Predicate<Verdict> condition) {
        if (labels.isEmpty()) {
            return;
        }
        added = HistoryFormat.MORE;
        List<Verdict> known = labels.subList(0, due);
        known.removeIf(condition);
        due = known.size();
        labels.removeIf(condition);
    }

    /** Folds the older half, so that a terminal of any rate takes bounded room. */
    private void fold() {
        own();
        added = HistoryFormat.MORE;
        forgetUpTo(clock - KEPT);
        int half = size / 2;
        int kept = 0;
        for (int first = 0; first < half; kept++) {
            int last = first;
            int rows = weightOf(first);
            int known = fraudsOf(first);
            int ordinaryThere = ordinaryOf(first);
            long sum = amount[first];
            int approved = plain[first];
            while (last + 1 < half && paneOf(time[last + 1]) == paneOf(time[first])) {
                last++;
                rows += weightOf(last);
                known += fraudsOf(last);
                ordinaryThere += ordinaryOf(last);
                sum += amount[last];
                approved += plain[last];
            }
            move(last, kept, 1);
            if (last > first) {
                identity[kept] = 0;
                if (frauds != null) {
                    frauds[kept] = known;
                    ordinary[kept] = ordinaryThere;
                }
                amount[kept] = sum;
                plain[kept] = approved;
                high[kept] = 0;
                weigh(kept, rows);
            }
            first = last + 1;
        }
        move(half, kept, size - half);
        size -= half - kept;
        removeDueOnFolds();
        rebuild(clock);
    }

    /** Labels on folded events are counted in their rows. */
    private void removeDueOnFolds() {
        if (weight != null) {
            List<Verdict> known = labels.subList(0, due);
            known.removeIf(label -> foldOf(label) >= 0);
            due = known.size();
        }
    }

    private int fraudsOf(int row) {
        return frauds == null ? 0 : frauds[row];
    }

    private int ordinaryOf(int row) {
        return ordinary == null ? 0 : ordinary[row];
    }

    /** Makes the columns of frauds if there are none yet. */
    void makeFraudColumns() {
        if (frauds == null) {
            frauds = new int[time.length];
            ordinary = new int[time.length];
        }
    }

    int weightOf(int row) {
        return weight == null ? 1 : weight[row];
    }

    private void weigh(int row, int rows) {
        if (weight == null) {
            weight = new int[time.length];
            Arrays.fill(weight, 1);
        }
        weight[row] = rows;
    }

    private void move(int from, int to, int rows) {
        System.arraycopy(time, from, time, to, rows);
        System.arraycopy(rank, from, rank, to, rows);
        System.arraycopy(identity, from, identity, to, rows);
        System.arraycopy(amount, from, amount, to, rows);
        System.arraycopy(plain, from, plain, to, rows);
        System.arraycopy(high, from, high, to, rows);
        if (frauds != null) {
            System.arraycopy(frauds, from, frauds, to, rows);
            System.arraycopy(ordinary, from, ordinary, to, rows);
        }
        if (weight != null) {
            System.arraycopy(weight, from, weight, to, rows);
        }
    }
}
