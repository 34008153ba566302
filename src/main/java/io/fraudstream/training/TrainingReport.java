package io.fraudstream.training;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.features.FeatureSpec;
import io.fraudstream.model.BundleManifest;
import io.fraudstream.model.dl4j.EpochResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a model is worth, as one HTML page that needs no other file ({@code report.html}) and as
 * numbers ({@code metrics.json}): what it was trained on, how it ranks and how well its
 * probabilities hold on each set of scored events.
 */
public final class TrainingReport {
    private static final String BLUE = "#1f5fa8";
    private static final String GREY = "#999";
    private static final String RED = "#b3261e";
    private static final int RELIABILITY_BINS = 10;
    private static final int MAX_POINTS = 400;
    private static final String STYLE =
            "body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0"
                + " 1rem;color:#222}table{border-collapse:collapse;margin:.5rem"
                + " 0}td,th{padding:.2rem .7rem;border:1px solid #ddd;"
                + "text-align:left}td.n{text-align:right;font-variant-numeric:tabular-nums}figure{display:inline-block;margin:0"
                + " 1rem 1rem 0}figcaption{font-weight:600}svg"
                + " text{font-size:11px;fill:#444}.grid{stroke:#e6e6e6;fill:none}";

    private final FeatureSchema schema;

    /**
     * Scores of one set of events.
     *
     * @param title such as {@code Test days}
     * @param further metrics beyond those of the evaluation, by name
     */
    @SuppressWarnings("ArrayRecordComponent") // Handed over once, compared never.
    public record Section(
            String title,
            Evaluation evaluation,
            double[] scores,
            boolean[] frauds,
            Map<String, Double> further) {

        /** Scored events as a section. */
        public static Section of(
                String title,
                Evaluation evaluation,
                List<ScoredEvent> events,
                Map<String, Double> further) {
            boolean[] frauds = new boolean[events.size()];
            for (int i = 0; i < frauds.length; i++) {
                frauds[i] = events.get(i).fraud();
            }
            double[] scores = events.stream().mapToDouble(ScoredEvent::score).toArray();
            return new Section(title, evaluation, scores, frauds, further);
        }

        Map<String, Double> metrics() {
            Map<String, Double> all = new LinkedHashMap<>(evaluation.metrics());
            all.putAll(further);
            return all;
        }
    }

    public TrainingReport(FeatureSchema schema) {
        this.schema = schema;
    }

