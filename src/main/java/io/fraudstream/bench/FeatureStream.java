package io.fraudstream.bench;

import io.fraudstream.features.CardHistory;
import io.fraudstream.features.FeatureEngine;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.features.TerminalHistory;
import io.fraudstream.job.state.CardHistorySerializer;
import io.fraudstream.job.state.TerminalHistorySerializer;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.Transaction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** A workload whose keys are numbers already, so that no map is measured with the engine. */
final class FeatureStream {
    private final Transaction[] transactions;
    private final int[] card;
    private final int[] terminal;
    private final FraudLabel[] labels;
    private final int[] labelled;
    private final int cards;
    private final int terminals;

    /** What is done with events and labels in their order. */
    interface Histories {
        void label(int terminal, FraudLabel label);

        /**
         * @param terminal -1 without one
         */
        void step(int card, int terminal, Transaction transaction);
    }

    FeatureStream(Workload workload) {
        transactions = workload.transactions().toArray(Transaction[]::new);
        card = new int[transactions.length];
        terminal = new int[transactions.length];
        Map<String, Integer> cardNumbers = new HashMap<>();
        Map<String, Integer> terminalNumbers = new HashMap<>();
        for (int i = 0; i < transactions.length; i++) {
            card[i] = number(cardNumbers, transactions[i].cardId());
            terminal[i] = number(terminalNumbers, transactions[i].terminalKey());
        }
        List<FraudLabel> all = workload.labels();
        labels = all.toArray(FraudLabel[]::new);
        labelled = new int[labels.length];
        for (int i = 0; i < labels.length; i++) {
            labelled[i] = number(terminalNumbers, labels[i].terminalKey());
        }
        cards = cardNumbers.size();
        terminals = terminalNumbers.size();
    }

    private static int number(Map<String, Integer> numbers, String key) {
        return key == null ? -1 : numbers.computeIfAbsent(key, k -> numbers.size());
    }

    int size() {
        return transactions.length;
    }

    int cards() {
        return cards;
    }

    Transaction transaction(int event) {
        return transactions[event];
    }

    /** The number of an event's card, in the order of their first events. */
    int card(int event) {
        return card[event];
    }

    /** The first event at this time or later. */
    int firstFrom(long time) {
        int i = 0;
        while (i < transactions.length && transactions[i].eventTime() < time) {
            i++;
        }
        return i;
    }

    /** Lets these histories take in the events in [from, to), each behind the labels known then. */
    void replay(Histories histories, int from, int to) {
        int label = 0;
        long since = from == 0 ? Long.MIN_VALUE : transactions[from - 1].eventTime();
        while (label < labels.length && labels[label].knownAt() <= since) {
            label++;
        }
        for (int i = from; i < to; i++) {
            Transaction t = transactions[i];
            for (; label < labels.length && labels[label].knownAt() <= t.eventTime(); label++) {
                if (labelled[label] >= 0) {
                    histories.label(labelled[label], labels[label]);
                }
            }
            histories.step(card[i], terminal[i], t);
        }
    }

    InObjects inObjects(FeatureSchema schema) {
        return new InObjects(new FeatureEngine(schema), cards, terminals);
    }

    InBytes inBytes(FeatureSchema schema) {
        return new InBytes(new FeatureEngine(schema), cards, terminals);
    }

    /** Histories as the job's state on the heap holds them. */
    static final class InObjects implements Histories {
        private final FeatureEngine engine;
        private final CardHistory[] cards;
        private final TerminalHistory[] terminals;
        private boolean sequences;

        /** Something that depends on every vector, so that each must be made. */
        private float sum;

        private InObjects(FeatureEngine engine, int cards, int terminals) {
            this.engine = engine;
            this.cards = new CardHistory[cards];
            this.terminals = new TerminalHistory[terminals];
        }

        void clear() {
            Arrays.fill(cards, null);
            Arrays.fill(terminals, null);
        }

        /** Whether the whole sequence is wanted, or the newest vector only. */
        void askForSequences(boolean whole) {
            sequences = whole;
        }

        @Override
        public void label(int terminal, FraudLabel label) {
            of(terminal).label(label);
        }

        @Override
        public void step(int card, int terminal, Transaction transaction) {
            FeatureEngine.Features features =
                    engine.stepTerminal(terminal < 0 ? null : of(terminal), transaction);
            CardHistory history = cards[card];
            if (history == null) {
                history = new CardHistory(FeaturesSection.MAX_EVENTS);
                cards[card] = history;
            }
            FeatureEngine.CardStep step = engine.stepCard(history, transaction, features);
            float[][] seen = step.sequence(sequences ? FeatureSchema.SEQUENCE_LENGTH : 1);
            sum += seen[0][0];
        }

