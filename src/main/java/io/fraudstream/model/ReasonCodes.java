package io.fraudstream.model;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.features.Unit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Explains a score by occlusion: each feature of the newest event is replaced by its usual value,
 * and those whose replacement lowers the log-odds most are the reasons. It costs one scoring per
 * feature, so it runs on alerts only.
 */
public final class ReasonCodes {
    private static final int MIN_OWN_EVENTS = 3;

    private final FeatureSchema schema;
    private final FraudModel model;
    private final float[] populationUsual;

    /**
     * @param populationUsual per feature, NaN where unknown
     */
    public ReasonCodes(FeatureSchema schema, FraudModel model, float[] populationUsual) {
        this.schema = schema;
        this.model = model;
        this.populationUsual = populationUsual;
    }

    /** At most {@code count} reasons that raise the score, the strongest first. */
    public List<Reason> explain(float[][] sequence, int count) {
        int last = sequence.length - 1;
        float[] vector = sequence[last];
        float[] occluded = vector.clone();
        float[][] changed = sequence.clone();
        changed[last] = occluded;
        double before = logOdds(model.score(sequence));
        List<Reason> reasons = new ArrayList<>();
        for (int i = 0; i < vector.length; i++) {
            float usual = usual(sequence, i);
            if (Float.isNaN(vector[i]) || usual == vector[i]) {
                continue;
            }
            occluded[i] = usual;
            double contribution = before - logOdds(model.score(changed));
            occluded[i] = vector[i];
            if (contribution > 0) {
                reasons.add(
                        new Reason(
                                schema.specs().get(i).name(),
                                vector[i],
                                usual,
                                contribution,
                                text(i, vector[i], usual)));
            }
        }
        reasons.sort(Comparator.comparingDouble(Reason::contribution).reversed());
        return List.copyOf(reasons.subList(0, Math.min(count, reasons.size())));
    }

    /**
     * The mean over the card's earlier events in the sequence, where it has some; else the
     * population's. Of a flag it is always "no", so that only what is the case can be a reason.
     */
    private float usual(float[][] sequence, int feature) {
        if (schema.specs().get(feature).unit() == Unit.FLAG) {
            return 0;
        }
        double sum = 0;
        int known = 0;
        for (int i = 0; i < sequence.length - 1; i++) {
            if (!Float.isNaN(sequence[i][feature])) {
                sum += sequence[i][feature];
                known++;
            }
        }
        boolean ofTheCard = feature < schema.terminalOffset();
        if (!ofTheCard || known < MIN_OWN_EVENTS) {
            return populationUsual[feature];
        }
        return (float) (sum / known);
    }

    private String text(int feature, float value, float usual) {
        String words = schema.specs().get(feature).words() + ": " + schema.words(feature, value);
        return Float.isNaN(usual)
                ? words
                : words + " (usually " + schema.words(feature, usual) + ")";
    }

    private static double logOdds(double probability) {
        double bounded = Math.max(1e-15, Math.min(1 - 1e-15, probability));
        return StrictMath.log(bounded / (1 - bounded));
    }
}
