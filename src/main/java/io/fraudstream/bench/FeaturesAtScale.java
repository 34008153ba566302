package io.fraudstream.bench;

import io.fraudstream.cluster.JavaProcess;
import io.fraudstream.features.CardHistory;
import io.fraudstream.features.FeatureEngine;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.features.TerminalHistory;
import io.fraudstream.job.state.CardHistorySerializer;
import io.fraudstream.job.state.TerminalHistorySerializer;
import io.fraudstream.transaction.Transaction;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * The engine's rate over ever more cards with 8 events each, and terminals with 80, a tenth as
 * many. Histories are kept as the bytes that the job stores, in memory outside the heap: each event
 * reads, steps and writes those of its card and its terminal. They are copies of some thousand
 * simulated ones, each in its own place; a step's result is written there too, and undone before
 * the place is visited again. Runs in a process of its own, whose memory ends with it.
 */
final class FeaturesAtScale {
    private static final int[] CARDS = {1_000, 10_000, 100_000, 1_000_000, 10_000_000};
    private static final int QUICK_CARDS = 100_000;
    private static final int EVENTS = 8;
    private static final int CARDS_PER_TERMINAL = 10;
    private static final int MODELS = 10_000;
    private static final int STEPS = 400_000;

    /** By so many bytes a terminal's history may grow with an event. */
    private static final int SPARE = 32;

    /** How much of the memory that is free may be taken. */
    private static final double SHARE_OF_MEMORY = 0.8;

    private final FeatureSchema schema;
    private final FeatureEngine engine;
    private final CardHistorySerializer cardBytes = FeaturesSection.cardBytes();
    private final TerminalHistorySerializer terminalBytes = FeaturesSection.terminalBytes();
    private final DataInputDeserializer in = new DataInputDeserializer();
    private final DataOutputSerializer out = new DataOutputSerializer(1 << 14);
    private final Transaction[] next = new Transaction[MODELS];
    private final byte[][] cardModels = new byte[MODELS][];
    private final byte[][] terminalModels = new byte[MODELS / CARDS_PER_TERMINAL][];
    private final byte[] buffer = new byte[1 << 16];
    private float sum;

    private FeaturesAtScale(Workload workload) throws IOException {
        schema = workload.schema();
        engine = new FeatureEngine(schema);
        simulate(new FeatureStream(workload));
    }

    /** What the process prints for each number of cards, in this order. */
    private record Result(
            int cards, double nanos, double cardBytes, double terminalBytes, long memory) {
        String line() {
            return cards + " " + nanos + " " + cardBytes + " " + terminalBytes + " " + memory;
        }

        static Result of(String line) {
            String[] parts = line.split(" ");
            return new Result(
                    Integer.parseInt(parts[0]),
                    Double.parseDouble(parts[1]),
                    Double.parseDouble(parts[2]),
                    Double.parseDouble(parts[3]),
                    Long.parseLong(parts[4]));
        }
    }

    /** Measures in another process, which has ended when this returns. */
    static void measure(BenchSettings settings, Findings findings)
            throws IOException, InterruptedException {
        int most = (int) settings.amount(CARDS[CARDS.length - 1], QUICK_CARDS);
        List<Result> results;
        try (JavaProcess process =
                JavaProcess.start(
                        List.of("-Xmx2g", "-XX:+UseSerialGC", "-XX:MaxDirectMemorySize=16g"),
                        FeaturesAtScale.class.getName(),
                        List.of(Integer.toString(settings.rounds()), Integer.toString(most)),
                        settings.directory().resolve("features.log"))) {
            results = process.lines().stream().map(Result::of).toList();
        }
        report(results, most, findings);
    }

    private static void report(List<Result> results, int most, Findings findings) {
        findings.row("");
        findings.row(
                "cards with 8 events",
                "vectors a second",
                "of that at 10,000",
                "bytes a card",
                "all");
        for (int cards : CARDS) {
            List<Result> rounds = results.stream().filter(r -> r.cards() == cards).toList();
            if (rounds.isEmpty()) {
                if (cards <= most) {
                    findings.row(FeaturesSection.text(cards), "left out: too little free memory");
                }
                continue;
            }
            List<Result> base = results.stream().filter(r -> r.cards() == 10_000).toList();
            Spread rate = Spread.of(rounds.stream().mapToDouble(r -> 1e9 / r.nanos()).toArray());
            Spread ratio =
                    Spread.ofRatios(
                            base.stream().mapToDouble(Result::nanos).toArray(),
                            rounds.stream().mapToDouble(Result::nanos).toArray());
            Result any = rounds.get(0);
            findings.under("scale")
                    .under(Integer.toString(cards))
                    .put("eventsPerSecond", rate)
                    .put("ratioTo10K", ratio)
                    .put("bytesPerCard", any.cardBytes())
                    .put("bytesPerTerminal", any.terminalBytes())
                    .put("memoryBytes", any.memory());
            if (cards == 10_000) {
                findings.put("eventsPerSecondAt10K", rate);
            } else if (cards == 10_000_000) {
                findings.put("eventsPerSecondAt10M", rate).put("ratioAt10M", ratio);
            }
            findings.row(
                    FeaturesSection.text(cards),
                    FeaturesSection.text(rate.median()),
                    String.format(
                            Locale.ROOT,
                            "%.2f (%.2f to %.2f)",
                            ratio.median(),
                            ratio.min(),
                            ratio.max()),
                    FeaturesSection.text(any.cardBytes()),
                    String.format(Locale.ROOT, "%.2f GB", any.memory() / 1e9));
        }
    }

