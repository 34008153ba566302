package io.fraudstream.job.operator;

import io.fraudstream.alert.DecisionPolicy;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.job.state.ServedBundle;
import io.fraudstream.model.BundleException;
import io.fraudstream.model.BundleFormat;
import io.fraudstream.model.DriftReference;
import io.fraudstream.model.FraudModel;
import io.fraudstream.model.ModelBundle;
import io.fraudstream.model.ReasonCodes;
import io.fraudstream.model.compiled.CompiledScorer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A verified bundle that is ready to score, with the policy that decides on its scores.
 *
 * @param trainedOn what drift is measured against; {@code null} where the bundle does not say
 */
record ServingModel(
        FraudModel model, ReasonCodes reasons, DecisionPolicy policy, DriftReference trainedOn) {
    private static final Logger LOG = LoggerFactory.getLogger(ServingModel.class);

    /**
     * One subtask's own, since a scorer is for one thread.
     *
     * @throws BundleException if it must not be used
     */
    static ServingModel of(ServedBundle served, FeatureSchema schema) throws BundleException {
        ModelBundle bundle = BundleFormat.readServing(served.serving());
        CompiledScorer scorer = CompiledScorer.of(bundle, schema.fingerprint());
        LOG.info("bundle {} scores by {}", bundle.id(), scorer.arithmetic());
        Double threshold = served.pointer().threshold();
        return new ServingModel(
                scorer,
                new ReasonCodes(schema, scorer, bundle.usual()),
                new DecisionPolicy(threshold == null ? bundle.manifest().threshold() : threshold),
                bundle.drift());
    }
}
