package io.fraudstream.features;

import io.fraudstream.transaction.Transaction;
import java.util.Arrays;

/**
 * A card's recent events in columns, oldest first, with running aggregates over every window that ends at the newest
 * one. Appending is O(1) amortised but for two scans of one column: the last event at the same terminal and of the same
 * MCC. Aggregates follow from the columns alone, so only those are stored.
 */
final class CardEvents {
    static final int COUNTED = 1;
    static final int APPROVED = 2;
    static final int DECLINED = 4;
    static final int HIGH = 8;
    /** No later event of this card is at the same terminal: leaving a window, it takes a terminal with it. */
    private static final int LAST_AT_TERMINAL = 16;

    static final int STORED_FLAGS = COUNTED | APPROVED | DECLINED | HIGH;

    static final int WINDOWS = FeatureSchema.CARD_WINDOWS.length;
    static final int DAY = 2;
    static final int WEEK = 3;
    static final int FORTNIGHT = 4;
    static final int MONTH = 5;

    private static final int FIRST_CAPACITY = 16;
    private static final int FOLD = 8;

    int size;
    long[] time = new long[FIRST_CAPACITY];
    long[] rank = new long[FIRST_CAPACITY];
    /** What the event adds to sums: 0 if declined, negative for a reversal. */
    long[] amount = new long[FIRST_CAPACITY];
    /** A hash of the terminal key; 0 without one. */
    long[] terminal = new long[FIRST_CAPACITY];
    /** Amount over the card's robust mean when the event came; NaN without history. */
    float[] ratio = new float[FIRST_CAPACITY];
    byte[] flags = new byte[FIRST_CAPACITY];

    // Columns of optional fields, made when the first event brings one.
    short[] mcc;
    short[] country;
    byte[] entryMode;
    float[] latitude;
    float[] longitude;
    /** How many events a folded row stands for, and the largest amount among them; null while nothing was folded. */
    int[] weight;

    long[] peak;

    final int[] tail = new int[WINDOWS];
    final int[] count = new int[WINDOWS];
    final int[] approved = new int[WINDOWS];
    final long[] sum = new long[WINDOWS];
    final int[] terminals = new int[WINDOWS];
    final int[] high = new int[WINDOWS];
    final int[] declined = new int[WINDOWS];
    final SquareSum weekSquares = new SquareSum();
    final SquareSum monthSquares = new SquareSum();
    long plainSum;
    int plainCount;
    private final int[] highestRatio = {-1, -1};
    private int highestAmount = -1;

    long newestTime() {
        return size == 0 ? Long.MIN_VALUE : time[size - 1];
    }

    boolean isInOrder(long eventTime, long eventRank) {
        return size == 0 || !EventIdentity.isAfter(time[size - 1], rank[size - 1], eventTime, eventRank);
    }

    /** Where an event out of order belongs: before the first one that comes after it. */
    int positionOf(long eventTime, long eventRank) {
        int position = size;
        while (position > 0
                && EventIdentity.isAfter(time[position - 1], rank[position - 1], eventTime, eventRank)) {
            position--;
        }
        return position;
    }

    boolean holdsFolds() {
        return weight != null;
    }

    /** Lets every window end at this time; what falls out of all of them long enough is forgotten. */
    void advanceTo(long now) {
        for (int w = 0; w < WINDOWS; w++) {
            long limit = now - FeatureSchema.CARD_WINDOWS[w];
            while (tail[w] < size && time[tail[w]] <= limit) {
                leave(w, tail[w]++);
            }
        }
        long forgotten = now - FeatureSchema.CARD_HORIZON - FeatureSchema.DISORDER_ALLOWANCE;
        int expired = 0;
        while (expired < size && time[expired] <= forgotten) {
            expired++;
        }
        // Moving the rest forward only once half has expired keeps this O(1) amortised.
        if (expired > 0 && (2 * expired >= size || size == time.length)) {
            dropFirst(expired);
        }
    }

    /** Appends the event behind all others; windows must have been advanced to its time. */
    void append(Transaction t, long eventRank, float eventRatio) {
        long terminalHash = t.terminalKey() == null || t.isReversal() ? 0 : EventIdentity.hash(t.terminalKey());
        int state = 0;
        long adds = 0;
        if (t.isReversal()) {
            adds = -t.baseAmountMinor();
        } else if (t.isDeclined()) {
            state = COUNTED | DECLINED;
        } else {
            adds = t.baseAmountMinor();
            state = COUNTED | APPROVED | (eventRatio >= FeatureSchema.HIGH_RATIO ? HIGH : 0);
        }
        int i = room();
        time[i] = t.eventTime();
        rank[i] = eventRank;
        amount[i] = adds;
        terminal[i] = terminalHash;
        ratio[i] = t.isReversal() ? Float.NaN : eventRatio;
        flags[i] = (byte) state;
        if (t.mcc() != null && !t.isReversal()) {
            mcc = mcc == null ? filled(-1) : mcc;
            mcc[i] = Short.parseShort(t.mcc());
        }
        if (t.country() != null && !t.isReversal()) {
            country = country == null ? new short[time.length] : country;
            country[i] = packed(t.country());
        }
        if (t.entryMode() != null && !t.isReversal()) {
            entryMode = entryMode == null ? new byte[time.length] : entryMode;
            entryMode[i] = (byte) (t.entryMode().ordinal() + 1);
        }
        if (t.hasPlace() && !t.isReversal()) {
            makePlaces();
            latitude[i] = (float) t.latitude();
            longitude[i] = (float) t.longitude();
        }
        enter(i);
    }