    /**
     * The process.
     *
     * @param arguments rounds, and the most cards
     */
    public static void main(String[] arguments) throws Exception {
        FeaturesAtScale scale = new FeaturesAtScale(Workload.of(MODELS, 12));
        int rounds = Integer.parseInt(arguments[0]);
        int most = Integer.parseInt(arguments[1]);
        int[] sizes = Arrays.stream(CARDS).filter(cards -> cards <= most).toArray();
        List<Places> places = new ArrayList<>();
        long free = availableMemory();
        for (int cards : sizes) {
            Places made = scale.new Places(cards);
            if (made.bytes() > SHARE_OF_MEMORY * free) {
                continue;
            }
            free -= made.bytes();
            made.fill();
            places.add(made);
        }
        for (int round = -1; round < rounds; round++) {
            for (Places of : places) {
                double nanos = of.nanosEach();
                if (round >= 0) {
                    System.out.println(
                            new Result(
                                            of.cards,
                                            nanos,
                                            mean(scale.cardModels),
                                            mean(scale.terminalModels),
                                            of.bytes())
                                    .line());
                }
            }
        }
        if (Float.isNaN(scale.sum)) {
            throw new IllegalStateException("amounts are missing");
        }
    }

    private static double mean(byte[][] models) {
        return Arrays.stream(models).mapToInt(model -> model.length).average().orElseThrow();
    }

