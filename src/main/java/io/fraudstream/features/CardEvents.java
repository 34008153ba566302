package io.fraudstream.features;

import io.fraudstream.transaction.Transaction;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * A card's recent events in columns, oldest first, with running aggregates over every window.
 * Aggregates follow from the columns and from two positions: how many rows lie before the event at
 * hand, and at what time the windows end. Both move step by step in either direction, so an event
 * out of order costs no more than the events that it comes before. In order a step is O(1)
 * amortised but for scans of one column: the last event at the same terminal and of the same MCC.
 */
final class CardEvents {
    static final int COUNTED = 1;
    static final int APPROVED = 2;
    static final int DECLINED = 4;
    static final int HIGH = 8;

    /**
     * No later visible event of this card is at the same terminal: leaving a window, it takes a
     * terminal with it.
     */
    private static final int LAST_AT_TERMINAL = 16;

    static final int WINDOWS = FeatureSchema.CARD_WINDOWS.length;
    static final int DAY = 2;
    static final int WEEK = 3;
    static final int FORTNIGHT = 4;
    static final int MONTH = 5;

    private static final long KEPT = FeatureSchema.CARD_HORIZON + FeatureSchema.DISORDER_ALLOWANCE;
    private static final int FIRST_CAPACITY = 4;

    int size;
    long[] time;
    long[] rank;

    /** What the event adds to sums: 0 if declined, negative for a reversal. */
    long[] amount;

    /** A hash of the terminal key; 0 without one. */
    long[] terminal;

    /** Amount over the card's robust mean when the event came; NaN without history. */
    float[] ratio;

    byte[] flags;

    // Columns of optional fields, made when the first event brings one.
    short[] mcc;
    short[] country;
    byte[] entryMode;
    float[] latitude;
    float[] longitude;

    /** What a row stands for that was folded from several; null for an event by itself. */
    Fold[] fold;

    /** Whether a copy adds rows to these columns, flags aside: before any write they are cloned. */
    private boolean lent;

    /** Whether the rows so far are another's too: more may be added behind them, no more. */
    private boolean borrowed;

    /** See {@link HistoryFormat#added}; what follows from the rows is none of it. */
    int added = HistoryFormat.MORE;

    /** How many rows are in the aggregates: those before the event at hand. */
    int visible;

    private long clock = Long.MIN_VALUE;

    /** The first row of each window. */
    final int[] tail;

    final int[] count;
    final int[] approved;
    final long[] sum;
    final int[] terminals;
    final int[] high;
    final int[] declined;
    final SquareSum weekSquares = new SquareSum();
    final SquareSum monthSquares = new SquareSum();
    long plainSum;
    int plainCount;

    /** How many folded rows the widest window holds. */
    private int folds;

    /** Rows with the largest values; to be looked for where they lie outside their windows. */
    private final int[] highestRatio;

    private int highestAmount = -1;

    /**
     * What several events were together.
     *
     * @param plainSum of approved amounts that were not unusually high
     * @param peak the largest approved amount
     */
    record Fold(
            int counted,
            int approved,
            int declined,
            int high,
            long plainSum,
            long peak,
            long squaresHigh,
            long squaresLow) {}

    CardEvents() {
        this(FIRST_CAPACITY);
    }

    /**
     * @param capacity for so many rows there is room at once
     */
    CardEvents(int capacity) {
        time = new long[capacity];
        rank = new long[capacity];
        amount = new long[capacity];
        terminal = new long[capacity];
        ratio = new float[capacity];
        flags = new byte[capacity];
        tail = new int[WINDOWS];
        count = new int[WINDOWS];
        approved = new int[WINDOWS];
        terminals = new int[WINDOWS];
        high = new int[WINDOWS];
        declined = new int[WINDOWS];
        sum = new long[WINDOWS];
        highestRatio = new int[] {-1, -1};
    }

