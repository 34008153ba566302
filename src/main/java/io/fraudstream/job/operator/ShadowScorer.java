package io.fraudstream.job.operator;

import io.fraudstream.model.FraudModel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scores with a model beside the champion, which must not suffer from it: one that fails is left
 * out until another takes its place.
 */
final class ShadowScorer {
    private static final Logger LOG = LoggerFactory.getLogger(ShadowScorer.class);

    private FraudModel failed;
    private long failures;

    /** The score, or NaN where the model fails or has failed before. */
    double score(FraudModel model, float[][] sequence) {
        if (model == failed) {
            return Double.NaN;
        }
        try {
            double score = model.score(sequence);
            if (score >= 0 && score <= 1) {
                return score;
            }
            fail(model, new ArithmeticException("score is " + score + ", expected 0 to 1"));
        } catch (RuntimeException failure) {
            fail(model, failure);
        }
        return Double.NaN;
    }

    /** How many models failed. */
    long failures() {
        return failures;
    }

    private void fail(FraudModel model, RuntimeException failure) {
        failed = model;
        failures++;
        LOG.error("shadow {} failed and is left out", model.bundleId(), failure);
    }
}