    /** Appends another history's row with all that was found when it first came. */
    void appendStored(CardEvents from, int row) {
        advanceTo(from.time[row]);
        int i = room();
        time[i] = from.time[row];
        rank[i] = from.rank[row];
        amount[i] = from.amount[row];
        terminal[i] = from.terminal[row];
        ratio[i] = from.ratio[row];
        flags[i] = (byte) (from.flags[row] & STORED_FLAGS);
        if (from.mcc != null && from.mcc[row] >= 0) {
            mcc = mcc == null ? filled(-1) : mcc;
            mcc[i] = from.mcc[row];
        }
        if (from.country != null && from.country[row] != 0) {
            country = country == null ? new short[time.length] : country;
            country[i] = from.country[row];
        }
        if (from.entryMode != null && from.entryMode[row] != 0) {
            entryMode = entryMode == null ? new byte[time.length] : entryMode;
            entryMode[i] = from.entryMode[row];
        }
        if (from.latitude != null && !Float.isNaN(from.latitude[row])) {
            makePlaces();
            latitude[i] = from.latitude[row];
            longitude[i] = from.longitude[row];
        }
        if (from.weight != null && from.weight[row] > 1) {
            makeWeights();
            weight[i] = from.weight[row];
            peak[i] = from.peak[row];
        }
        enter(i);
    }

    /** The last row in [from, to) at this terminal; -1 if there is none. */
    int lastAtTerminal(long terminalHash, int to, int from) {
        for (int i = to - 1; i >= from; i--) {
            if (terminal[i] == terminalHash) {
                return i;
            }
        }
        return -1;
    }