    /**
     * A copy that shares the columns and goes on where they end, so that it costs little: of a
     * history in a snapshot, which is not written to any more, only the copy goes on.
     */
    CardEvents(CardEvents other) {
        other.lent = true;
        borrowed = true;
        size = other.size;
        time = other.time;
        rank = other.rank;
        amount = other.amount;
        terminal = other.terminal;
        ratio = other.ratio;
        flags = other.flags.clone();
        mcc = other.mcc;
        country = other.country;
        entryMode = other.entryMode;
        latitude = other.latitude;
        longitude = other.longitude;
        fold = other.fold;
        visible = other.visible;
        clock = other.clock;
        tail = other.tail.clone();
        count = other.count.clone();
        approved = other.approved.clone();
        terminals = other.terminals.clone();
        high = other.high.clone();
        declined = other.declined.clone();
        sum = other.sum.clone();
        weekSquares.set(other.weekSquares);
        monthSquares.set(other.monthSquares);
        plainSum = other.plainSum;
        plainCount = other.plainCount;
        folds = other.folds;
        highestRatio = other.highestRatio.clone();
        highestAmount = other.highestAmount;
    }

    /**
     * Reads a little of all that a step will look at. A history that was not looked at for long is
     * in no cache, and the memory answers many questions at once as fast as one, but a step asks
     * one by one, since its branches depend on the answers.
     *
     * @return means nothing, but must be used, lest the compiler leaves the reading out
     */
    long touch() {
        int newest = size - 1;
        if (newest < 0) {
            return 0;
        }
        long touched = rank[newest] + Float.floatToRawIntBits(ratio[newest]);
        touched += sum[0] + count[0] + approved[0] + terminals[0] + high[0] + declined[0];
        touched += weekSquares.low + monthSquares.low + highestRatio[0];
        touched += mcc == null ? 0 : mcc[newest];
        touched += country == null ? 0 : country[newest];
        touched += entryMode == null ? 0 : entryMode[newest];
        touched += latitude == null ? 0 : Float.floatToRawIntBits(latitude[newest]);
        touched += longitude == null ? 0 : Float.floatToRawIntBits(longitude[newest]);
        for (int first : tail) {
            int i = Math.min(first, newest);
            touched += time[i] + amount[i] + terminal[i] + flags[i];
        }
        return touched + time[newest] + amount[newest] + terminal[newest] + flags[newest];
    }

    long newestTime() {
        return size == 0 ? Long.MIN_VALUE : time[size - 1];
    }

    boolean holdsFolds() {
        return folds > 0;
    }

    /** Lets all aggregates be what they were at this event, with only what comes before it. */
    void moveBefore(long eventTime, long eventRank) {
        while (visible > 0
                && EventIdentity.isAfter(
                        time[visible - 1], rank[visible - 1], eventTime, eventRank)) {
            hideLast();
        }
        moveTo(eventTime);
    }

    /**
     * Lets all aggregates be what they are after the newest event; what no window will see again is
     * forgotten.
     */
    void moveToNewest() {
        while (visible < size) {
            showNext();
        }
        if (newestTime() > clock) {
            moveTo(newestTime());
        }
        // Only when a quarter of the rows goes, so that this is O(1) amortised.
        if (size > 0 && time[size / 4] <= clock - KEPT) {
            forgetUpTo(clock - KEPT);
        }
    }

    /** Lets aggregates follow from the rows that were put in, in one pass from the newest back. */
    void rebuild() {
        visible = size;
        folds = 0;
        plainSum = 0;
        plainCount = 0;
        weekSquares.clear();
        monthSquares.clear();
        highestAmount = -1;
        Arrays.fill(highestRatio, -1);
        for (int[] column : new int[][] {count, approved, terminals, high, declined, tail}) {
            column[0] = 0;
        }
        sum[0] = 0;
        if (size > 0) {
            clock = time[size - 1];
        }
        int w = 0;
        for (int i = size - 1; i >= 0; i--) {
            while (time[i] <= clock - FeatureSchema.CARD_WINDOWS[w]) {
                tail[w] = i + 1;
                if (w == MONTH) {
                    return;
                }
                widen(++w);
            }
            include(w, i);
        }
        while (w < MONTH) {
            tail[w] = 0;
            widen(++w);
        }
        tail[MONTH] = 0;
    }

    /** Begins a window with what the one within it holds. */
    private void widen(int w) {
        count[w] = count[w - 1];
        approved[w] = approved[w - 1];
        terminals[w] = terminals[w - 1];
        high[w] = high[w - 1];
        declined[w] = declined[w - 1];
        sum[w] = sum[w - 1];
        if (w == FORTNIGHT) {
            weekSquares.set(monthSquares);
            highestRatio[FORTNIGHT - WEEK] = highestRatio[0];
        }
    }