    /**
     * Writes both files, replacing older ones; the directory is made where it does not exist.
     *
     * @param tests beyond the validation days, if any
     */
    public void write(Path directory, TrainedModel model, List<Section> tests) throws IOException {
        List<Section> sections = new ArrayList<>();
        sections.add(
                Section.of(
                        "Validation days", model.validation(), model.validationEvents(), Map.of()));
        sections.addAll(tests);
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("report.html"), html(model, sections));
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("bundle", model.bundle().id());
        for (Section section : sections) {
            numbers.put(section.title(), section.metrics());
        }
        JsonMapper.builder()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .build()
                .writeValue(directory.resolve("metrics.json").toFile(), numbers);
    }

    private String html(TrainedModel model, List<Section> sections) {
        BundleManifest manifest = model.bundle().manifest();
        StringBuilder page =
                new StringBuilder("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">");
        page.append("<title>Fraud model ").append(model.bundle().id()).append("</title><style>");
        page.append(STYLE)
                .append("</style><h1>Fraud model ")
                .append(model.bundle().id())
                .append("</h1>");

        page.append("<h2>Training</h2><table>");
        row(page, "Network", escape(manifest.kind()) + ", " + layers(manifest));
        row(page, "Seed", Long.toString(manifest.seed()));
        row(
                page,
                "Event times",
                time(manifest.trainingFrom()) + " to " + time(manifest.trainingTo()));
        row(page, "Validation from", time(model.validationFrom()));
        row(page, "Labels known until", time(manifest.labelCutOff()));
        row(
                page,
                "Learned from",
                format(
                        "%,d events, %,d of them fraud; %.3f of the legitimate ones were kept",
                        model.fittedEvents(), model.fittedFrauds(), model.legitimateShare()));
        row(page, "Left out", format("%,d events whose label was not mature", model.immature()));
        row(
                page,
                "Calibration",
                format(
                        "slope %.4f, intercept %.4f",
                        manifest.calibration().slope(), manifest.calibration().intercept()));
        row(page, "Alert threshold", Double.toString(manifest.threshold()));
        row(page, "Best epoch", model.bestEpoch() + " of " + model.epochs().size());
        page.append("</table>").append(epochs(model.epochs()));

        for (Section section : sections) {
            page.append("<h2>").append(escape(section.title())).append("</h2>");
            page.append(confusion(section.evaluation())).append("<table><tr><th>Metric<th>Value");
            section.metrics()
                    .forEach(
                            (name, value) ->
                                    page.append(
                                            format(
                                                    "<tr><td>%s<td class=\"n\">%s",
                                                    escape(name), number(value))));
            page.append("</table>").append(curves(section));
        }

        page.append("<h2>Features</h2><p>Schema ").append(schema.fingerprint());
        page.append("</p><table><tr><th>Name<th>Meaning<th>Usual value of a legitimate event");
        for (int i = 0; i < schema.size(); i++) {
            FeatureSpec spec = schema.specs().get(i);
            page.append(
                    format(
                            "<tr><td>%s<td>%s<td class=\"n\">%s",
                            escape(spec.name()),
                            escape(spec.words()),
                            escape(schema.words(i, model.bundle().usual()[i]))));
        }
        return page.append("</table></html>\n").toString();
    }

    private static String layers(BundleManifest manifest) {
        return manifest.layers().stream()
                .map(layer -> layer.type() + " " + layer.inputs() + " to " + layer.outputs())
                .reduce((one, next) -> one + ", " + next)
                .orElse("no layers");
    }

    private static String epochs(List<EpochResult> epochs) {
        List<Plot.Point> losses = new ArrayList<>();
        List<Plot.Point> validation = new ArrayList<>();
        double highest = 0;
        for (EpochResult epoch : epochs) {
            losses.add(new Plot.Point(epoch.epoch(), epoch.loss()));
            highest = Math.max(highest, epoch.loss());
            if (!Double.isNaN(epoch.validation())) {
                validation.add(new Plot.Point(epoch.epoch(), epoch.validation()));
            }
        }
        int last = epochs.size();
        return figure(
                        "Loss by epoch",
                        new Plot("epoch", "mean cross-entropy", 1, last, 0, highest)
                                .svg(List.of(new Plot.Line(losses, BLUE, true))))
                + figure(
                        "Average precision on the validation days",
                        new Plot("epoch", "average precision", 1, last, 0, 1)
                                .svg(List.of(new Plot.Line(validation, BLUE, true))));
    }

    private static String confusion(Evaluation e) {
        return format(
                "<table><tr><th>At threshold %s<th>Fraud<th>Legitimate<tr><th>Alert<td"
                    + " class=\"n\">%,d<td class=\"n\">%,d<tr><th>No alert<td class=\"n\">%,d<td"
                    + " class=\"n\">%,d</table>",
                number(e.threshold()),
                e.truePositives(),
                e.falsePositives(),
                e.falseNegatives(),
                e.trueNegatives());
    }

    private static String curves(Section section) {
        RankedScores ranked = RankedScores.of(section.scores(), section.frauds());
        if (ranked.frauds() == 0 || ranked.legitimate() == 0) {
            return "<p>Curves need both frauds and legitimate events.</p>";
        }
        List<Plot.Point> precisionRecall = new ArrayList<>();
        List<Plot.Point> roc = new ArrayList<>();
        roc.add(new Plot.Point(0, 0));
        double lastAcross = -1;
        double lastUp = -1;
        int steps = ranked.steps();
        for (int i = 0; i < steps; i++) {
            double recall = (double) ranked.truePositives(i) / ranked.frauds();
            double falseShare = (double) ranked.falsePositives(i) / ranked.legitimate();
            boolean visible =
                    recall - lastUp > 1.0 / MAX_POINTS
                            || falseShare - lastAcross > 1.0 / MAX_POINTS;
            if (visible || i == steps - 1) {
                precisionRecall.add(
                        new Plot.Point(
                                recall,
                                (double) ranked.truePositives(i)
                                        / (ranked.truePositives(i) + ranked.falsePositives(i))));
                roc.add(new Plot.Point(falseShare, recall));
                lastUp = recall;
                lastAcross = falseShare;
            }
        }
        List<Plot.Point> diagonal = List.of(new Plot.Point(0, 0), new Plot.Point(1, 1));
        return figure(
                        "Precision and recall",
                        Plot.ofShares("recall", "precision")
                                .svg(List.of(new Plot.Line(precisionRecall, BLUE, false))))
                + figure(
                        "ROC",
                        Plot.ofShares("false positive rate", "true positive rate")
                                .svg(
                                        List.of(
                                                new Plot.Line(diagonal, GREY, false),
                                                new Plot.Line(roc, BLUE, false))))
                + figure(
                        "Reliability",
                        Plot.ofShares("mean score", "share of frauds")
                                .svg(
                                        List.of(
                                                new Plot.Line(diagonal, GREY, false),
                                                new Plot.Line(reliability(section), RED, true))));
    }

    /** Events by score in bins of equal width, empty ones left out. */
    private static List<Plot.Point> reliability(Section section) {
        double[] sum = new double[RELIABILITY_BINS];
        long[] frauds = new long[RELIABILITY_BINS];
        long[] events = new long[RELIABILITY_BINS];
        for (int i = 0; i < section.scores().length; i++) {
            int bin = (int) Math.min(RELIABILITY_BINS - 1, section.scores()[i] * RELIABILITY_BINS);
            sum[bin] += section.scores()[i];
            frauds[bin] += section.frauds()[i] ? 1 : 0;
            events[bin]++;
        }
        List<Plot.Point> points = new ArrayList<>();
        for (int bin = 0; bin < RELIABILITY_BINS; bin++) {
            if (events[bin] > 0) {
                points.add(
                        new Plot.Point(sum[bin] / events[bin], (double) frauds[bin] / events[bin]));
            }
        }
        return points;
    }

    private static String figure(String caption, String svg) {
        return "<figure><figcaption>" + caption + "</figcaption>" + svg + "</figure>";
    }

    private static void row(StringBuilder page, String name, String value) {
        page.append("<tr><th>").append(name).append("<td>").append(value);
    }

    private static String time(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? format("%,d", (long) value)
                : format("%.6f", value);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
