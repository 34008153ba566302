package io.fraudstream.features;

import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.Transaction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * What is remembered of one terminal: its events of the last 37 days, which of them are known to be frauds since when,
 * and labels whose time or whose transaction has not come yet. A label counts at an event if it was known by then, labels
 * before transactions on ties. Not safe for several threads.
 */
public final class TerminalHistory {
    private static final long DAY = 86_400_000L;
    private static final int FIRST_CAPACITY = 8;
    private static final int FOLD = 8;
    private static final int LONGEST_RUN = 64;

    /** Ages at which events leave one window and enter another. */
    private static final long[] AGES = {
        DAY, 7 * DAY, 8 * DAY, 14 * DAY, 21 * DAY, 28 * DAY, 30 * DAY, FeatureSchema.TERMINAL_HORIZON
    };

    private static final int AGE_1 = 0;
    private static final int AGE_7 = 1;
    private static final int AGE_8 = 2;
    private static final int AGE_14 = 3;
    private static final int AGE_21 = 4;
    private static final int AGE_28 = 5;
    private static final int AGE_30 = 6;
    private static final int AGE_37 = 7;

    int size;
    long[] time = new long[FIRST_CAPACITY];
    long[] rank = new long[FIRST_CAPACITY];
    long[] identity = new long[FIRST_CAPACITY];
    /** When the event became a known fraud; 0 if it has not. */
    long[] knownAt = new long[FIRST_CAPACITY];
    /** How many events and frauds a folded row stands for; null while nothing was folded. */
    int[] weight;

    int[] frauds;

    /** Labels that are not known yet or whose transaction has not come, by {@code knownAt}. */
    final List<PendingLabel> pending = new ArrayList<>(0);

    private final int[] tail = new int[AGES.length];
    private final int[] countYounger = new int[AGES.length];
    private final int[] fraudsYounger = new int[AGES.length];
    private final int maxEvents;

    record PendingLabel(long identity, long eventTime, long knownAt, boolean fraud) {}

    /**
     * @param maxEvents from so many events on the oldest are folded together and features become approximate
     */
    public TerminalHistory(int maxEvents) {
        this.maxEvents = maxEvents;
    }

    static void addSpecs(List<FeatureSpec> specs) {
        for (String window : new String[] {"1d", "7d", "30d"}) {
            add(specs, "terminal_count_" + window, Unit.COUNT, "transactions at this terminal within " + window);
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
            specs.add(new FeatureSpec(
                    "terminal_fraud_share_" + window,
                    Unit.SHARE,
                    Transform.NONE,
                    "share of frauds at this terminal in the " + window + " before the label delay"));
        }
        for (int delay : new int[] {0, 14, 21}) {
            add(
                    specs,
                    "terminal_known_frauds_7d_delay_" + delay + "d",
                    Unit.COUNT,
                    "known frauds at this terminal in the 7d up to " + delay + " days ago");
        }
        add(specs, "terminal_fraud_run", Unit.COUNT, "frauds in a row at this terminal, up to the label delay");
        add(specs, "terminal_days_since_fraud", Unit.DAYS, "time since this terminal's last known fraud");
        add(specs, "terminal_days_since_first_fraud", Unit.DAYS, "time since this terminal's first known fraud");
        add(specs, "terminal_days_since_legitimate", Unit.DAYS, "time since this terminal's last cleared transaction");
    }

    private static void add(List<FeatureSpec> specs, String name, Unit unit, String words) {
        specs.add(new FeatureSpec(name, unit, Transform.LOG, words));
    }

    /** The event time of the newest event, or {@link Long#MIN_VALUE}. */
    public long newestTime() {
        return size == 0 ? Long.MIN_VALUE : time[size - 1];
    }

    /** The event time of the newest event or waiting label: nothing of it matters once that is past the horizon. */
    public long lastTime() {
        long last = newestTime();
        for (PendingLabel label : pending) {
            last = Math.max(last, label.eventTime());
        }
        return last;
    }

    /** How many events are held, folded ones as one. */
    public int size() {
        return size;
    }

    public int pendingLabels() {
        return pending.size();
    }

    /** Takes in a label, to be used from its {@code knownAt} on. */
    public void label(FraudLabel label) {
        PendingLabel added = new PendingLabel(
                EventIdentity.hash(label.transactionId()), label.eventTime(), label.knownAt(), label.fraud());
        int position = pending.size();
        while (position > 0 && ORDER.compare(pending.get(position - 1), added) > 0) {
            position--;
        }
        pending.add(position, added);
    }

    // Ties broken by content, so that the order of arrival does not matter; of two verdicts at once fraud is the last.
    private static final Comparator<PendingLabel> ORDER = Comparator.comparingLong(PendingLabel::knownAt)
            .thenComparingLong(PendingLabel::identity)
            .thenComparing(PendingLabel::fraud);