    /** Lets the next older row enter this window and those around it. */
    private void include(int w, int i) {
        count(w, i, 1);
        tallyMonth(i, 1);
        if (highestAmount < 0 || peakOf(i) > peakOf(highestAmount)) {
            highestAmount = i;
        }
        int slot = w <= WEEK ? 0 : 1;
        if (w <= FORTNIGHT
                && (highestRatio[slot] < 0 || !(ratio[highestRatio[slot]] >= ratio[i]))) {
            offerRatio(slot, i);
        }
    }

    private void moveTo(long now) {
        clock = now;
        for (int w = 0; w < WINDOWS; w++) {
            long limit = now - FeatureSchema.CARD_WINDOWS[w];
            while (tail[w] < visible && time[tail[w]] <= limit) {
                tally(w, tail[w]++, -1);
            }
            while (tail[w] > 0 && time[tail[w] - 1] > limit) {
                tally(w, --tail[w], 1);
                takeBack(w, tail[w]);
            }
        }
    }

    /** Puts the event at hand in its place, once aggregates were moved there. */
    void insert(Transaction t, long eventRank, long terminalHash, float eventRatio) {
        int i = insertRow(visible);
        time[i] = t.eventTime();
        rank[i] = eventRank;
        if (t.isReversal()) {
            amount[i] = -t.baseAmountMinor();
            ratio[i] = Float.NaN;
            return;
        }
        terminal[i] = terminalHash;
        ratio[i] = eventRatio;
        if (t.isDeclined()) {
            flags[i] = COUNTED | DECLINED;
        } else {
            amount[i] = t.baseAmountMinor();
            flags[i] =
                    (byte)
                            (COUNTED
                                    | APPROVED
                                    | (eventRatio >= FeatureSchema.HIGH_RATIO ? HIGH : 0));
        }
        makeColumns(
                t.mcc() != null, t.country() != null, t.entryMode() != null, t.hasPlace(), false);
        if (t.mcc() != null) {
            mcc[i] = numberOf(t.mcc());
        }
        if (t.country() != null) {
            country[i] = packed(t.country());
        }
        if (t.entryMode() != null) {
            entryMode[i] = (byte) (t.entryMode().ordinal() + 1);
        }
        if (t.hasPlace()) {
            latitude[i] = (float) t.latitude();
            longitude[i] = (float) t.longitude();
        }
    }

    /**
     * The row before this one at the same terminal, which no longer is the last there; -1 if there
     * is none.
     */
    private int takeOverTerminal(int i) {
        int previous = terminal[i] == 0 ? -1 : lastAtTerminal(terminal[i], i, 0);
        if (previous >= 0) {
            flags[previous] &= (byte) ~LAST_AT_TERMINAL;
        }
        return previous;
    }

    /** Puts in a row's flags as they are written. */
    void putFlags(int i, byte written) {
        flags[i] = written;
        if ((written & LAST_AT_TERMINAL) != 0) {
            takeOverTerminal(i);
        }
    }

    /** Where an event belongs that is not there yet. */
    int positionOf(long eventTime, long eventRank) {
        return EventIdentity.positionOf(eventTime, eventRank, time, rank, size);
    }

    /** The last visible row from {@code from} on that is at this terminal; -1 if there is none. */
    int lastAtTerminal(long terminalHash, int from) {
        return lastAtTerminal(terminalHash, visible, from);
    }

    private int lastAtTerminal(long terminalHash, int to, int from) {
        for (int i = to - 1; i >= from; i--) {
            if (terminal[i] == terminalHash) {
                return i;
            }
        }
        return -1;
    }

    /** A merchant category code's number; its four digits have been checked. */
    static short numberOf(String mcc) {
        int number = 0;
        for (int i = 0; i < mcc.length(); i++) {
            number = 10 * number + mcc.charAt(i) - '0';
        }
        return (short) number;
    }

    boolean hasMcc(short code, int window) {
        for (int i = visible - 1; mcc != null && i >= tail[window]; i--) {
            if (mcc[i] == code) {
                return true;
            }
        }
        return false;
    }

