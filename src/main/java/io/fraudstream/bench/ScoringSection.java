package io.fraudstream.bench;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.model.Calibration;
import io.fraudstream.model.ModelBundle;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.Normalizer;
import io.fraudstream.model.compiled.CompiledScorer;
import io.fraudstream.model.dl4j.ReferenceNetwork;
import io.fraudstream.training.FeatureRow;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * The compiled scorer beside ONNX Runtime and DL4J, all with the same weights, one thread, on
 * distinct events. The scorer and DL4J are given raw vectors, as the job has them, and normalise
 * them; ONNX Runtime is given vectors that were normalised before ({@code onnx}), or normalises
 * them by the product's own {@link Normalizer} ({@code onnxFromRaw}).
 */
final class ScoringSection implements Section {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private static final int CARDS = 2_000;
    private static final int DAYS = 21;
    private static final int EVENTS = 10_240;
    private static final int[] BATCHES = {256, 512};

    @Override
    public String name() {
        return "scoring";
    }

    @Override
    public String description() {
        return "scoring an event, against ONNX Runtime and DL4J with the same weights";
    }

    @Override
    public void run(BenchSettings settings, Findings findings) throws Exception {
        Workload workload = Workload.of(CARDS, DAYS);
        float[][][] events = events(workload.rows());
        findings.put("events", events.length);
        findings.row("", "nanoseconds", "times the scorer's", "bytes allocated", "off from DL4J");
        for (NetworkKind kind : new NetworkKind[] {NetworkKind.DENSE, NetworkKind.LSTM}) {
            settings.progress().accept("scoring: " + kind.wireName() + " ...");
            measure(workload.trained(kind).bundle(), events, settings, findings);
        }
    }

    /** Events with as many predecessors as any network looks at, spread over the stream. */
    private static float[][][] events(List<FeatureRow> rows) {
        List<FeatureRow> whole =
                rows.stream()
                        .filter(r -> r.sequence().length == FeatureSchema.SEQUENCE_LENGTH)
                        .toList();
        float[][][] events = new float[EVENTS][][];
        for (int i = 0; i < EVENTS; i++) {
            events[i] = whole.get((int) ((long) i * whole.size() / EVENTS)).sequence();
        }
        return events;
    }

    /**
     * The newest vectors of each event, as the job asks for them, copied, so that they lie in
     * memory in their order as the peers' inputs do.
     */
    private static float[][][] last(int steps, float[][][] events) {
        float[][][] last = new float[events.length][steps][];
        for (int i = 0; i < events.length; i++) {
            for (int step = 0; step < steps; step++) {
                last[i][step] = events[i][events[i].length - steps + step].clone();
            }
        }
        return last;
    }

    /** A peer's scores of a batch, from its first event on. */
    @FunctionalInterface
    private interface Peer {
        void score(int from) throws Exception;
    }

    private static void measure(
            ModelBundle bundle, float[][][] whole, BenchSettings settings, Findings findings)
            throws Exception {
        float[][][] events = last(bundle.network().steps(), whole);
        CompiledScorer scorer = CompiledScorer.of(bundle, bundle.manifest().featureFingerprint());
        ReferenceNetwork dl4j =
                ReferenceNetwork.open(bundle.dl4j(), bundle.kind(), bundle.normalizer());
        double[] scores = new double[events.length];
        Peer compiled = i -> scores[i] = scorer.score(events[i]);
        long many = settings.amount(bundle.kind() == NetworkKind.DENSE ? 200_000 : 50_000, 10_240);
        long few = settings.amount(1_000, 100);
        Map<String, Callable<Double>> measurements = new LinkedHashMap<>();
        measurements.put("compiled", turn(many, 1, compiled));
        float[] usual = bundle.usual();
        measurements.put(
                "reasons",
                turn(many / 100, 1, i -> scores[i] = scorer.contributions(events[i], usual)[0]));
        EncodedEvents encoded = new EncodedEvents(bundle, events);
        try (OnnxScorer single = new OnnxScorer(bundle.network(), 1);
                OnnxScorer some = new OnnxScorer(bundle.network(), BATCHES[0]);
                OnnxScorer more = new OnnxScorer(bundle.network(), BATCHES[1]);
                ReferenceNetwork.Inference one = dl4j.inference(1);
                ReferenceNetwork.Inference several = dl4j.inference(BATCHES[0]);
                ReferenceNetwork.Inference lots = dl4j.inference(BATCHES[1])) {
            float[][] singles = encoded.inBatches(1);
            measurements.put("onnx", turn(many / 4, 1, i -> single.outputs(singles[i])));
            measurements.put(
                    "onnxFromRaw",
                    turn(many / 4, 1, i -> single.outputs(encoded.encode(events[i]))));
            measurements.put("dl4j", turn(few, 1, i -> one.outputs(events, i)));
            float[][] smaller = encoded.inBatches(BATCHES[0]);
            float[][] larger = encoded.inBatches(BATCHES[1]);
            measurements.put(
                    "onnxBatch" + BATCHES[0],
                    turn(many / 4, BATCHES[0], i -> some.outputs(smaller[i / BATCHES[0]])));
            measurements.put(
                    "onnxBatch" + BATCHES[1],
                    turn(many / 4, BATCHES[1], i -> more.outputs(larger[i / BATCHES[1]])));
            measurements.put(
                    "dl4jBatch" + BATCHES[0],
                    turn(few * 4, BATCHES[0], i -> several.outputs(events, i)));
            measurements.put(
                    "dl4jBatch" + BATCHES[1],
                    turn(few * 4, BATCHES[1], i -> lots.outputs(events, i)));

            double[] differences = differences(scorer, dl4j, single, singles, events);
            for (Callable<Double> warmUp : measurements.values()) {
                warmUp.call();
            }
            Map<String, double[]> nanos = Rounds.takeTurns(settings.rounds(), measurements);
            double allocated =
                    Rounds.bytesEach(
                            events.length,
                            () -> {
                                for (int i = 0; i < events.length; i++) {
                                    scores[i] = scorer.score(events[i]);
                                }
                            });
            report(bundle.kind(), nanos, allocated, differences, findings);
        }
    }