    /**
     * Writes the terminal's features at this event, then takes the event in.
     *
     * @return whether events had been folded, so that windows are approximate
     */
    boolean step(Transaction t, double[] out, int offset) {
        long eventRank = EventIdentity.rank(t.id());
        boolean inOrder = size == 0 || !EventIdentity.isAfter(time[size - 1], rank[size - 1], t.eventTime(), eventRank);
        if (inOrder) {
            advanceTo(t.eventTime());
            applyLabels(t.eventTime());
            measure(t, out, offset);
            if (!t.isReversal()) {
                append(t.eventTime(), eventRank, EventIdentity.hash(t.id()), 0, 1, 0);
            }
        } else {
            stepOutOfOrder(t, eventRank, out, offset);
        }
        boolean approximate = weight != null;
        if (size >= maxEvents) {
            fold();
        }
        return approximate;
    }

    /** Rebuilds the history as it was known before the event, measures there, and puts the later events behind it. */
    private void stepOutOfOrder(Transaction t, long eventRank, double[] out, int offset) {
        int position = size;
        while (position > 0 && EventIdentity.isAfter(time[position - 1], rank[position - 1], t.eventTime(), eventRank)) {
            position--;
        }
        TerminalHistory past = new TerminalHistory(maxEvents);
        TerminalHistory all = new TerminalHistory(maxEvents);
        for (int i = 0; i < position; i++) {
            past.appendStored(this, i, t.eventTime());
            all.appendStored(this, i, Long.MAX_VALUE);
        }
        past.pending.addAll(pending);
        past.advanceTo(t.eventTime());
        past.applyLabels(t.eventTime());
        past.measure(t, out, offset);
        if (!t.isReversal()) {
            all.append(t.eventTime(), eventRank, EventIdentity.hash(t.id()), 0, 1, 0);
        }
        for (int i = position; i < size; i++) {
            all.appendStored(this, i, Long.MAX_VALUE);
        }
        long newest = newestTime();
        all.pending.addAll(pending);
        take(all);
        advanceTo(newest);
        applyLabels(newest);
    }

    private void take(TerminalHistory other) {
        size = other.size;
        time = other.time;
        rank = other.rank;
        identity = other.identity;
        knownAt = other.knownAt;
        weight = other.weight;
        frauds = other.frauds;
        System.arraycopy(other.tail, 0, tail, 0, tail.length);
        System.arraycopy(other.countYounger, 0, countYounger, 0, tail.length);
        System.arraycopy(other.fraudsYounger, 0, fraudsYounger, 0, tail.length);
        List<PendingLabel> labels = List.copyOf(other.pending);
        pending.clear();
        pending.addAll(labels);
    }

    private void appendStored(TerminalHistory from, int row, long knownBy) {
        long known = from.knownAt[row] <= knownBy ? from.knownAt[row] : 0;
        int fraudsThere = from.frauds == null ? 0 : from.frauds[row];
        restore(from.time[row], from.rank[row], from.identity[row], known, from.weightOf(row), fraudsThere);
    }

    void restore(long at, long eventRank, long hash, long known, int rows, int fraudsThere) {
        advanceTo(at);
        append(at, eventRank, hash, known, rows, fraudsThere);
    }

    /** Lets every window end at this time; what no window will see again is forgotten. */
    private void advanceTo(long now) {
        for (int a = 0; a < AGES.length; a++) {
            long limit = now - AGES[a];
            while (tail[a] < size && time[tail[a]] <= limit) {
                countYounger[a] -= weightOf(tail[a]);
                fraudsYounger[a] -= fraudsOf(tail[a]);
                tail[a]++;
            }
        }
        long forgotten = now - FeatureSchema.TERMINAL_HORIZON - FeatureSchema.DISORDER_ALLOWANCE;
        int expired = 0;
        while (expired < size && time[expired] <= forgotten) {
            expired++;
        }
        if (expired > 0 && (2 * expired >= size || size == time.length)) {
            dropFirst(expired);
        }
    }

    private void applyLabels(long now) {
        if (pending.isEmpty() || pending.get(0).knownAt() > now) {
            return;
        }
        long forgotten = now - FeatureSchema.TERMINAL_HORIZON - FeatureSchema.DISORDER_ALLOWANCE;
        int kept = 0;
        int i = 0;
        for (; i < pending.size() && pending.get(i).knownAt() <= now; i++) {
            PendingLabel label = pending.get(i);
            if (!apply(label) && label.eventTime() > forgotten) {
                // Its transaction may still come; until then the label waits among the known ones.
                pending.set(kept++, label);
            }
        }
        pending.subList(kept, i).clear();
    }

    private boolean apply(PendingLabel label) {
        int row = rowOf(label);
        if (row < 0) {
            return false;
        }
        boolean was = knownAt[row] != 0;
        if (was == label.fraud()) {
            return true;
        }
        knownAt[row] = label.fraud() ? label.knownAt() : 0;
        for (int a = 0; a < AGES.length; a++) {
            if (row >= tail[a]) {
                fraudsYounger[a] += label.fraud() ? 1 : -1;
            }
        }
        return true;
    }

