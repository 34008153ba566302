package io.fraudstream.training;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.features.FeatureSpec;
import io.fraudstream.model.BundleException;
import io.fraudstream.model.ModelBundle;
import io.fraudstream.model.Reason;
import io.fraudstream.model.ReasonCodes;
import io.fraudstream.model.compiled.CompiledScorer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which features raise the scores, on average over events, by the job's own reason codes. */
final class Attributions {
    private Attributions() {}

    /**
     * @param alerts mean contribution to the log-odds over alerts; 0 where a feature did not raise
     *     the score
     * @param frauds the same over frauds, found or missed
     */
    record Attribution(FeatureSpec feature, double alerts, double frauds) {}

    /** The strongest over alerts first; every feature is there. */
    static List<Attribution> of(
            FeatureSchema schema,
            ModelBundle bundle,
            List<FeatureRow> alerts,
            List<FeatureRow> frauds) {
        CompiledScorer scorer;
        try {
            scorer = CompiledScorer.of(bundle, schema.fingerprint());
        } catch (BundleException unusable) {
            throw new IllegalArgumentException(
                    "bundle " + bundle.id() + " is not of this schema", unusable);
        }
        ReasonCodes reasons = new ReasonCodes(schema, scorer, bundle.usual());
        Map<String, Double> overAlerts = means(schema, reasons, alerts);
        Map<String, Double> overFrauds = means(schema, reasons, frauds);
        List<Attribution> attributions = new ArrayList<>();
        for (FeatureSpec spec : schema.specs()) {
            attributions.add(
                    new Attribution(
                            spec,
                            overAlerts.getOrDefault(spec.name(), 0.0),
                            overFrauds.getOrDefault(spec.name(), 0.0)));
        }
        attributions.sort(
                Comparator.comparingDouble(Attribution::alerts)
                        .thenComparingDouble(Attribution::frauds)
                        .reversed());
        return attributions;
    }

    private static Map<String, Double> means(
            FeatureSchema schema, ReasonCodes reasons, List<FeatureRow> rows) {
        Map<String, Double> means = new HashMap<>();
        for (FeatureRow row : rows) {
            for (Reason reason : reasons.explain(row.sequence(), schema.size())) {
                means.merge(reason.feature(), reason.contribution() / rows.size(), Double::sum);
            }
        }
        return means;
    }
}
