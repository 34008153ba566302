package io.fraudstream.job.operator;

import io.fraudstream.features.HistoryFormat;
import io.fraudstream.job.JobMetrics;
import io.fraudstream.job.state.HistorySerializer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.metrics.Gauge;

/**
 * The history of the key at hand. On the heap it is one value that is changed in place. Elsewhere
 * it is a list of pieces, so that an event is written without those before it, see {@link
 * HistoryFormat}; and those last used are cached, so that they need not be read. What is cached is
 * written at the end of each event, so no snapshot has to wait for it. A history that was saved in
 * the other form is moved when it is first used.
 */
final class HistoryState<H> {
    /** More of them take more room on disk and longer to read than they save in writing. */
    private static final int MOST_PIECES = 8;

    private final MutableState<H> whole;
    private final ListState<byte[]> pieces;
    private final HistoryFormat<H> format;
    private final int maxEvents;
    private final long cacheBytes;

    /** By key, first the one that was not used for longest. */
    private final LinkedHashMap<String, Held<H>> cache = new LinkedHashMap<>(16, .75f, true);

    private long cachedBytes;
    private long reads;
    private String key;
    private Held<H> held;

    /** A history and how it is stored. */
    private static final class Held<H> {
        private H history;
        private int pieces;

        /** What it takes of the heap, by what the bench's histories took. */
        private long bytes = 1200;

        private void add(byte[] piece) {
            pieces++;
            bytes += 2L * piece.length;
        }
    }

    /**
     * @param name of the state
     * @param cacheBytes for histories that take about so much of the heap
     */
    HistoryState(
            RuntimeContext context, String name, HistorySerializer<H> serializer, long cacheBytes) {
        whole = new MutableState<>(context, new ValueStateDescriptor<>(name, serializer));
        pieces =
                context.getListState(
                        new ListStateDescriptor<>(
                                name + "-pieces", BytePrimitiveArraySerializer.INSTANCE));
        format = serializer.newFormat();
        maxEvents = serializer.maxEvents();
        this.cacheBytes = cacheBytes;
        JobMetrics.of(context.getMetricGroup())
                .gauge("history_reads_total", (Gauge<Long>) this::reads);
    }

    /** How often a history was not at hand and had to be read; 0 on the heap. */
    long reads() {
        return reads;
    }

    /**
     * The history, or {@code null} where the key has none.
     *
     * @param currentKey the key at hand
     */
    H value(String currentKey) throws Exception {
        if (whole.isInPlace()) {
            H history = whole.value();
            if (history == null && (history = read().history) != null) {
                pieces.clear();
                whole.update(history);
            }
            return history;
        }
        key = currentKey;
        held = cache.get(key);
        if (held == null) {
            held = read();
            if (held.history != null) {
                reads++;
                putInCache();
            } else if ((held.history = whole.value()) != null) {
                reads++;
                whole.clear();
                update(held.history);
            }
        }
        return held.history;
    }

    private Held<H> read() throws Exception {
        Held<H> found = new Held<>();
        List<byte[]> stored = new ArrayList<>();
        for (byte[] piece : pieces.get()) {
            stored.add(piece);
            found.add(piece);
        }
        found.history = stored.isEmpty() ? null : format.read(stored, maxEvents);
        return found;
    }

    /**
     * Keeps what was done to the history.
     *
     * @param history as {@link #value} returned it for this key, or one where there was none
     */
    void update(H history) throws Exception {
        if (whole.isInPlace()) {
            whole.update(history);
            return;
        }
        if (held.pieces > 0 && !format.isChanged(history)) {
            return;
        }
        removeFromCache();
        byte[] next = held.pieces > 0 && held.pieces < MOST_PIECES ? format.next(history) : null;
        if (next == null) {
            byte[] first = format.first(history);
            pieces.update(List.of(first));
            held = new Held<>();
            held.add(first);
        } else {
            pieces.add(next);
            held.add(next);
        }
        held.history = history;
        putInCache();
    }

    void clear() throws IOException {
        whole.clear();
        pieces.clear();
        removeFromCache();
        held = new Held<>();
    }

    private void putInCache() {
        cache.put(key, held);
        cachedBytes += held.bytes;
        Iterator<Held<H>> unused = cache.values().iterator();
        while (cachedBytes > cacheBytes) {
            cachedBytes -= unused.next().bytes;
            unused.remove();
        }
    }

    private void removeFromCache() {
        if (cache.remove(key) != null) {
            cachedBytes -= held.bytes;
        }
    }
}
