package io.fraudstream.bench;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.job.state.CardHistorySerializer;
import io.fraudstream.job.state.SeenIds;
import io.fraudstream.job.state.TerminalHistorySerializer;
import io.fraudstream.training.OfflineFeatures;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.Transaction;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;

/**
 * The feature engine on one core: over a stream whose cards have 30 days behind them, with its
 * histories as objects and as the bytes that the job stores, and over ever more cards.
 */
final class FeaturesSection implements Section {
    static final int MAX_EVENTS = 4096;

    private static final int CARDS = 5_000;
    private static final int DAYS = 42;
    private static final int BUCKETS = 1024;
    private static final int IDS_IN_BUCKET = 250;

    /** From this day on histories are as long as they get, terminals' too. */
    private static final long MEASURED_FROM_DAY = 38;

    @Override
    public String name() {
        return "features";
    }

    @Override
    public String description() {
        return "the feature engine on one core, and the size of what it remembers";
    }

    @Override
    public void run(BenchSettings settings, Findings findings) throws Exception {
        Workload workload = Workload.of((int) settings.amount(CARDS, 300), DAYS);
        FeatureStream stream = new FeatureStream(workload);
        long from =
                workload.transactions().get(0).eventTime()
                        + Duration.ofDays(MEASURED_FROM_DAY).toMillis();
        settings.progress().accept("features: a stream with 30 days behind it ...");
        ofStream(settings, findings, workload, stream, stream.firstFrom(from));
        settings.progress().accept("features: up to ten million cards ...");
        FeaturesAtScale.measure(settings, findings);
    }

    private static void ofStream(
            BenchSettings settings,
            Findings findings,
            Workload workload,
            FeatureStream stream,
            int from)
            throws Exception {
        FeatureSchema schema = workload.schema();
        int events = stream.size() - from;
        FeatureStream.InObjects histories = stream.inObjects(schema);
        FeatureStream.InBytes stored = stream.inBytes(schema);
        Map<String, Callable<Double>> measurements = new LinkedHashMap<>();
        measurements.put("vectors", () -> overObjects(stream, histories, from, false));
        measurements.put("sequences", () -> overObjects(stream, histories, from, true));
        measurements.put("offline", () -> offline(workload, from));
        measurements.put("card", () -> overBytes(stream, stored, from, true));
        measurements.put("terminal", () -> overBytes(stream, stored, from, false));
        // Once for the compiler.
        Rounds.takeTurns(1, measurements);
        Map<String, double[]> nanos = Rounds.takeTurns(settings.rounds(), measurements);

        histories.clear();
        histories.askForSequences(false);
        stream.replay(histories, 0, from);
        double allocated =
                Rounds.bytesEach(events, () -> stream.replay(histories, from, stream.size()));
        stored.clear();
        stream.replay(stored, 0, stream.size());
        Sizes cards = Sizes.of(stored.cards());
        Sizes terminals = Sizes.of(stored.terminals());
        if (Float.isNaN(histories.sum() + stored.sum())) {
            throw new IllegalStateException("amounts are missing");
        }
        FeatureStream.InObjects.HeapBytes heap = histories.takeHeapBytes();
        double perId = heapBytesPerId();

        double eventsPerDay = (double) events / (DAYS - MEASURED_FROM_DAY);
        Spread vectors = Spread.of(rates(nanos.get("vectors")));
        Spread sequences = Spread.of(rates(nanos.get("sequences")));
        Spread offline = Spread.of(rates(nanos.get("offline")));
        Spread card = Spread.of(nanos.get("card"));
        Spread terminal = Spread.of(nanos.get("terminal"));
        findings.put("features", schema.size())
                .put("events", events)
                .put("eventsPerCardIn30Days", eventsPerDay * 30 / stream.cards())
                .put("eventsPerSecond", vectors)
                .put("sequenceEventsPerSecond", sequences)
                .put("offlineEventsPerSecond", offline)
                .put("allocatedBytes", allocated)
                .put("bytesPerCard", cards.mean())
                .put("bytesPerCardMax", cards.max())
                .put("bytesPerTerminal", terminals.mean())
                .put("bytesPerTerminalMax", terminals.max())
                .put("heapBytesPerCard", heap.perCard())
                .put("heapBytesPerTerminal", heap.perTerminal())
                .put("heapBytesPerId", perId);
        findings.under("readStepWriteNanos").put("card", card).put("terminal", terminal);
        findings.row("30 days of history", "median", "least", "greatest");
        row(findings, "vectors a second", vectors);
        row(findings, "with sequences of 8", sequences);
        row(findings, "with maps and dedupe, as in training", offline);
        row(findings, "card read, stepped, written (ns)", card);
        row(findings, "terminal read, stepped, written (ns)", terminal);
        findings.row("bytes allocated an event", text(allocated));
        findings.row("bytes a card, stored (mean, most)", text(cards.mean()), text(cards.max()));
        findings.row("bytes a card on the heap", text(heap.perCard()));
        findings.row(
                "bytes a terminal, stored (mean, most)",
                text(terminals.mean()),
                text(terminals.max()));
        findings.row("bytes a terminal on the heap", text(heap.perTerminal()));
        findings.row("bytes a transaction id on the heap", text(perId));
    }