    private int rowOf(PendingLabel label) {
        int low = Arrays.binarySearch(time, 0, size, label.eventTime());
        if (low < 0) {
            return -1;
        }
        while (low > 0 && time[low - 1] == label.eventTime()) {
            low--;
        }
        for (int i = low; i < size && time[i] == label.eventTime(); i++) {
            if (identity[i] == label.identity() && weightOf(i) == 1) {
                return i;
            }
        }
        return -1;
    }

    private void measure(Transaction t, double[] out, int offset) {
        int o = offset;
        int self = t.isReversal() ? 0 : 1;
        out[o++] = countYounger[AGE_1] + self;
        out[o++] = countYounger[AGE_7] + self;
        out[o++] = countYounger[AGE_30] + self;
        for (int to : new int[] {AGE_8, AGE_14, AGE_37}) {
            int count = countYounger[to] - countYounger[AGE_7];
            int known = fraudsYounger[to] - fraudsYounger[AGE_7];
            out[o++] = count;
            out[o++] = known;
            out[o++] = count == 0 ? 0 : (double) known / count;
        }
        out[o++] = fraudsYounger[AGE_7];
        out[o++] = fraudsYounger[AGE_21] - fraudsYounger[AGE_14];
        out[o++] = fraudsYounger[AGE_28] - fraudsYounger[AGE_21];

        int matured = tail[AGE_7];
        int oldest = tail[AGE_37];
        int run = 0;
        while (run < LONGEST_RUN && matured - 1 - run >= oldest && fraudsOf(matured - 1 - run) > 0) {
            run++;
        }
        out[o++] = run;
        boolean any = fraudsYounger[AGE_37] > 0;
        int last = -1;
        int first = -1;
        for (int i = size - 1; any && last < 0; i--) {
            last = fraudsOf(i) > 0 ? i : -1;
        }
        for (int i = oldest; any && first < 0; i++) {
            first = fraudsOf(i) > 0 ? i : -1;
        }
        int legitimate = matured - 1 - run;
        out[o++] = any ? days(t, last) : Double.NaN;
        out[o++] = any ? days(t, first) : Double.NaN;
        out[o] = run < LONGEST_RUN && legitimate >= oldest ? days(t, legitimate) : Double.NaN;
    }

    private double days(Transaction t, int row) {
        return (double) (t.eventTime() - time[row]) / DAY;
    }

    private void append(long at, long eventRank, long hash, long known, int rows, int fraudsThere) {
        if (size == time.length) {
            int capacity = size + (size >> 1);
            time = Arrays.copyOf(time, capacity);
            rank = Arrays.copyOf(rank, capacity);
            identity = Arrays.copyOf(identity, capacity);
            knownAt = Arrays.copyOf(knownAt, capacity);
            weight = weight == null ? null : Arrays.copyOf(weight, capacity);
            frauds = frauds == null ? null : Arrays.copyOf(frauds, capacity);
        }
        if (rows > 1 && weight == null) {
            weight = new int[time.length];
            frauds = new int[time.length];
        }
        int i = size++;
        time[i] = at;
        rank[i] = eventRank;
        identity[i] = hash;
        knownAt[i] = known;
        if (weight != null) {
            weight[i] = rows;
            frauds[i] = fraudsThere;
        }
        for (int a = 0; a < AGES.length; a++) {
            countYounger[a] += rows;
            fraudsYounger[a] += fraudsOf(i);
        }
    }

    /** Folds the oldest half, eight rows into one, so that a terminal of any rate takes bounded room. */
    private void fold() {
        TerminalHistory folded = new TerminalHistory(maxEvents);
        int half = size / 2 / FOLD * FOLD;
        for (int first = 0; first < half; first += FOLD) {
            int rows = 0;
            int known = 0;
            for (int i = first; i < first + FOLD; i++) {
                rows += weightOf(i);
                known += fraudsOf(i);
            }
            int last = first + FOLD - 1;
            folded.advanceTo(time[last]);
            folded.append(time[last], rank[last], 0, 0, rows, known);
        }
        for (int i = half; i < size; i++) {
            folded.appendStored(this, i, Long.MAX_VALUE);
        }
        folded.pending.addAll(pending);
        take(folded);
    }

    int weightOf(int row) {
        return weight == null ? 1 : Math.max(1, weight[row]);
    }

    int fraudsOf(int row) {
        return weightOf(row) > 1 ? frauds[row] : knownAt[row] != 0 ? 1 : 0;
    }

    private void dropFirst(int rows) {
        int rest = size - rows;
        for (Object column : new Object[] {time, rank, identity, knownAt, weight, frauds}) {
            if (column != null) {
                System.arraycopy(column, rows, column, 0, rest);
            }
        }
        size = rest;
        for (int a = 0; a < AGES.length; a++) {
            tail[a] -= rows;
        }
    }
}
