package io.fraudstream.training;

import static io.fraudstream.training.Page.format;
import static io.fraudstream.training.Page.number;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.features.FeatureSpec;
import io.fraudstream.model.BundleManifest;
import io.fraudstream.model.dl4j.EpochResult;
import io.fraudstream.training.Page.Cell;
import io.fraudstream.transaction.ExchangeRates;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** {@code report.html}: what was measured, in words, tables and plots. */
final class ReportPage {
    private static final double LOWEST_SCORE = 1e-4;
    private static final double LOG_ODDS_RANGE = 12;
    private static final int DISTRIBUTION_BINS = 48;

    private final FeatureSchema schema;
    private final TrainedModel model;
    private final BundleManifest manifest;
    private final Map<String, Object> settings;
    private final List<Measured> sections;
    private final List<Attributions.Attribution> attributions;
    private final String currency;
    private final double minorUnits;
    private final Page page;

    /**
     * @param settings of the network, by name
     */
    ReportPage(
            FeatureSchema schema,
            TrainedModel model,
            Map<String, Object> settings,
            List<Measured> sections,
            List<Attributions.Attribution> attributions) {
        this.schema = schema;
        this.model = model;
        this.manifest = model.bundle().manifest();
        this.settings = settings;
        this.sections = sections;
        this.attributions = attributions;
        this.currency = schema.rates().baseCurrency();
        this.minorUnits = Math.pow(10, ExchangeRates.minorDigits(currency));
        this.page = new Page("Fraud model " + model.bundle().id());
    }

    String html() {
        // Events that it has not seen come first and tell most.
        summary(sections.get(0));
        card();
        training();
        sections.forEach(this::section);
        attributions();
        features();
        return page.html(
                format(
                        "%s network, trained on %s to %s, labels known by %s",
                        manifest.kind(),
                        day(manifest.trainingFrom()),
                        day(manifest.trainingTo()),
                        time(manifest.labelCutOff())));
    }

    private void summary(Measured m) {
        Evaluation e = m.evaluation;
        page.section("Summary");
        page.paragraph(
                format(
                        "%s: %,d events over %s, %,d of them fraud. From a score of %s on the"
                                + " model alerts %s times a day; %s of its alerts are fraud, and it"
                                + " finds %s of the frauds.",
                        m.section.title(),
                        e.events(),
                        m.days == 1 ? "one day" : format("%.0f days", m.days),
                        e.frauds(),
                        threshold(e.threshold()),
                        number(m.chosen.alertsPerDay(), 1),
                        percent(e.precision()),
                        percent(e.recall())));
        page.facts(
                List.of(
                        fact("Average precision", m.intervals.averagePrecision(), 3),
                        fact("Area under ROC", m.intervals.areaUnderRoc(), 3),
                        fact("Precision of alerts", m.intervals.precision(), 3),
                        fact("Recall", m.intervals.recall(), 3),
                        new String[] {
                            number(m.chosen.alertsPerDay(), 1),
                            "Alerts a day",
                            "chosen for " + manifest.thresholdChoice().policy()
                        },
                        new String[] {
                            number(e.calibrationError(), 4),
                            "Expected calibration error",
                            "Brier score " + number(e.brier(), 5)
                        }));
        if (m.champion != null) {
            page.paragraph(againstInWords(m));
        }
        page.note(
                "Ranges are 95 % intervals by bootstrap over cards. How the model was made and what"
                        + " it must not be used for stands in the model card.");
    }

    private static String againstInWords(Measured m) {
        Bootstrap.Interval gain = m.champion.gain();
        String verdict =
                gain.low() > 0
                        ? "better"
                        : gain.high() < 0 ? "worse" : "neither better nor worse beyond chance";
        return format(
                "Against the champion %s it is %s: average precision %s against %s, a gain of %s"
                        + " (%s to %s) on the same events.",
                m.champion.bundleId(),
                verdict,
                number(m.evaluation.averagePrecision(), 4),
                number(m.champion.evaluation().averagePrecision(), 4),
                signed(gain.value()),
                signed(gain.low()),
                signed(gain.high()));
    }