    /** The largest approved amount of the last 30 days; 0 without one. */
    long highestAmount() {
        if (highestAmount < tail[MONTH]) {
            highestAmount = -1;
            for (int i = tail[MONTH]; i < visible; i++) {
                if (highestAmount < 0 || peakOf(i) >= peakOf(highestAmount)) {
                    highestAmount = i;
                }
            }
        }
        return highestAmount < 0 ? 0 : peakOf(highestAmount);
    }

    /** The largest ratio in the window {@link #WEEK} or {@link #FORTNIGHT}; NaN without one. */
    double highestRatio(int window) {
        int slot = window - WEEK;
        if (highestRatio[slot] < tail[window]) {
            highestRatio[slot] = -1;
            for (int i = tail[window]; i < visible; i++) {
                offerRatio(slot, i);
            }
        }
        return highestRatio[slot] < 0 ? Double.NaN : ratio[highestRatio[slot]];
    }

    /**
     * Folds the older half, so that a card of any rate takes bounded room: events in the same pane
     * of 4 / {@code maxRows} of what is kept become one row at the time of the last of them. Their
     * sums and counts stay exact, and leave a window up to one pane late; their terminals,
     * merchants and places are lost.
     */
    void fold(int maxRows) {
        own();
        added = HistoryFormat.MORE;
        forgetUpTo(clock - KEPT);
        long pane = 4 * KEPT / maxRows;
        int half = size / 2;
        int kept = 0;
        for (int first = 0; first < half; kept++) {
            int last = first;
            while (last + 1 < half
                    && Math.floorDiv(time[last + 1], pane) == Math.floorDiv(time[first], pane)) {
                last++;
            }
            if (last > first) {
                mergeIntoLast(first, last);
            }
            move(last, kept, 1);
            first = last + 1;
        }
        move(half, kept, size - half);
        size -= half - kept;
        markLastAtTerminals();
        rebuild();
    }

    /** A row that was the last at its terminal may have become part of one that is at none. */
    void markLastAtTerminals() {
        Set<Long> later = new HashSet<>();
        for (int i = size - 1; i >= 0; i--) {
            boolean last = terminal[i] != 0 && later.add(terminal[i]);
            flags[i] = (byte) (last ? flags[i] | LAST_AT_TERMINAL : flags[i] & ~LAST_AT_TERMINAL);
        }
    }

    private void mergeIntoLast(int first, int last) {
        int counted = 0;
        int accepted = 0;
        int refused = 0;
        int unusual = 0;
        long plain = 0;
        long peak = 0;
        long amounts = 0;
        float highest = Float.NaN;
        SquareSum squares = new SquareSum();
        for (int i = first; i <= last; i++) {
            Fold f = foldOf(i);
            counted += f == null ? bit(i, COUNTED) : f.counted();
            accepted += f == null ? bit(i, APPROVED) : f.approved();
            refused += f == null ? bit(i, DECLINED) : f.declined();
            unusual += f == null ? bit(i, HIGH) : f.high();
            plain += f == null ? isPlain(i) ? amount[i] : 0 : f.plainSum();
            peak = Math.max(peak, peakOf(i));
            amounts += amount[i];
            if (isApproved(i) && !(highest >= ratio[i])) {
                highest = Float.isNaN(ratio[i]) ? highest : ratio[i];
            }
            square(squares, i, 1);
        }
        makeColumns(false, false, false, false, true);
        clearOptional(last);
        fold[last] =
                new Fold(
                        counted,
                        accepted,
                        refused,
                        unusual,
                        plain,
                        peak,
                        squares.high,
                        squares.low);
        amount[last] = amounts;
        terminal[last] = 0;
        ratio[last] = highest;
        flags[last] = (byte) ((counted > 0 ? COUNTED : 0) | (accepted > 0 ? APPROVED : 0));
    }

    private void showNext() {
        int i = visible;
        int previous = takeOverTerminal(i);
        if (terminal[i] != 0) {
            flags[i] |= LAST_AT_TERMINAL;
        }
        for (int w = 0; w < WINDOWS; w++) {
            terminals[w] -= previous >= tail[w] ? 1 : 0;
            tally(w, i, 1);
        }
        visible++;
        offerHighest(WEEK, i);
        offerHighest(FORTNIGHT, i);
        offerHighest(MONTH, i);
    }

