package io.fraudstream.job.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fraudstream.features.FeatureEngine;
import io.fraudstream.features.GeneratedStream;
import io.fraudstream.features.TerminalHistory;
import io.fraudstream.job.state.TerminalHistorySerializer;
import io.fraudstream.transaction.Decoded;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.Transaction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.SavepointType;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.Test;

class HistoryStateTest {
    private static final long NO_CACHE = 0;

    /** Of the generated terminals, room for some. */
    private static final long SMALL_CACHE = 12_000;

    private static final long LARGE_CACHE = 1 << 20;
    private static final int EVENTS = 2_000;

    private final List<Decoded> stream =
            GeneratedStream.of(7, EVENTS, 20, 12, 120, GeneratedStream.HOUR);

    @Test
    void noCacheOfWhateverSizeChangesWhatIsMeasured() throws Exception {
        List<String> onHeap = new ArrayList<>();
        try (Terminals heap = new Terminals(new HashMapStateBackend(), LARGE_CACHE, null)) {
            heap.take(stream, onHeap);
            assertThat(heap.function.histories.reads()).isZero();
        }
        assertThat(onHeap).hasSize(EVENTS);

        List<Long> reads = new ArrayList<>();
        for (long cacheBytes : new long[] {NO_CACHE, SMALL_CACHE, LARGE_CACHE}) {
            List<String> inRocksDb = new ArrayList<>();
            try (Terminals rocksDb =
                    new Terminals(new EmbeddedRocksDBStateBackend(), cacheBytes, null)) {
                rocksDb.take(stream, inRocksDb);
                reads.add(rocksDb.function.histories.reads());
            }
            assertThat(inRocksDb).isEqualTo(onHeap);
        }
        // Each that came before; some of them; none.
        assertThat(reads.get(0)).isGreaterThan(EVENTS);
        assertThat(reads.get(1)).isBetween(1L, reads.get(0) - 1);
        assertThat(reads.get(2)).isZero();
    }

    @Test
    void historiesMoveBetweenTheBackendsByASavepoint() throws Exception {
        List<String> expected = new ArrayList<>();
        try (Terminals heap = new Terminals(new HashMapStateBackend(), NO_CACHE, null)) {
            heap.take(stream, expected);
        }
        List<String> measured = new ArrayList<>();
        OperatorSubtaskState state = null;
        int parts = 5;
        for (int part = 0; part < parts; part++) {
            StateBackend backend =
                    part % 2 == 0 ? new HashMapStateBackend() : new EmbeddedRocksDBStateBackend();
            try (Terminals terminals = new Terminals(backend, SMALL_CACHE, state)) {
                terminals.take(
                        stream.subList(
                                part * stream.size() / parts, (part + 1) * stream.size() / parts),
                        measured);
                state = terminals.savepoint();
            }
        }
        assertThat(measured).isEqualTo(expected);
    }

    @Test
    void nothingIsLeftOfAHistoryThatWasCleared() throws Exception {
        Transaction transaction = Events.transaction("a", Events.NOON);
        try (Terminals rocksDb =
                new Terminals(new EmbeddedRocksDBStateBackend(), LARGE_CACHE, null)) {
            List<String> measured = new ArrayList<>();
            rocksDb.take(List.of(transaction, transaction), measured);
            rocksDb.harness.getOperator().setKeyContextElement1(new StreamRecord<>(transaction));
            assertThat(rocksDb.function.histories.value(transaction.terminalKey())).isNotNull();
            rocksDb.function.histories.clear();
            assertThat(rocksDb.function.histories.value(transaction.terminalKey())).isNull();

            rocksDb.take(List.of(transaction), measured);
            assertThat(measured.get(2)).isEqualTo(measured.get(0)).isNotEqualTo(measured.get(1));
        }
    }

    /** Writes a terminal's features for each transaction. */
    private static final class Measure extends KeyedProcessFunction<String, Decoded, String> {
        private static final long serialVersionUID = 1L;

        private final long cacheBytes;
        private transient FeatureEngine engine;
        private transient HistoryState<TerminalHistory> histories;

        Measure(long cacheBytes) {
            this.cacheBytes = cacheBytes;
        }

        @Override
        public void open(OpenContext context) {
            engine = new FeatureEngine(Events.SCHEMA);
            histories =
                    new HistoryState<>(
                            getRuntimeContext(),
                            "history",
                            new TerminalHistorySerializer(64),
                            cacheBytes);
        }

        @Override
        public void processElement(Decoded decoded, Context context, Collector<String> out)
                throws Exception {
            TerminalHistory history = histories.value(context.getCurrentKey());
            history = history == null ? new TerminalHistory(64) : history;
            if (decoded instanceof FraudLabel label) {
                history.label(label);
            } else {
                Transaction transaction = (Transaction) decoded;
                FeatureEngine.Features features = engine.stepTerminal(history, transaction);
                out.collect(
                        transaction.id()
                                + Arrays.toString(features.values())
                                + features.approximate());
            }
            histories.update(history);
        }
    }

    private static final class Terminals implements AutoCloseable {
        private static final KeySelector<Decoded, String> TERMINAL =
                decoded ->
                        String.valueOf(
                                decoded instanceof FraudLabel label
                                        ? label.terminalKey()
                                        : ((Transaction) decoded).terminalKey());

        private final Measure function;
        private final KeyedOneInputStreamOperatorTestHarness<String, Decoded, String> harness;

        Terminals(StateBackend backend, long cacheBytes, OperatorSubtaskState state)
                throws Exception {
            function = new Measure(cacheBytes);
            harness =
                    new KeyedOneInputStreamOperatorTestHarness<>(
                            new KeyedProcessOperator<>(function), TERMINAL, Types.STRING);
            harness.setStateBackend(backend);
            if (state != null) {
                harness.initializeState(state);
            }
            harness.open();
        }

        void take(List<Decoded> part, List<String> measured) throws Exception {
            for (Decoded decoded : part) {
                harness.processElement(decoded, 0);
            }
            measured.addAll(harness.extractOutputValues());
            harness.getOutput().clear();
        }

        /** In the form that every backend reads. */
        OperatorSubtaskState savepoint() throws Exception {
            return harness.snapshotWithLocalState(
                            1, 1, SavepointType.savepoint(SavepointFormatType.CANONICAL))
                    .getJobManagerOwnedState();
        }

        @Override
        public void close() {
            Events.close(harness);
        }
    }
}