    private void card() {
        TrainingSettings s = model.settings();
        page.section("Model card");
        page.part("Purpose");
        page.paragraph(
                "It scores each card transaction with the probability that it is fraud, so that a"
                        + " fraud team can look at those that score highest. It is made to order"
                        + " people's work, not to decide about a card holder without one.");
        page.part("Data");
        page.facts(
                new String[][] {
                    {
                        "Event times",
                        time(manifest.trainingFrom()) + " to " + time(manifest.trainingTo())
                    },
                    {"Validation from", time(model.validationFrom())},
                    {"Labels known by", time(manifest.labelCutOff())},
                    {
                        "Label maturity",
                        format(
                                "%.1f days; without a fraud label by then an event is taken for"
                                        + " legitimate",
                                s.labelMaturity().toMinutes() / 1440.0)
                    },
                    {
                        "Learned from",
                        format(
                                "%,d events, %,d of them fraud; of the legitimate ones %.1f %% were"
                                        + " kept",
                                model.fittedEvents(),
                                model.fittedFrauds(),
                                100 * model.legitimateShare())
                    },
                    {"Left out", format("%,d events whose label was not mature", model.immature())},
                });
        page.part("Network and training");
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"Layers", layers()});
        settings.forEach((name, value) -> rows.add(new String[] {name, String.valueOf(value)}));
        rows.add(
                new String[] {
                    "Calibration",
                    format(
                            "σ(%.4f · log-odds %+.4f), fitted on the validation days",
                            manifest.calibration().slope(), manifest.calibration().intercept())
                });
        page.facts(rows.toArray(String[][]::new));
        page.part("Threshold");
        page.paragraph(
                format(
                        "Chosen on the validation days for %s: alerts from a score of %s on. It can"
                                + " be changed in the running job without a new training.",
                        manifest.thresholdChoice().policy(), threshold(manifest.threshold())));
        page.part("Limits");
        page.paragraph(
                "Scores hold for streams like the one it was trained on. A fraud pattern that no"
                        + " mature label has shown yet is unknown to it. Silence counts as"
                        + " legitimate after the label maturity, so frauds that nobody reported"
                        + " count against it here. The validation days chose stopping, calibration"
                        + " and threshold, so figures on them are somewhat too good. Segments with"
                        + " few frauds have wide intervals.");
        page.part("Identity");
        rows.clear();
        rows.add(new String[] {"Bundle", model.bundle().id()});
        rows.add(new String[] {"Feature schema", schema.fingerprint()});
        rows.add(new String[] {"Trained by", manifest.trainedBy()});
        manifest.checksums()
                .forEach((name, sum) -> rows.add(new String[] {"SHA-256 of " + name, sum}));
        page.facts(rows.toArray(String[][]::new));
    }

    private String layers() {
        return manifest.layers().stream()
                .map(layer -> layer.type() + " " + layer.inputs() + " to " + layer.outputs())
                .reduce((one, next) -> one + ", " + next)
                .orElse("none");
    }

    private void training() {
        page.section("Training");
        List<EpochResult> epochs = model.epochs();
        page.paragraph(
                format(
                        "The weights of epoch %d of %d were kept.",
                        model.bestEpoch(), epochs.size()));
        double[] x = epochs.stream().mapToDouble(EpochResult::epoch).toArray();
        double[] losses = epochs.stream().mapToDouble(EpochResult::loss).toArray();
        List<EpochResult> validated =
                epochs.stream().filter(e -> !Double.isNaN(e.validation())).toList();
        List<String> figures = new ArrayList<>();
        double highest = Arrays.stream(losses).max().orElse(1);
        figures.add(
                epochsPlot("mean cross-entropy", x)
                        .up(0, highest * 1.05)
                        .marked("training loss", x, losses, Plot.Tone.MODEL)
                        .figure("Loss by epoch"));
        if (!validated.isEmpty()) {
            double[] places = validated.stream().mapToDouble(EpochResult::epoch).toArray();
            double[] values = validated.stream().mapToDouble(EpochResult::validation).toArray();
            figures.add(
                    epochsPlot("average precision", x)
                            .up(0, 1)
                            .marked("validation days", places, values, Plot.Tone.MODEL)
                            .figure("Validation by epoch"));
        }
        page.figures(figures.toArray(String[]::new));
    }

    private static Plot epochsPlot(String up, double[] x) {
        return new Plot("epoch", up)
                .across(0, x[x.length - 1] + 1)
                .labelsAcross(epoch -> format("%.0f", epoch));
    }

    private void section(Measured m) {
        Evaluation e = m.evaluation;
        page.section(m.section.title());
        page.part("Alerts at the threshold");
        page.beside(() -> measures(m));
        if (e.frauds() == 0 || e.frauds() == e.events()) {
            page.paragraph("Curves and segments need both frauds and legitimate events.");
            return;
        }
        ranking(m);
        budgets(m);
        calibration(m);
        distributions(m);
        weeks(m);
        segments(m);
        champion(m);
    }

    private void measures(Measured m) {
        Evaluation e = m.evaluation;
        page.table(
                List.of("", "Fraud", "Legitimate", "All"),
                List.of(
                        List.of(
                                Cell.text("Alert"),
                                count(e.truePositives()),
                                count(e.falsePositives()),
                                count(e.truePositives() + e.falsePositives())),
                        List.of(
                                Cell.text("No alert"),
                                count(e.falseNegatives()),
                                count(e.trueNegatives()),
                                count(e.falseNegatives() + e.trueNegatives())),
                        List.of(
                                Cell.text("All"),
                                count(e.frauds()),
                                count(e.events() - e.frauds()),
                                count(e.events()))),
                -1);
        List<List<Cell>> measures = new ArrayList<>();
        measures.add(measure("Average precision", m.intervals.averagePrecision()));
        measures.add(measure("Area under ROC", m.intervals.areaUnderRoc()));
        measures.add(measure("Precision", m.intervals.precision()));
        measures.add(measure("Recall", m.intervals.recall()));
        measures.add(measure("F1", e.f1()));
        measures.add(measure("Accuracy", e.accuracy()));
        measures.add(measure("Brier score", e.brier()));
        measures.add(measure("Expected calibration error", e.calibrationError()));
        m.section.further().forEach((name, value) -> measures.add(measure(inWords(name), value)));
        page.table(List.of("Measure", "Value", "95 % interval"), measures, -1);
    }

    private void ranking(Measured m) {
        page.part("Precision, recall and ROC");
        double base = (double) m.evaluation.frauds() / m.evaluation.events();
        Plot precisionRecall =
                Plot.ofShares("recall", "precision")
                        .band(
                                "95 % interval",
                                m.precisionRecall.x(),
                                m.precisionRecall.low(),
                                m.precisionRecall.high(),
                                Plot.Tone.MODEL)
                        .line(
                                "this model",
                                m.precisionRecall.x(),
                                m.precisionRecall.y(),
                                Plot.Tone.MODEL);
        if (m.champion != null) {
            precisionRecall.line(
                    "champion",
                    m.champion.precisionRecall().x(),
                    m.champion.precisionRecall().y(),
                    Plot.Tone.CHAMPION);
        }
        precisionRecall.reference("chance", new double[] {0, 1}, new double[] {base, base});
        page.figures(
                precisionRecall.figure(
                        "Precision and recall, average precision "
                                + number(m.evaluation.averagePrecision(), 3)),
                Plot.ofShares("false positive rate", "true positive rate")
                        .band(
                                "95 % interval",
                                m.roc.x(), m.roc.low(), m.roc.high(), Plot.Tone.MODEL)
                        .line("this model", m.roc.x(), m.roc.y(), Plot.Tone.MODEL)
                        .reference("chance", new double[] {0, 1}, new double[] {0, 1})
                        .figure("ROC, area " + number(m.evaluation.areaUnderRoc(), 3)));
    }

    private void budgets(Measured m) {
        page.part("What another threshold would do");
        page.beside(
                () -> {
                    budgetTable(m);
                    budgetPlot(m);
                });
        page.note(
                format(
                        "The marked row is the threshold in use. Cost: reviews at %.2f each and the"
                                + " amounts of missed frauds.",
                        model.settings().threshold().reviewCostMinor() / minorUnits));
    }

    private void budgetTable(Measured m) {
        page.table(
                List.of(
                        "Threshold",
                        "Alerts a day",
                        "Precision",
                        "Recall",
                        "Cost a day, " + currency),
                m.budgets.stream()
                        .map(
                                c ->
                                        List.of(
                                                Cell.number(threshold(c.threshold())),
                                                Cell.number(number(c.alertsPerDay(), 1)),
                                                Cell.number(number(c.precision(), 3)),
                                                Cell.number(number(c.recall(), 3)),
                                                Cell.number(
                                                        number(
                                                                c.costPerDayMinor() / minorUnits,
                                                                0))))
                        .toList(),
                IntStream.range(0, m.budgets.size())
                        .filter(i -> m.budgets.get(i).threshold() == m.evaluation.threshold())
                        .findFirst()
                        .orElse(-1));
    }

    private void budgetPlot(Measured m) {
        List<BundleManifest.Candidate> plotted =
                m.budgets.stream().filter(c -> c.alertsPerDay() > 0).toList();
        if (plotted.size() < 2) {
            return;
        }
        double least = plotted.get(0).alertsPerDay();
        double most = plotted.get(plotted.size() - 1).alertsPerDay();
        page.figures(
                new Plot("alerts a day", "share")
                        .logarithmicAcross()
                        .across(least, most)
                        .up(0, 1)
                        .labelsAcross(alerts -> format("%.0f", alerts))
                        .marked(
                                "precision",
                                values(plotted, BundleManifest.Candidate::alertsPerDay),
                                values(plotted, BundleManifest.Candidate::precision),
                                Plot.Tone.MODEL)
                        .marked(
                                "recall",
                                values(plotted, BundleManifest.Candidate::alertsPerDay),
                                values(plotted, BundleManifest.Candidate::recall),
                                Plot.Tone.LEGITIMATE)
                        .figure("Precision and recall by alert budget"));
    }

    private void calibration(Measured m) {
        page.part("Calibration");
        page.paragraph(
                format(
                        "A score is meant to be the share of frauds among events that score so."
                                + " Over %d bins of equal size the shares are off by %s on average"
                                + " (expected calibration error); the Brier score is %s.",
                        Reliability.BINS,
                        number(m.evaluation.calibrationError(), 5),
                        number(m.evaluation.brier(), 5)));
        page.beside(
                () -> {
                    reliabilityPlot(m.reliability.bins());
                    reliabilityTable(m.reliability.bins());
                });
    }

    private void reliabilityPlot(List<Reliability.Bin> bins) {
        double[] diagonal = {LOWEST_SCORE, 1};
        page.figures(
                new Plot("mean score", "share of frauds")
                        .logarithmicAcross()
                        .logarithmicUp()
                        .across(LOWEST_SCORE, 1)
                        .up(LOWEST_SCORE, 1)
                        .band(
                                "95 % interval",
                                values(bins, bin -> shown(bin.meanScore())),
                                values(bins, bin -> shown(bin.low())),
                                values(bins, bin -> shown(bin.high())),
                                Plot.Tone.MODEL)
                        .reference("as it should be", diagonal, diagonal)
                        .marked(
                                "events by score",
                                values(bins, bin -> shown(bin.meanScore())),
                                values(bins, bin -> shown(bin.fraudShare())),
                                Plot.Tone.MODEL)
                        .figure("Reliability, both axes logarithmic"));
    }

    private void reliabilityTable(List<Reliability.Bin> bins) {
        page.table(
                List.of("Mean score", "Share of frauds", "95 % interval", "Frauds", "Events"),
                bins.stream()
                        .map(
                                bin ->
                                        List.of(
                                                Cell.number(number(bin.meanScore(), 4)),
                                                Cell.number(number(bin.fraudShare(), 4)),
                                                Cell.number(range(bin.low(), bin.high(), 4)),
                                                count(bin.frauds()),
                                                count(bin.events())))
                        .toList(),
                -1);
    }

    private static double shown(double share) {
        return Math.max(LOWEST_SCORE, share);
    }

    private void distributions(Measured m) {
        page.part("Scores of frauds and of legitimate events");
        double[] x = new double[DISTRIBUTION_BINS];
        double width = 2 * LOG_ODDS_RANGE / DISTRIBUTION_BINS;
        Arrays.setAll(x, i -> -LOG_ODDS_RANGE + (i + 0.5) * width);
        double[] frauds = new double[DISTRIBUTION_BINS];
        double[] legitimate = new double[DISTRIBUTION_BINS];
        for (ScoredEvent event : m.section.events()) {
            double logOdds = Math.log(event.score() / (1 - event.score()));
            int bin = (int) Math.floor((logOdds + LOG_ODDS_RANGE) / width);
            double[] of = event.fraud() ? frauds : legitimate;
            of[Math.max(0, Math.min(DISTRIBUTION_BINS - 1, bin))]++;
        }
        for (int i = 0; i < DISTRIBUTION_BINS; i++) {
            frauds[i] /= m.evaluation.frauds();
            legitimate[i] /= m.evaluation.events() - m.evaluation.frauds();
        }
        page.figures(
                new Plot("score", "share of the events")
                        .across(-LOG_ODDS_RANGE, LOG_ODDS_RANGE)
                        .labelsAcross(ReportPage::asProbability)
                        .filled("legitimate", x, legitimate, Plot.Tone.LEGITIMATE)
                        .filled("frauds", x, frauds, Plot.Tone.FRAUD)
                        .figure("Scores, spaced by log-odds"));
    }

    private static String asProbability(double logOdds) {
        double p = 100 / (1 + Math.exp(-logOdds));
        return p < 1 || p > 99 ? format("%.3f %%", p) : format("%.0f %%", p);
    }

    private void weeks(Measured m) {
        if (m.weeks.size() < 2) {
            return;
        }
        page.part("Week by week");
        page.table(segmentHeads("Week from"), m.weeks.stream().map(ReportPage::row).toList(), -1);
        double[] x = IntStream.rangeClosed(1, m.weeks.size()).asDoubleStream().toArray();
        page.figures(
                new Plot("week", "average precision")
                        .across(0, m.weeks.size() + 1)
                        .up(0, 1)
                        .labelsAcross(week -> format("%.0f", week))
                        .band(
                                "95 % interval",
                                x,
                                values(m.weeks, w -> w.intervals().averagePrecision().low()),
                                values(m.weeks, w -> w.intervals().averagePrecision().high()),
                                Plot.Tone.MODEL)
                        .marked(
                                "this model",
                                x,
                                values(m.weeks, w -> w.evaluation().averagePrecision()),
                                Plot.Tone.MODEL)
                        .figure("Average precision by week"));
    }

    private void segments(Measured m) {
        page.part("Segments");
        page.note("Behind each value its 95 % interval.");
        m.segments.forEach(
                (by, segments) -> {
                    if (segments.size() == 1) {
                        page.note(by + ": all events are alike (" + segments.get(0).name() + ").");
                        return;
                    }
                    String unit = by.equals("Amount") ? ", " + currency : "";
                    page.table(
                            segmentHeads(by + unit),
                            segments.stream().map(ReportPage::row).toList(),
                            -1);
                });
    }

    private static List<String> segmentHeads(String by) {
        return List.of(
                by, "Events", "Frauds", "Alerts", "Average precision", "Precision", "Recall");
    }

    private static List<Cell> row(Measured.Segment segment) {
        Evaluation e = segment.evaluation();
        Bootstrap.Measures i = segment.intervals();
        return List.of(
                Cell.text(segment.name()),
                count(e.events()),
                count(e.frauds()),
                count(e.truePositives() + e.falsePositives()),
                ranged(i.averagePrecision()),
                ranged(i.precision()),
                ranged(i.recall()));
    }

    private static Cell ranged(Bootstrap.Interval interval) {
        String range =
                Double.isNaN(interval.value())
                        ? ""
                        : " <small>" + range(interval.low(), interval.high(), 2) + "</small>";
        return new Cell(number(interval.value(), 3) + range, true);
    }

    private void champion(Measured m) {
        if (m.champion == null) {
            return;
        }
        page.part("Comparison with the champion");
        page.paragraph(againstInWords(m));
        Evaluation one = m.evaluation;
        Evaluation other = m.champion.evaluation();
        page.table(
                List.of("Measure", "This model", "Champion " + m.champion.bundleId()),
                List.of(
                        compared("Average precision", one, other, Evaluation::averagePrecision),
                        compared("Area under ROC", one, other, Evaluation::areaUnderRoc),
                        compared("Threshold", one, other, Evaluation::threshold),
                        compared(
                                "Alerts a day",
                                one,
                                other,
                                e -> (e.truePositives() + e.falsePositives()) / m.days),
                        compared("Precision", one, other, Evaluation::precision),
                        compared("Recall", one, other, Evaluation::recall),
                        compared("F1", one, other, Evaluation::f1),
                        compared("Brier score", one, other, Evaluation::brier),
                        compared(
                                "Expected calibration error",
                                one,
                                other,
                                Evaluation::calibrationError)),
                -1);
    }

    private static List<Cell> compared(
            String name, Evaluation one, Evaluation other, ToDoubleFunction<Evaluation> measure) {
        return List.of(
                Cell.text(name),
                Cell.number(number(measure.applyAsDouble(one), 4)),
                Cell.number(number(measure.applyAsDouble(other), 4)));
    }

    private void attributions() {
        page.section("What the model goes by");
        page.paragraph(
                format(
                        "By how much each feature raises the log-odds, by the reason codes that"
                                + " analysts see, on average over %,d alerts and %,d frauds of the"
                                + " validation days. A feature that does not raise a score counts"
                                + " as 0 there.",
                        model.alertRows().size(), model.fraudRows().size()));
        double largest =
                attributions.stream().mapToDouble(Attributions.Attribution::alerts).max().orElse(0);
        List<List<Cell>> rows = new ArrayList<>();
        for (Attributions.Attribution a : attributions) {
            if (a.alerts() > 0 || a.frauds() > 0) {
                rows.add(
                        List.of(
                                Cell.html(
                                        Page.escape(a.feature().words())
                                                + "<br/><code>"
                                                + Page.escape(a.feature().name())
                                                + "</code>"),
                                Cell.number(number(a.alerts(), 3)),
                                Cell.html(bar(largest > 0 ? a.alerts() / largest : 0)),
                                Cell.number(number(a.frauds(), 3))));
            }
        }
        page.table(List.of("Feature", "Over alerts", "", "Over frauds"), rows, -1);
    }

    private static String bar(double share) {
        return format(
                "<span class=\"bar\" style=\"width:%.1frem\"></span>", Math.max(0.1, 8 * share));
    }

    private void features() {
        page.section("Features");
        page.paragraph("Schema " + schema.fingerprint() + ", in order:");
        List<List<Cell>> rows = new ArrayList<>();
        for (int i = 0; i < schema.size(); i++) {
            FeatureSpec spec = schema.specs().get(i);
            rows.add(
                    List.of(
                            Cell.html("<code>" + Page.escape(spec.name()) + "</code>"),
                            Cell.text(spec.words()),
                            Cell.number(schema.words(i, model.bundle().usual()[i]))));
        }
        page.table(List.of("Name", "Meaning", "Usual for a legitimate event"), rows, -1);
    }

    private static String[] fact(String name, Bootstrap.Interval interval, int digits) {
        return new String[] {
            number(interval.value(), digits), name, range(interval.low(), interval.high(), digits)
        };
    }

    private static List<Cell> measure(String name, Bootstrap.Interval interval) {
        return List.of(
                Cell.text(name),
                Cell.number(number(interval.value(), 4)),
                Cell.number(range(interval.low(), interval.high(), 4)));
    }

    /** Such as {@code bookCardPrecisionAt100}. */
    private static String inWords(String name) {
        String words = name.replaceAll("([A-Z]|\\d+)", " $1").toLowerCase(java.util.Locale.ROOT);
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }

    private static List<Cell> measure(String name, double value) {
        int digits = value == Math.rint(value) ? 0 : Math.abs(value) < 0.01 ? 6 : 4;
        return List.of(Cell.text(name), Cell.number(number(value, digits)), Cell.number(""));
    }

    private static String range(double low, double high, int digits) {
        return Double.isNaN(low) ? "–" : number(low, digits) + " to " + number(high, digits);
    }

    private static Cell count(long value) {
        return Cell.number(format("%,d", value));
    }

    private static String threshold(double score) {
        return number(score, score < 0.01 ? 6 : 4);
    }

    private static String percent(double share) {
        return Double.isNaN(share) ? "–" : format("%.1f %%", 100 * share);
    }

    private static String signed(double value) {
        return Double.isNaN(value) ? "–" : format("%+.4f", value);
    }

    private static <T> double[] values(List<T> rows, ToDoubleFunction<T> value) {
        return rows.stream().mapToDouble(value).toArray();
    }

    private static String time(long millis) {
        return Instant.ofEpochMilli(millis).toString().substring(0, 16).replace('T', ' ') + " UTC";
    }

    private static String day(long millis) {
        return Instant.ofEpochMilli(millis).toString().substring(0, 10);
    }
}
