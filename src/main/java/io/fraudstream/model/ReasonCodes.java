package io.fraudstream.model;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.features.Unit;
import java.util.ArrayList;
import java.util.List;

/**
 * Explains a score: what each feature of the newest event adds to the log-odds by not being as
 * usual, as the model's integrated gradients share it out. What adds most are the reasons. It costs
 * tens of scorings, so it runs on alerts only.
 */
public final class ReasonCodes {
    private static final int MIN_OWN_EVENTS = 3;

    /** Less than this, a hundredth of the odds, is no reason. */
    private static final double LEAST_CONTRIBUTION = 0.01;

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
        float[] vector = sequence[sequence.length - 1];
        float[] usual = new float[vector.length];
        for (int i = 0; i < usual.length; i++) {
            usual[i] = usual(sequence, i);
        }
        double[] left = model.contributions(sequence, usual);
        List<Reason> reasons = new ArrayList<>();
        // Plain loops: in a job alerts are so few that a stream's code is not compiled for hours.
        for (int next = strongest(left, vector);
                next >= 0 && reasons.size() < count;
                next = strongest(left, vector)) {
            reasons.add(
                    new Reason(
                            schema.specs().get(next).name(),
                            vector[next],
                            usual[next],
                            left[next],
                            text(next, vector[next], usual[next])));
            left[next] = 0;
        }
        return List.copyOf(reasons);
    }

    /** The feature that raises the score most, the first of equal ones; -1 if none does enough. */
    private static int strongest(double[] contributions, float[] vector) {
        int strongest = -1;
        for (int i = 0; i < vector.length; i++) {
            // What is missing has no value to tell.
            if (contributions[i] >= LEAST_CONTRIBUTION
                    && !Float.isNaN(vector[i])
                    && (strongest < 0 || contributions[i] > contributions[strongest])) {
                strongest = i;
            }
        }
        return strongest;
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
}