    /** Keeps the highest of a window known where it is, when its newest row enters. */
    private void offerHighest(int w, int i) {
        if (w == MONTH && highestAmount >= tail[MONTH] && peakOf(i) >= peakOf(highestAmount)) {
            highestAmount = i;
        }
        if ((w == WEEK || w == FORTNIGHT) && highestRatio[w - WEEK] >= tail[w]) {
            offerRatio(w - WEEK, i);
        }
    }

    /** The same for the oldest row when it enters again: of equal ones the newer stays. */
    private void takeBack(int w, int i) {
        if (w == MONTH && highestAmount > i && peakOf(i) > peakOf(highestAmount)) {
            highestAmount = i;
        }
        int slot = w - WEEK;
        if ((w == WEEK || w == FORTNIGHT)
                && highestRatio[slot] > i
                && ratio[i] > ratio[highestRatio[slot]]) {
            offerRatio(slot, i);
        }
    }

    private void hideLast() {
        int i = --visible;
        int previous = terminal[i] == 0 ? -1 : lastAtTerminal(terminal[i], i, 0);
        for (int w = 0; w < WINDOWS; w++) {
            if (tail[w] > i) {
                tail[w] = i;
            } else {
                tally(w, i, -1);
            }
            terminals[w] += previous >= tail[w] ? 1 : 0;
        }
        flags[i] &= (byte) ~LAST_AT_TERMINAL;
        if (previous >= 0) {
            flags[previous] |= LAST_AT_TERMINAL;
        }
        highestAmount = highestAmount == i ? -1 : highestAmount;
        for (int slot = 0; slot < 2; slot++) {
            highestRatio[slot] = highestRatio[slot] == i ? -1 : highestRatio[slot];
        }
    }

    /** Lets a row enter (1) or leave (-1) a window. */
    private void tally(int w, int i, int sign) {
        count(w, i, sign);
        if (w == WEEK) {
            square(weekSquares, i, sign);
        } else if (w == MONTH) {
            tallyMonth(i, sign);
        }
    }

    private void count(int w, int i, int sign) {
        Fold f = foldOf(i);
        count[w] += sign * (f == null ? bit(i, COUNTED) : f.counted());
        approved[w] += sign * (f == null ? bit(i, APPROVED) : f.approved());
        declined[w] += sign * (f == null ? bit(i, DECLINED) : f.declined());
        high[w] += sign * (f == null ? bit(i, HIGH) : f.high());
        sum[w] += sign * amount[i];
        terminals[w] += sign * bit(i, LAST_AT_TERMINAL);
    }

    /** What only the widest window holds. */
    private void tallyMonth(int i, int sign) {
        Fold f = foldOf(i);
        square(monthSquares, i, sign);
        plainSum += sign * (f == null ? isPlain(i) ? amount[i] : 0 : f.plainSum());
        plainCount += sign * (f == null ? isPlain(i) ? 1 : 0 : f.approved() - f.high());
        folds += f == null ? 0 : sign;
    }

    /** A reversal takes the square of its amount out again. */
    private void square(SquareSum squares, int i, int sign) {
        Fold f = foldOf(i);
        if (f != null) {
            squares.addSum(f.squaresHigh(), f.squaresLow(), sign);
        } else if (isApproved(i) == sign > 0) {
            squares.add(amount[i]);
        } else {
            squares.subtract(amount[i]);
        }
    }

    private int bit(int i, int flag) {
        return (flags[i] & flag) != 0 ? 1 : 0;
    }

    private boolean isApproved(int i) {
        return (flags[i] & APPROVED) != 0;
    }

    private boolean isPlain(int i) {
        return (flags[i] & (APPROVED | HIGH)) == APPROVED;
    }

    Fold foldOf(int i) {
        return fold == null ? null : fold[i];
    }

    private long peakOf(int i) {
        Fold f = foldOf(i);
        return f != null ? f.peak() : isApproved(i) ? amount[i] : 0;
    }

    private void offerRatio(int slot, int i) {
        if (isApproved(i)
                && !Float.isNaN(ratio[i])
                && (highestRatio[slot] < 0 || ratio[i] >= ratio[highestRatio[slot]])) {
            highestRatio[slot] = i;
        }
    }