        private TerminalHistory of(int terminal) {
            TerminalHistory history = terminals[terminal];
            if (history == null) {
                history = new TerminalHistory(FeaturesSection.MAX_EVENTS);
                terminals[terminal] = history;
            }
            return history;
        }

        float sum() {
            return sum;
        }

        /** Bytes a history on the heap. */
        record HeapBytes(double perCard, double perTerminal) {}

        /** By how much less of the heap is in use without them; so they are gone then. */
        HeapBytes takeHeapBytes() {
            long cardCount = count(cards);
            long terminalCount = count(terminals);
            long all = liveBytes();
            Arrays.fill(cards, null);
            long withoutCards = liveBytes();
            Arrays.fill(terminals, null);
            return new HeapBytes(
                    (double) (all - withoutCards) / cardCount,
                    (double) (withoutCards - liveBytes()) / terminalCount);
        }

        private static long count(Object[] histories) {
            return Arrays.stream(histories).filter(history -> history != null).count();
        }

        /** Of the heap, what is in use. */
        static long liveBytes() {
            System.gc();
            return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        }
    }

    /** Histories as bytes, read before each event and written behind it, as RocksDB wants it. */
    static final class InBytes implements Histories {
        private final FeatureEngine engine;
        private final CardHistorySerializer cardBytes = FeaturesSection.cardBytes();
        private final TerminalHistorySerializer terminalBytes = FeaturesSection.terminalBytes();
        private final DataInputDeserializer in = new DataInputDeserializer();
        private final DataOutputSerializer out = new DataOutputSerializer(1 << 12);
        private final byte[][] cards;
        private final byte[][] terminals;
        private boolean clockCards;
        private boolean clockTerminals;
        private long nanos;
        private long clocked;
        private float sum;

        private InBytes(FeatureEngine engine, int cards, int terminals) {
            this.engine = engine;
            this.cards = new byte[cards][];
            this.terminals = new byte[terminals][];
        }

        void clear() {
            Arrays.fill(cards, null);
            Arrays.fill(terminals, null);
        }

        void measure(boolean ofCards, boolean ofTerminals) {
            clockCards = ofCards;
            clockTerminals = ofTerminals;
            nanos = 0;
            clocked = 0;
        }

        double nanosEach() {
            return (double) nanos / clocked;
        }

        float sum() {
            return sum;
        }

        byte[][] cards() {
            return cards;
        }

        byte[][] terminals() {
            return terminals;
        }

        @Override
        public void label(int terminal, FraudLabel label) {
            try {
                TerminalHistory history = terminal(terminals[terminal]);
                history.label(label);
                out.clear();
                terminalBytes.serialize(history, out);
                terminals[terminal] = out.getCopyOfBuffer();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void step(int card, int terminal, Transaction transaction) {
            try {
                FeatureEngine.Features features;
                if (terminal < 0) {
                    features = engine.stepTerminal(null, transaction);
                } else {
                    long began = clockTerminals ? System.nanoTime() : 0;
                    TerminalHistory history = terminal(terminals[terminal]);
                    features = engine.stepTerminal(history, transaction);
                    out.clear();
                    terminalBytes.serialize(history, out);
                    if (clockTerminals) {
                        nanos += System.nanoTime() - began;
                        clocked++;
                    }
                    terminals[terminal] = out.getCopyOfBuffer();
                }
                long began = clockCards ? System.nanoTime() : 0;
                CardHistory history = card(cards[card]);
                sum += engine.stepCard(history, transaction, features).vector()[0];
                out.clear();
                cardBytes.serialize(history, out);
                if (clockCards) {
                    nanos += System.nanoTime() - began;
                    clocked++;
                }
                cards[card] = out.getCopyOfBuffer();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private CardHistory card(byte[] bytes) throws IOException {
            if (bytes == null) {
                return new CardHistory(FeaturesSection.MAX_EVENTS);
            }
            in.setBuffer(bytes);
            return cardBytes.deserialize(in);
        }

        private TerminalHistory terminal(byte[] bytes) throws IOException {
            if (bytes == null) {
                return new TerminalHistory(FeaturesSection.MAX_EVENTS);
            }
            in.setBuffer(bytes);
            return terminalBytes.deserialize(in);
        }
    }
}
