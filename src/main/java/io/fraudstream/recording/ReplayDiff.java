package io.fraudstream.recording;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;

/**
 * How two canonical outputs differ: two models, two releases or two settings over the same
 * recording. Both are read once and side by side, so memory does not grow with them.
 *
 * @param alertsA alerts of the first
 * @param kinds what was found, by kind; all kinds are there
 * @param changedFeatures of the features that both have, how many events have another value, by
 *     name; those that none has are left out
 * @param onlyOneHas features that only one of the two has
 * @param largestScoreChange over the events that both scored
 */
public record ReplayDiff(
        long eventsA,
        long eventsB,
        long alertsA,
        long alertsB,
        Map<Kind, Found> kinds,
        Map<String, Long> changedFeatures,
        List<String> onlyOneHas,
        double largestScoreChange,
        boolean differ) {

    /** What can differ. An event counts once for each kind that holds for it. */
    public enum Kind {
        /** Only the second has the event. */
        EVENT_APPEARED,
        /** Only the first has it. */
        EVENT_VANISHED,
        /** Only in the second it is an alert. */
        ALERT_APPEARED,
        /** Only in the first it is. */
        ALERT_VANISHED,
        /** An alert in both, with another score. */
        ALERT_RESCORED,
        /** An alert in both, with other features for reasons, or in another order. */
        ALERT_REASONED,
        /** An alert in neither, with another score. */
        OTHER_RESCORED,
        /** Another bundle scored it. */
        BUNDLE_CHANGED,
        /** Some feature has another value. */
        FEATURES_CHANGED,
        /** Something else: flags, amount, decision, or what a reason says. */
        OTHERWISE_CHANGED
    }

    /**
     * What was found of a kind.
     *
     * @param amount of these events together, in minor units of the base currency
     * @param examples those of the largest amounts
     */
    public record Found(long count, long amount, List<Example> examples) {}

    /** An event of both outputs; one of them is {@code null} where it is in the other only. */
    public record Example(CanonicalEvent a, CanonicalEvent b) {
        long amount() {
            return (a == null ? b : a).amount();
        }
    }

    /**
     * Compares.
     *
     * @param examples how many of each kind to keep
     * @throws IOException if one of the files cannot be read
     */
    public static ReplayDiff of(Path a, Path b, int examples) throws IOException {
        try (CanonicalOutput.Reader first = new CanonicalOutput.Reader(a);
                CanonicalOutput.Reader second = new CanonicalOutput.Reader(b)) {
            return new Comparison(first, second, examples).run();
        }
    }

    private static final class Comparison {
        private final CanonicalOutput.Reader a;
        private final CanonicalOutput.Reader b;
        private final int keep;
        private final List<String> common;
        private final int[] indexA;
        private final int[] indexB;
        private final long[] changed;
        private final Map<Kind, Finding> findings = new LinkedHashMap<>();
        private final long[] events = new long[2];
        private final long[] alerts = new long[2];
        private double largest;
        private boolean differ;

        Comparison(CanonicalOutput.Reader a, CanonicalOutput.Reader b, int keep) {
            this.a = a;
            this.b = b;
            this.keep = keep;
            List<String> namesA = a.header().features();
            List<String> namesB = b.header().features();
            common = namesA.stream().filter(namesB::contains).toList();
            indexA = common.stream().mapToInt(namesA::indexOf).toArray();
            indexB = common.stream().mapToInt(namesB::indexOf).toArray();
            changed = new long[common.size()];
            differ = !a.header().equals(b.header());
            for (Kind kind : Kind.values()) {
                findings.put(kind, new Finding());
            }
        }

        ReplayDiff run() throws IOException {
            while (a.peek() != null || b.peek() != null) {
                int order = order(a.peek(), b.peek());
                if (order == 0 && a.peek().equals(b.peek())) {
                    count(a.next(), 0);
                    count(b.next(), 1);
                    continue;
                }
                differ = true;
                CanonicalEvent eventA = order <= 0 ? count(a.next(), 0) : null;
                CanonicalEvent eventB = order >= 0 ? count(b.next(), 1) : null;
                compare(eventA, eventB);
            }
            Map<Kind, Found> kinds = new LinkedHashMap<>();
            findings.forEach((kind, finding) -> kinds.put(kind, finding.found()));
            Map<String, Long> features = new TreeMap<>();
            for (int i = 0; i < changed.length; i++) {
                if (changed[i] > 0) {
                    features.put(common.get(i), changed[i]);
                }
            }
            List<String> onlyOneHas = new ArrayList<>(a.header().features());
            onlyOneHas.addAll(b.header().features());
            onlyOneHas.removeAll(common);
            return new ReplayDiff(
                    events[0],
                    events[1],
                    alerts[0],
                    alerts[1],
                    kinds,
                    features,
                    onlyOneHas,
                    largest,
                    differ);
        }

        private CanonicalEvent count(CanonicalEvent event, int which) {
            events[which]++;
            alerts[which] += event.isAlert() ? 1 : 0;
            return event;
        }

        private void compare(CanonicalEvent eventA, CanonicalEvent eventB) {
            Example example = new Example(eventA, eventB);
            if (eventA == null || eventB == null) {
                CanonicalEvent only = eventA == null ? eventB : eventA;
                found(eventA == null ? Kind.EVENT_APPEARED : Kind.EVENT_VANISHED, example);
                if (only.isAlert()) {
                    found(eventA == null ? Kind.ALERT_APPEARED : Kind.ALERT_VANISHED, example);
                }
                return;
            }
            boolean told = compareDecisions(eventA, eventB, example);
            if (!eventA.bundle().equals(eventB.bundle())) {
                found(Kind.BUNDLE_CHANGED, example);
                told = true;
            }
            if (compareFeatures(eventA, eventB)) {
                found(Kind.FEATURES_CHANGED, example);
                told = true;
            }
            if (!told) {
                found(Kind.OTHERWISE_CHANGED, example);
            }
        }

        private boolean compareDecisions(
                CanonicalEvent eventA, CanonicalEvent eventB, Example example) {
            boolean rescored = eventA.score() != eventB.score();
            if (rescored) {
                double change = Math.abs(eventA.scoreValue() - eventB.scoreValue());
                largest = change > largest ? change : largest;
            }
            if (eventA.isAlert() != eventB.isAlert()) {
                found(eventB.isAlert() ? Kind.ALERT_APPEARED : Kind.ALERT_VANISHED, example);
                return true;
            }
            boolean reasoned = !eventA.reasonNames().equals(eventB.reasonNames());
            if (rescored) {
                found(eventA.isAlert() ? Kind.ALERT_RESCORED : Kind.OTHER_RESCORED, example);
            }
            if (reasoned) {
                found(Kind.ALERT_REASONED, example);
            }
            return rescored || reasoned;
        }

        private boolean compareFeatures(CanonicalEvent eventA, CanonicalEvent eventB) {
            boolean any = false;
            for (int i = 0; i < changed.length; i++) {
                if (!eventA.feature(indexA[i]).equals(eventB.feature(indexB[i]))) {
                    changed[i]++;
                    any = true;
                }
            }
            return any;
        }

        private void found(Kind kind, Example example) {
            findings.get(kind).add(example, keep);
        }

        /** By (event time, id), as the lines are sorted: a file that has ended comes last. */
        private static int order(String lineA, String lineB) {
            if (lineA == null || lineB == null) {
                return lineA == null ? 1 : -1;
            }
            return Arrays.compareUnsigned(key(lineA), key(lineB));
        }

        private static byte[] key(String line) {
            int end = line.indexOf('\t', line.indexOf('\t') + 1);
            return line.substring(0, end < 0 ? line.length() : end)
                    .concat("\t")
                    .getBytes(StandardCharsets.UTF_8);
        }
    }

    private static final class Finding {
        private final PriorityQueue<Example> largest =
                new PriorityQueue<>(Comparator.comparingLong(Example::amount));
        private long count;
        private long amount;

        void add(Example example, int keep) {
            count++;
            amount += example.amount();
            largest.add(example);
            if (largest.size() > keep) {
                largest.remove();
            }
        }

        Found found() {
            List<Example> examples = new ArrayList<>(largest);
            examples.sort(Comparator.comparingLong(Example::amount).reversed());
            return new Found(count, amount, List.copyOf(examples));
        }
    }
}