    private void forgetUpTo(long forgotten) {
        int rows = 0;
        while (rows < size && time[rows] <= forgotten) {
            rows++;
        }
        if (rows > 0) {
            own();
            added = HistoryFormat.MORE;
        }
        move(rows, 0, size - rows);
        size -= rows;
        visible -= rows;
        for (int w = 0; w < WINDOWS; w++) {
            tail[w] -= rows;
        }
        highestAmount = Math.max(-1, highestAmount - rows);
        highestRatio[0] = Math.max(-1, highestRatio[0] - rows);
        highestRatio[1] = Math.max(-1, highestRatio[1] - rows);
    }

    /**
     * Makes room for a row that is not visible yet, with all its columns empty, and returns its
     * number.
     */
    int insertRow(int row) {
        if (size == time.length) {
            grow(size + Math.max(2, size >> 1));
        }
        if (lent || row < size) {
            own();
            move(row, row + 1, size - row);
        }
        size++;
        added = added == HistoryFormat.NOTHING ? row : HistoryFormat.MORE;
        amount[row] = 0;
        terminal[row] = 0;
        flags[row] = 0;
        clearOptional(row);
        return row;
    }

    private void clearOptional(int row) {
        if (mcc != null) {
            mcc[row] = -1;
        }
        if (country != null) {
            country[row] = 0;
        }
        if (entryMode != null) {
            entryMode[row] = 0;
        }
        if (latitude != null) {
            latitude[row] = Float.NaN;
            longitude[row] = Float.NaN;
        }
        if (fold != null) {
            fold[row] = null;
        }
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
        amount = Arrays.copyOf(amount, capacity);
        terminal = Arrays.copyOf(terminal, capacity);
        ratio = Arrays.copyOf(ratio, capacity);
        flags = Arrays.copyOf(flags, capacity);
        mcc = mcc == null ? null : Arrays.copyOf(mcc, capacity);
        country = country == null ? null : Arrays.copyOf(country, capacity);
        entryMode = entryMode == null ? null : Arrays.copyOf(entryMode, capacity);
        latitude = latitude == null ? null : Arrays.copyOf(latitude, capacity);
        longitude = longitude == null ? null : Arrays.copyOf(longitude, capacity);
        fold = fold == null ? null : Arrays.copyOf(fold, capacity);
    }

    private void move(int from, int to, int rows) {
        if (from == to || rows == 0) {
            return;
        }
        System.arraycopy(time, from, time, to, rows);
        System.arraycopy(rank, from, rank, to, rows);
        System.arraycopy(amount, from, amount, to, rows);
        System.arraycopy(terminal, from, terminal, to, rows);
        System.arraycopy(ratio, from, ratio, to, rows);
        System.arraycopy(flags, from, flags, to, rows);
        moveColumn(mcc, from, to, rows);
        moveColumn(country, from, to, rows);
        moveColumn(entryMode, from, to, rows);
        moveColumn(latitude, from, to, rows);
        moveColumn(longitude, from, to, rows);
        moveColumn(fold, from, to, rows);
    }

    private static void moveColumn(Object column, int from, int to, int rows) {
        if (column != null) {
            System.arraycopy(column, from, column, to, rows);
        }
    }

    /** Makes those columns of these that do not exist yet. */
    void makeColumns(
            boolean withMcc,
            boolean withCountry,
            boolean withEntryMode,
            boolean withPlace,
            boolean withFold) {
        if (withMcc && mcc == null) {
            mcc = new short[time.length];
            Arrays.fill(mcc, (short) -1);
        }
        if (withCountry && country == null) {
            country = new short[time.length];
        }
        if (withEntryMode && entryMode == null) {
            entryMode = new byte[time.length];
        }
        if (withPlace && latitude == null) {
            latitude = new float[time.length];
            longitude = new float[time.length];
            Arrays.fill(latitude, Float.NaN);
            Arrays.fill(longitude, Float.NaN);
        }
        if (withFold && fold == null) {
            fold = new Fold[time.length];
        }
    }

    static short packed(String country) {
        return (short) (country.charAt(0) << 8 | country.charAt(1));
    }
}