    /** Of ids of 36 characters, as UUIDs are, in buckets of the dedupe of many sizes. */
    private static double heapBytesPerId() {
        Random random = new Random(1);
        long before = FeatureStream.InObjects.liveBytes();
        SeenIds[] buckets = new SeenIds[BUCKETS];
        int ids = 0;
        for (int i = 0; i < BUCKETS; i++) {
            buckets[i] = new SeenIds();
            int inBucket = IDS_IN_BUCKET / 2 + random.nextInt(IDS_IN_BUCKET);
            for (int j = 0; j < inBucket; j++) {
                buckets[i].put(new UUID(random.nextLong(), random.nextLong()).toString(), j);
            }
            ids += inBucket;
        }
        try {
            return (double) (FeatureStream.InObjects.liveBytes() - before) / ids;
        } finally {
            Reference.reachabilityFence(buckets);
        }
    }

    private record Sizes(double mean, double max) {
        static Sizes of(byte[][] states) {
            long sum = 0;
            int max = 0;
            int count = 0;
            for (byte[] state : states) {
                if (state != null) {
                    sum += state.length;
                    max = Math.max(max, state.length);
                    count++;
                }
            }
            return new Sizes((double) sum / count, max);
        }
    }

    private static double overObjects(
            FeatureStream stream, FeatureStream.InObjects histories, int from, boolean sequences) {
        histories.clear();
        histories.askForSequences(sequences);
        stream.replay(histories, 0, from);
        // The histories so far are to be old: a young collection would copy all of them.
        System.gc();
        return Rounds.nanosEach(
                stream.size() - from, () -> stream.replay(histories, from, stream.size()));
    }

    private static double overBytes(
            FeatureStream stream, FeatureStream.InBytes stored, int from, boolean cards) {
        stored.clear();
        stored.measure(false, false);
        stream.replay(stored, 0, from);
        stored.measure(cards, !cards);
        stream.replay(stored, from, stream.size());
        return stored.nanosEach();
    }

    private static double offline(Workload workload, int from) {
        OfflineFeatures features = new OfflineFeatures(workload.schema());
        List<Transaction> before = workload.transactions().subList(0, from);
        List<Transaction> measured =
                workload.transactions().subList(from, workload.transactions().size());
        long since = measured.get(0).eventTime();
        List<FraudLabel> labels = workload.labels();
        int known = 0;
        while (known < labels.size() && labels.get(known).knownAt() <= since) {
            known++;
        }
        features.run(before, labels.subList(0, known), row -> {});
        List<FraudLabel> due = labels.subList(known, labels.size());
        return Rounds.nanosEach(measured.size(), () -> features.run(measured, due, row -> {}));
    }

    private static double[] rates(double[] nanos) {
        double[] rates = new double[nanos.length];
        for (int i = 0; i < nanos.length; i++) {
            rates[i] = 1e9 / nanos[i];
        }
        return rates;
    }

    private static void row(Findings findings, String name, Spread spread) {
        findings.row(name, text(spread.median()), text(spread.min()), text(spread.max()));
    }

    static String text(double value) {
        return String.format(Locale.ROOT, "%,.0f", value);
    }

    static CardHistorySerializer cardBytes() {
        return new CardHistorySerializer(MAX_EVENTS);
    }

    static TerminalHistorySerializer terminalBytes() {
        return new TerminalHistorySerializer(MAX_EVENTS);
    }
}
