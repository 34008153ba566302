package io.fraudstream.training;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.model.BundleManifest;
import io.fraudstream.model.dl4j.EpochResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What {@code metrics.json} holds; a number that could not be measured is null. */
final class ReportNumbers {
    private ReportNumbers() {}

    static Map<String, Object> of(
            FeatureSchema schema,
            TrainedModel model,
            Map<String, Object> settings,
            List<Measured> sections,
            List<Attributions.Attribution> attributions) {
        BundleManifest manifest = model.bundle().manifest();
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("bundle", model.bundle().id());
        Map<String, Object> card = new LinkedHashMap<>();
        card.put("kind", manifest.kind());
        card.put("featureFingerprint", schema.fingerprint());
        card.put("trainingFrom", manifest.trainingFrom());
        card.put("trainingTo", manifest.trainingTo());
        card.put("validationFrom", model.validationFrom());
        card.put("labelCutOff", manifest.labelCutOff());
        card.put("labelMaturityMillis", model.settings().labelMaturity().toMillis());
        card.put("fittedEvents", model.fittedEvents());
        card.put("fittedFrauds", model.fittedFrauds());
        card.put("legitimateShare", model.legitimateShare());
        card.put("immature", model.immature());
        card.put("calibration", manifest.calibration());
        card.put("threshold", manifest.threshold());
        card.put("thresholdPolicy", manifest.thresholdChoice().policy());
        card.put("network", settings);
        card.put("checksums", manifest.checksums());
        numbers.put("model", card);
        List<Object> epochs = new ArrayList<>();
        for (EpochResult epoch : model.epochs()) {
            epochs.add(
                    map(
                            "epoch", epoch.epoch(),
                            "loss", known(epoch.loss()),
                            "validation", known(epoch.validation())));
        }
        numbers.put("epochs", epochs);
        numbers.put("bestEpoch", model.bestEpoch());
        for (Measured measured : sections) {
            numbers.put(measured.section.title(), section(measured));
        }
        List<Object> features = new ArrayList<>();
        for (Attributions.Attribution attribution : attributions) {
            features.add(
                    map(
                            "feature", attribution.feature().name(),
                            "alerts", attribution.alerts(),
                            "frauds", attribution.frauds()));
        }
        numbers.put("attributions", features);
        return numbers;
    }

    private static Map<String, Object> section(Measured measured) {
        Map<String, Object> numbers = new LinkedHashMap<>(measured.section.metrics());
        numbers.put("days", measured.days);
        numbers.put("alertsPerDay", known(measured.chosen.alertsPerDay()));
        numbers.put("costPerDayMinor", known(measured.chosen.costPerDayMinor()));
        numbers.put("intervals", intervals(measured.intervals));
        numbers.put("precisionRecall", curve(measured.precisionRecall, "recall", "precision"));
        numbers.put("roc", curve(measured.roc, "falsePositiveRate", "truePositiveRate"));
        numbers.put("budgets", budgets(measured.budgets));
        List<Object> reliability = new ArrayList<>();
        for (Reliability.Bin bin : measured.reliability.bins()) {
            reliability.add(
                    map(
                            "events", bin.events(),
                            "frauds", bin.frauds(),
                            "meanScore", bin.meanScore(),
                            "fraudShare", bin.fraudShare()));
        }
        numbers.put("reliability", reliability);
        numbers.put("weeks", measured.weeks.stream().map(ReportNumbers::segment).toList());
        numbers.put(
                "segments",
                measured.segments.values().stream()
                        .flatMap(List::stream)
                        .map(ReportNumbers::segment)
                        .toList());
        Measured.Against champion = measured.champion;
        if (champion != null) {
            Map<String, Object> other = new LinkedHashMap<>();
            other.put("bundle", champion.bundleId());
            other.putAll(champion.evaluation().metrics());
            other.put("intervals", intervals(champion.intervals()));
            other.put("averagePrecisionGain", interval(champion.gain()));
            other.put("budgets", budgets(champion.budgets()));
            numbers.put("champion", other);
        }
        return numbers;
    }

    private static Map<String, Object> segment(Measured.Segment segment) {
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("by", segment.by());
        numbers.put("name", segment.name());
        numbers.putAll(segment.evaluation().metrics());
        numbers.put("intervals", intervals(segment.intervals()));
        return numbers;
    }

    private static List<Object> budgets(List<BundleManifest.Candidate> candidates) {
        List<Object> budgets = new ArrayList<>();
        for (BundleManifest.Candidate candidate : candidates) {
            budgets.add(
                    map(
                            "threshold", candidate.threshold(),
                            "alertsPerDay", candidate.alertsPerDay(),
                            "precision", known(candidate.precision()),
                            "recall", known(candidate.recall()),
                            "costPerDayMinor", candidate.costPerDayMinor()));
        }
        return budgets;
    }

    private static List<Object> curve(Measured.Curve curve, String x, String y) {
        List<Object> points = new ArrayList<>();
        for (int i = 0; i < curve.x().length; i++) {
            points.add(
                    map(
                            x,
                            curve.x()[i],
                            y,
                            known(curve.y()[i]),
                            "low",
                            known(curve.low()[i]),
                            "high",
                            known(curve.high()[i])));
        }
        return points;
    }

    private static Map<String, Object> intervals(Bootstrap.Measures measures) {
        return map(
                "averagePrecision", interval(measures.averagePrecision()),
                "areaUnderRoc", interval(measures.areaUnderRoc()),
                "precision", interval(measures.precision()),
                "recall", interval(measures.recall()));
    }

    private static Map<String, Object> interval(Bootstrap.Interval interval) {
        return map(
                "value", known(interval.value()),
                "low", known(interval.low()),
                "high", known(interval.high()));
    }

    private static Map<String, Object> map(Object... namesAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }

    private static Double known(double value) {
        return Double.isNaN(value) ? null : value;
    }
}