    boolean hasMcc(short code, int window) {
        for (int i = size - 1; mcc != null && i >= tail[window]; i--) {
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
            for (int i = tail[MONTH]; i < size; i++) {
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
            for (int i = tail[window]; i < size; i++) {
                offerRatio(slot, i);
            }
        }
        return highestRatio[slot] < 0 ? Double.NaN : ratio[highestRatio[slot]];
    }

    /** Folds the oldest half, eight rows into one, so that a card of any rate takes bounded room. */
    CardEvents folded() {
        CardEvents result = new CardEvents();
        result.makeWeights();
        int half = size / 2 / FOLD * FOLD;
        CardEvents row = new CardEvents();
        row.makeWeights();
        for (int first = 0; first < half; first += FOLD) {
            foldInto(row, first);
            result.appendStored(row, 0);
        }
        for (int i = half; i < size; i++) {
            result.appendStored(this, i);
        }
        return result;
    }

    private void foldInto(CardEvents row, int first) {
        int last = first + FOLD - 1;
        row.time[0] = time[last];
        row.rank[0] = rank[last];
        row.amount[0] = 0;
        row.weight[0] = 0;
        row.peak[0] = 0;
        row.ratio[0] = Float.NaN;
        row.flags[0] = 0;
        for (int i = first; i <= last; i++) {
            row.amount[0] += amount[i];
            row.weight[0] += weightOf(i);
            row.peak[0] = Math.max(row.peak[0], peakOf(i));
            row.flags[0] |= (byte) (flags[i] & (COUNTED | APPROVED));
            row.ratio[0] = Float.isNaN(row.ratio[0]) ? ratio[i] : Math.max(row.ratio[0], ratio[i]);
        }
    }

    private void enter(int i) {
        int previous = terminal[i] == 0 ? -1 : lastAtTerminal(terminal[i], i, 0);
        if (previous >= 0) {
            flags[previous] &= (byte) ~LAST_AT_TERMINAL;
        }
        if (terminal[i] != 0) {
            flags[i] |= LAST_AT_TERMINAL;
        }
        int rows = weightOf(i);
        for (int w = 0; w < WINDOWS; w++) {
            count[w] += isCounted(i) ? rows : 0;
            approved[w] += isApproved(i) ? rows : 0;
            sum[w] += amount[i];
            high[w] += (flags[i] & HIGH) != 0 ? rows : 0;
            declined[w] += (flags[i] & DECLINED) != 0 ? rows : 0;
            terminals[w] += terminal[i] != 0 && previous < tail[w] ? 1 : 0;
        }
        square(weekSquares, i, true);
        square(monthSquares, i, true);
        if (isPlain(i)) {
            plainSum += amount[i];
            plainCount += rows;
        }
        size = i + 1;
        if (highestAmount >= tail[MONTH] && peakOf(i) >= peakOf(highestAmount)) {
            highestAmount = i;
        }
        for (int slot = 0; slot < 2; slot++) {
            if (highestRatio[slot] >= tail[WEEK + slot]) {
                offerRatio(slot, i);
            }
        }
    }

    private void leave(int w, int i) {
        int rows = weightOf(i);
        count[w] -= isCounted(i) ? rows : 0;
        approved[w] -= isApproved(i) ? rows : 0;
        sum[w] -= amount[i];
        high[w] -= (flags[i] & HIGH) != 0 ? rows : 0;
        declined[w] -= (flags[i] & DECLINED) != 0 ? rows : 0;
        terminals[w] -= (flags[i] & LAST_AT_TERMINAL) != 0 ? 1 : 0;
        if (w == WEEK) {
            square(weekSquares, i, false);
        } else if (w == MONTH) {
            square(monthSquares, i, false);
            if (isPlain(i)) {
                plainSum -= amount[i];
                plainCount -= rows;
            }
        }
    }

    /** A reversal takes the square of its amount out again; a folded row counts as so many equal amounts. */
    private void square(SquareSum squares, int i, boolean enters) {
        boolean adds = isApproved(i);
        if (!adds && amount[i] == 0) {
            return;
        }
        int rows = weightOf(i);
        if (rows > 1) {
            for (int k = 0; k < rows; k++) {
                addSquare(squares, amount[i] / rows, enters);
            }
        } else {
            addSquare(squares, amount[i], adds == enters);
        }
    }

    private static void addSquare(SquareSum squares, long value, boolean add) {
        if (add) {
            squares.add(value);
        } else {
            squares.subtract(value);
        }
    }

    private boolean isCounted(int i) {
        return (flags[i] & COUNTED) != 0;
    }

    private boolean isApproved(int i) {
        return (flags[i] & APPROVED) != 0;
    }

    private boolean isPlain(int i) {
        return (flags[i] & (APPROVED | HIGH)) == APPROVED;
    }

    private int weightOf(int i) {
        return weight == null ? 1 : Math.max(1, weight[i]);
    }

    private long peakOf(int i) {
        return weight != null && weight[i] > 1 ? peak[i] : isApproved(i) ? amount[i] : 0;
    }

    private void offerRatio(int slot, int i) {
        if (isApproved(i)
                && !Float.isNaN(ratio[i])
                && (highestRatio[slot] < 0 || ratio[i] >= ratio[highestRatio[slot]])) {
            highestRatio[slot] = i;
        }
    }

    private void dropFirst(int rows) {
        int rest = size - rows;
        System.arraycopy(time, rows, time, 0, rest);
        System.arraycopy(rank, rows, rank, 0, rest);
        System.arraycopy(amount, rows, amount, 0, rest);
        System.arraycopy(terminal, rows, terminal, 0, rest);
        System.arraycopy(ratio, rows, ratio, 0, rest);
        System.arraycopy(flags, rows, flags, 0, rest);
        for (Object column : new Object[] {mcc, country, entryMode, latitude, longitude, weight, peak}) {
            if (column != null) {
                System.arraycopy(column, rows, column, 0, rest);
            }
        }
        size = rest;
        for (int w = 0; w < WINDOWS; w++) {
            tail[w] -= rows;
        }
        highestAmount = Math.max(-1, highestAmount - rows);
        highestRatio[0] = Math.max(-1, highestRatio[0] - rows);
        highestRatio[1] = Math.max(-1, highestRatio[1] - rows);
    }

    /** Makes room for one more row, with its optional columns empty, and returns its number. */
    private int room() {
        if (size == time.length) {
            int capacity = size + (size >> 1);
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
            weight = weight == null ? null : Arrays.copyOf(weight, capacity);
            peak = peak == null ? null : Arrays.copyOf(peak, capacity);
        }
        if (mcc != null) {
            mcc[size] = -1;
        }
        if (country != null) {
            country[size] = 0;
        }
        if (entryMode != null) {
            entryMode[size] = 0;
        }
        if (latitude != null) {
            latitude[size] = Float.NaN;
            longitude[size] = Float.NaN;
        }
        if (weight != null) {
            weight[size] = 1;
            peak[size] = 0;
        }
        return size;
    }

    private short[] filled(int value) {
        short[] column = new short[time.length];
        Arrays.fill(column, (short) value);
        return column;
    }

    void makeColumns(
            boolean withMcc, boolean withCountry, boolean withEntryMode, boolean withPlace, boolean withWeight) {
        mcc = withMcc ? filled(-1) : null;
        country = withCountry ? new short[time.length] : null;
        entryMode = withEntryMode ? new byte[time.length] : null;
        if (withPlace) {
            makePlaces();
        }
        if (withWeight) {
            makeWeights();
        }
    }

    private void makePlaces() {
        if (latitude == null) {
            latitude = new float[time.length];
            longitude = new float[time.length];
            Arrays.fill(latitude, Float.NaN);
            Arrays.fill(longitude, Float.NaN);
        }
    }

    private void makeWeights() {
        if (weight == null) {
            weight = new int[time.length];
            Arrays.fill(weight, 1);
            peak = new long[time.length];
        }
    }

    static short packed(String country) {
        return (short) (country.charAt(0) << 8 | country.charAt(1));
    }
}
