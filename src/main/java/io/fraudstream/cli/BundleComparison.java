package io.fraudstream.cli;

import io.fraudstream.model.BundleManifest;
import io.fraudstream.model.ModelBundle;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Two bundles side by side: what they say of themselves, and how their inputs lay. */
record BundleComparison(ModelBundle left, ModelBundle right) {
    private static final int SHIFTS = 10;
    private static final double WORTH_TELLING = 0.01;

    private record Row(String name, String left, String right) {}

    /**
     * How a feature's distribution moved, after its transform.
     *
     * @param mean by how many of the left bundle's deviations
     * @param deviation how many times as large it is on the right
     */
    private record Shift(String feature, double mean, double deviation) {
        double size() {
            return Math.abs(mean) + Math.abs(Math.log(deviation));
        }
    }

    void print(PrintWriter out) {
        List<Row> rows = rows();
        List<Row> different =
                rows.stream().filter(row -> !Objects.equals(row.left, row.right)).toList();
        int width = rows.stream().mapToInt(row -> row.left.length()).max().orElse(1);
        String format = "%-26s %-" + Math.max(width, left.id().length()) + "s  %s%n";
        out.printf(format, "bundle", left.id(), right.id());
        different.forEach(row -> out.printf(format, row.name, row.left, row.right));
        String same =
                rows.stream()
                        .filter(row -> row.left.equals(row.right))
                        .map(Row::name)
                        .collect(Collectors.joining(", "));
        if (!same.isEmpty()) {
            out.println("The same: " + same);
        }
        printShifts(out);
    }

    private List<Row> rows() {
        BundleManifest a = left.manifest();
        BundleManifest b = right.manifest();
        List<Row> rows = new ArrayList<>();
        rows.add(new Row("kind", a.kind(), b.kind()));
        rows.add(new Row("layers", layers(a), layers(b)));
        rows.add(new Row("trained on events from", time(a.trainingFrom()), time(b.trainingFrom())));
        rows.add(new Row("trained on events to", time(a.trainingTo()), time(b.trainingTo())));
        rows.add(new Row("labels known by", time(a.labelCutOff()), time(b.labelCutOff())));
        rows.add(new Row("seed", Long.toString(a.seed()), Long.toString(b.seed())));
        rows.add(new Row("trained by", a.trainedBy(), b.trainedBy()));
        rows.add(new Row("feature fingerprint", a.featureFingerprint(), b.featureFingerprint()));
        rows.add(new Row("features only here", missing(a, b), missing(b, a)));
        rows.add(new Row("threshold", number(a.threshold()), number(b.threshold())));
        rows.add(
                new Row(
                        "calibration slope",
                        number(a.calibration().slope()),
                        number(b.calibration().slope())));
        rows.add(
                new Row(
                        "calibration intercept",
                        number(a.calibration().intercept()),
                        number(b.calibration().intercept())));
        Set<String> metrics = new TreeSet<>(a.metrics().keySet());
        metrics.addAll(b.metrics().keySet());
        for (String metric : metrics) {
            rows.add(
                    new Row(
                            metric,
                            number(a.metrics().getOrDefault(metric, Double.NaN)),
                            number(b.metrics().getOrDefault(metric, Double.NaN))));
        }
        return rows;
    }

    private void printShifts(PrintWriter out) {
        List<String> names = left.manifest().features();
        if (!names.equals(right.manifest().features())) {
            return;
        }
        List<Shift> shifts = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            double from = left.normalizer().scale()[i];
            double to = right.normalizer().scale()[i];
            // A feature that was constant has no deviation to measure by.
            if (from > 0 && to > 0) {
                shifts.add(
                        new Shift(
                                names.get(i),
                                (right.normalizer().mean()[i] - left.normalizer().mean()[i]) * from,
                                from / to));
            } else if (from != to) {
                shifts.add(new Shift(names.get(i), 0, from > 0 ? 0 : Double.POSITIVE_INFINITY));
            }
        }
        List<Shift> largest =
                shifts.stream()
                        .filter(shift -> shift.size() >= WORTH_TELLING)
                        .sorted(Comparator.comparingDouble(Shift::size).reversed())
                        .limit(SHIFTS)
                        .toList();
        if (largest.isEmpty()) {
            return;
        }
        out.println("Inputs that moved most, from left to right, after their transform:");
        for (Shift shift : largest) {
            out.printf(
                    Locale.ROOT,
                    "  %-40s mean %+.2f deviations, deviation × %.2f%n",
                    shift.feature,
                    shift.mean,
                    shift.deviation);
        }
    }

    private static String layers(BundleManifest manifest) {
        return manifest.layers().stream()
                .map(layer -> layer.type() + " " + layer.inputs() + "-" + layer.outputs())
                .collect(Collectors.joining(", "));
    }

    private static String missing(BundleManifest here, BundleManifest there) {
        List<String> only = new ArrayList<>(here.features());
        only.removeAll(there.features());
        return only.isEmpty() ? "none" : String.join(", ", only);
    }

    private static String time(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.6f", value);
    }
}