    /**
     * Nanoseconds of this thread's processor time that an event takes: none of those compared uses
     * another thread, and what else runs on the machine does not count.
     */
    private static Callable<Double> turn(long events, int batch, Peer peer) {
        return () -> {
            long began = THREADS.getCurrentThreadCpuTime();
            int scored = 0;
            for (; scored < events; scored += batch) {
                peer.score(scored % EVENTS);
            }
            return (double) (THREADS.getCurrentThreadCpuTime() - began) / scored;
        };
    }

    /** How far the scorer is off at most from DL4J and from ONNX Runtime, before calibration. */
    private static double[] differences(
            CompiledScorer scorer,
            ReferenceNetwork dl4j,
            OnnxScorer onnx,
            float[][] encoded,
            float[][][] events)
            throws Exception {
        float[] reference = dl4j.outputs(events);
        double[] largest = new double[2];
        for (int i = 0; i < events.length; i++) {
            double output = Calibration.NONE.probability(scorer.logOdds(events[i]));
            largest[0] = Math.max(largest[0], Math.abs(output - reference[i]));
            largest[1] = Math.max(largest[1], Math.abs(output - onnx.outputs(encoded[i]).get(0)));
        }
        return largest;
    }

    private static void report(
            NetworkKind kind,
            Map<String, double[]> nanos,
            double allocated,
            double[] differences,
            Findings findings) {
        Findings figures = findings.under(kind.wireName());
        nanos.forEach((name, each) -> figures.put(name + "Nanos", Spread.of(each)));
        figures.put("allocatedBytes", allocated)
                .put("maxAbsDifference", differences[0])
                .put("maxAbsDifferenceFromOnnx", differences[1]);
        double[] compiled = nanos.get("compiled");
        nanos.forEach(
                (name, each) -> {
                    String row = kind.wireName() + " " + name;
                    String median = String.format(Locale.ROOT, "%.0f", Spread.of(each).median());
                    if (each == compiled) {
                        findings.row(
                                row,
                                median,
                                "1",
                                String.format(Locale.ROOT, "%.0f", allocated),
                                String.format(Locale.ROOT, "%.1e", differences[0]));
                    } else {
                        Spread times = Spread.ofRatios(each, compiled);
                        figures.under("timesCompiled").put(name, times);
                        findings.row(row, median, times(times));
                    }
                });
    }

    private static String times(Spread ratio) {
        return String.format(
                Locale.ROOT, "%.2f (%.2f to %.2f)", ratio.median(), ratio.min(), ratio.max());
    }

    /** The numbers that a network reads, as ONNX Runtime takes them. */
    private static final class EncodedEvents {
        private final Normalizer normalizer;
        private final float[][][] events;
        private final int steps;
        private final int width;
        private final float[] encoded;

        EncodedEvents(ModelBundle bundle, float[][][] events) {
            this.normalizer = bundle.normalizer();
            this.events = events;
            boolean recurrent = bundle.kind() == NetworkKind.LSTM;
            this.steps = recurrent ? bundle.network().steps() : 0;
            this.width = recurrent ? normalizer.size() : normalizer.width();
            this.encoded = new float[Math.max(1, steps) * width];
        }

        /** One event's numbers, valid until the next call. */
        float[] encode(float[][] event) {
            if (steps == 0) {
                normalizer.encode(event[event.length - 1], encoded, 0);
            }
            for (int step = 0; step < steps; step++) {
                normalizer.apply(event[event.length - steps + step], encoded, step * width);
            }
            return encoded;
        }

        /** By step first, then by event of the batch. */
        float[][] inBatches(int batch) {
            int blocks = Math.max(1, steps);
            float[][] batches = new float[events.length / batch][blocks * batch * width];
            for (int i = 0; i < batches.length * batch; i++) {
                float[] one = encode(events[i]);
                for (int block = 0; block < blocks; block++) {
                    System.arraycopy(
                            one,
                            block * width,
                            batches[i / batch],
                            (block * batch + i % batch) * width,
                            width);
                }
            }
            return batches;
        }
    }
}