    /** What can be had without taking it from other processes, in bytes. */
    private static long availableMemory() throws IOException {
        File system = new File("/proc/meminfo");
        if (!system.exists()) {
            return Long.MAX_VALUE;
        }
        for (String line : Files.readAllLines(system.toPath())) {
            if (line.startsWith("MemAvailable:")) {
                return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        return Long.MAX_VALUE;
    }

    /** The first 8 events of every card make the models; the ninth is stepped when measuring. */
    private void simulate(FeatureStream stream) throws IOException {
        CardHistory[] cards = new CardHistory[MODELS];
        TerminalHistory[] terminals = new TerminalHistory[terminalModels.length];
        Arrays.setAll(cards, i -> new CardHistory(FeaturesSection.MAX_EVENTS));
        Arrays.setAll(terminals, i -> new TerminalHistory(FeaturesSection.MAX_EVENTS));
        int[] seen = new int[MODELS];
        for (int i = 0; i < stream.size(); i++) {
            Transaction t = stream.transaction(i);
            int card = stream.card(i);
            if (!t.hasTerminalKey() || card >= MODELS) {
                continue;
            }
            if (seen[card] < EVENTS) {
                engine.stepCard(
                        cards[card],
                        t,
                        engine.stepTerminal(terminals[card / CARDS_PER_TERMINAL], t));
            } else if (seen[card] == EVENTS) {
                next[card] = t;
            }
            seen[card]++;
        }
        // Cards that come seldom have not had so many.
        int whole = 0;
        for (int i = 0; i < MODELS; i++) {
            whole += next[i] == null ? 0 : 1;
        }
        int[] usual = new int[whole];
        for (int i = 0, at = 0; i < MODELS; i++) {
            if (next[i] != null) {
                usual[at++] = i;
            }
        }
        for (int i = 0; i < MODELS; i++) {
            int model = next[i] == null ? usual[i % whole] : i;
            next[i] = next[model];
            out.clear();
            cardBytes.serialize(cards[model], out);
            cardModels[i] = out.getCopyOfBuffer();
        }
        for (int i = 0; i < terminals.length; i++) {
            out.clear();
            terminalBytes.serialize(terminals[i], out);
            terminalModels[i] = out.getCopyOfBuffer();
        }
    }

    /** A place for each card's and terminal's bytes. */
    private final class Places {
        private final int cards;
        private final Slots ofCards;
        private final Slots ofTerminals;

        Places(int cards) throws IOException {
            this.cards = cards;
            int[] cardLengths = new int[MODELS];
            for (int i = 0; i < MODELS; i++) {
                byte[] terminalModel = terminalModels[i / CARDS_PER_TERMINAL];
                FeatureEngine.Features features =
                        stepTerminal(terminalModel, terminalModel.length, next[i]);
                stepCard(cardModels[i], cardModels[i].length, next[i], features);
                // The terminal's other cards may have been there before.
                cardLengths[i] = Math.max(out.length(), cardModels[i].length) + SPARE;
            }
            ofCards = new Slots(cards, cardLengths);
            ofTerminals =
                    new Slots(
                            cards / CARDS_PER_TERMINAL,
                            Arrays.stream(terminalModels)
                                    .mapToInt(model -> model.length + CARDS_PER_TERMINAL * SPARE)
                                    .toArray());
        }

        long bytes() {
            return ofCards.bytes() + ofTerminals.bytes();
        }

        void fill() {
            ofCards.allocate();
            ofTerminals.allocate();
            for (int i = 0; i < cards; i++) {
                byte[] model = cardModels[i % MODELS];
                ofCards.put(i, model, model.length);
            }
            for (int i = 0; i < cards / CARDS_PER_TERMINAL; i++) {
                byte[] model = terminalModels[i % terminalModels.length];
                ofTerminals.put(i, model, model.length);
            }
        }

        /** Of a step; cards are drawn anew for each round of visits, and none comes twice in it. */
        double nanosEach() throws IOException {
            // Prime to any of the numbers of cards, so that steps of this width visit each once.
            long width = 7_368_787;
            int visits = Math.min(cards, STEPS);
            long nanos = 0;
            long card = 0;
            int done = 0;
            for (; done < STEPS; done += visits) {
                long first = card;
                long began = System.nanoTime();
                for (int i = 0; i < visits; i++) {
                    card = (card + width) % cards;
                    step((int) card);
                }
                nanos += System.nanoTime() - began;
                card = first;
                for (int i = 0; i < visits; i++) {
                    card = (card + width) % cards;
                    undo((int) card);
                }
            }
            return (double) nanos / done;
        }

        private void step(int card) throws IOException {
            int model = card % MODELS;
            int terminal = card / CARDS_PER_TERMINAL;
            Transaction t = next[model];
            FeatureEngine.Features features =
                    stepTerminal(buffer, ofTerminals.get(terminal, buffer), t);
            ofTerminals.put(terminal, out.getSharedBuffer(), out.length());
            stepCard(buffer, ofCards.get(card, buffer), t, features);
            ofCards.put(card, out.getSharedBuffer(), out.length());
        }

        private void undo(int card) {
            int terminal = card / CARDS_PER_TERMINAL;
            byte[] terminalModel = terminalModels[terminal % terminalModels.length];
            ofTerminals.put(terminal, terminalModel, terminalModel.length);
            byte[] cardModel = cardModels[card % MODELS];
            ofCards.put(card, cardModel, cardModel.length);
        }
    }

    /** Leaves the history's bytes in {@link #out}. */
    private FeatureEngine.Features stepTerminal(byte[] bytes, int length, Transaction t)
            throws IOException {
        in.setBuffer(bytes, 0, length);
        TerminalHistory history = terminalBytes.deserialize(in);
        FeatureEngine.Features features = engine.stepTerminal(history, t);
        out.clear();
        terminalBytes.serialize(history, out);
        return features;
    }

    /** Likewise. */
    private void stepCard(byte[] bytes, int length, Transaction t, FeatureEngine.Features terminal)
            throws IOException {
        in.setBuffer(bytes, 0, length);
        CardHistory history = cardBytes.deserialize(in);
        sum += engine.stepCard(history, t, terminal).vector()[0];
        out.clear();
        cardBytes.serialize(history, out);
    }

    /** Places one behind the other outside the heap, of lengths that repeat. */
    private static final class Slots {
        private static final int SLAB = 1 << 30;

        private final int[] offsets;
        private final int period;
        private final int periodsPerSlab;
        private final int count;
        private ByteBuffer[] slabs;

        Slots(int count, int[] lengths) {
            this.count = count;
            offsets = new int[lengths.length];
            int end = 0;
            for (int i = 0; i < lengths.length; i++) {
                offsets[i] = end;
                end += Integer.BYTES + lengths[i];
            }
            period = end;
            periodsPerSlab = SLAB / period;
        }

        long bytes() {
            int periods = count / offsets.length;
            int rest = count % offsets.length;
            return (long) periods * period + offsets[rest];
        }

        void allocate() {
            long slab = (long) periodsPerSlab * period;
            slabs = new ByteBuffer[(int) ((bytes() + slab - 1) / slab)];
            for (int i = 0; i < slabs.length; i++) {
                slabs[i] = ByteBuffer.allocateDirect((int) Math.min(slab, bytes() - i * slab));
            }
        }

        int get(int number, byte[] target) {
            ByteBuffer slab = slab(number);
            int at = at(number);
            int length = slab.getInt(at);
            slab.get(at + Integer.BYTES, target, 0, length);
            return length;
        }

        void put(int number, byte[] source, int length) {
            ByteBuffer slab = slab(number);
            int at = at(number);
            slab.putInt(at, length);
            slab.put(at + Integer.BYTES, source, 0, length);
        }

        private ByteBuffer slab(int number) {
            return slabs[number / offsets.length / periodsPerSlab];
        }

        private int at(int number) {
            int within = number / offsets.length % periodsPerSlab;
            return within * period + offsets[number % offsets.length];
        }
    }
}
