package io.fraudstream.training;

import io.fraudstream.alert.ThresholdPolicy;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.features.FeatureSpec;
import io.fraudstream.model.BundleException;
import io.fraudstream.model.BundleFormat;
import io.fraudstream.model.BundleManifest;
import io.fraudstream.model.Calibration;
import io.fraudstream.model.GoldenCases;
import io.fraudstream.model.Network;
import io.fraudstream.model.Normalizer;
import io.fraudstream.model.compiled.CompiledScorer;
import io.fraudstream.model.dl4j.NetworkTrainer;
import io.fraudstream.model.dl4j.TrainedNetwork;
import io.fraudstream.model.dl4j.TrainingProgress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Makes a bundle of a training set: fits the normaliser and the network on the earlier days, stops
 * by average precision on the validation days, and chooses calibration and threshold there.
 * Validation is scored by the compiled scorer, so what is measured is what will serve. The same set
 * and settings give the same bundle.
 */
public final class Trainer {
    private static final String TRAINED_BY = "fraudstream with DL4J";
    private static final int USUAL_SAMPLE = 50_000;

    private final FeatureSchema schema;
    private final TrainingProgress progress;

    public Trainer(FeatureSchema schema, TrainingProgress progress) {
        this.schema = schema;
        this.progress = progress;
    }

    /**
     * @throws TrainingException if the set has no frauds or no legitimate events to learn from, or
     *     if the compiled network is off from DL4J's
     */
    public TrainedModel train(TrainingSet set) throws TrainingException {
        TrainingSet.Rows fitting = set.fitting();
        TrainingSet.Rows validation = set.validation();
        int frauds = fitting.frauds();
        if (frauds == 0 || frauds == fitting.size()) {
            throw new TrainingException(
                    "the training range holds "
                            + frauds
                            + " known frauds and "
                            + (fitting.size() - frauds)
                            + " legitimate events, expected 1 or more of each ("
                            + set.immature()
                            + " events have no mature label yet)");
        }
        TrainingSettings settings = set.settings();
        Normalizer normalizer = normalizer(fitting);
        boolean[] verdicts = validation.verdicts();
        TrainedNetwork trained =
                new NetworkTrainer(settings.network(), progress)
                        .train(
                                fitting,
                                normalizer,
                                network ->
                                        averagePrecision(
                                                network, normalizer, validation, verdicts));

        CompiledScorer uncalibrated = scorer(trained.network(), normalizer, Calibration.NONE);
        float[] logOdds = logOdds(uncalibrated, validation);
        Calibration calibration =
                PlattScaling.fit(
                        logOdds,
                        verdicts,
                        new Calibration(
                                1,
                                StrictMath.log(
                                        set.keptShare() / settings.network().positiveWeight())));
        List<ScoredEvent> scored = new ArrayList<>(logOdds.length);
        for (int i = 0; i < logOdds.length; i++) {
            scored.add(
                    ScoredEvent.of(
                            validation.row(i), calibration.probability(logOdds[i]), verdicts[i]));
        }
        ThresholdPolicy policy = settings.threshold();
        ThresholdCurve curve =
                new ThresholdCurve(
                        scored,
                        set.validationTo() - set.validationFrom(),
                        policy.reviewCostMinor());
        double threshold = curve.choose(policy);
        Evaluation evaluation = Evaluation.of(scored, threshold);

        GoldenCases golden =
                GoldenInputs.choose(
                        schema, fitting, settings.network().seed(), trained.reference());
        double off = uncalibrated.largestDifference(golden);
        if (!(off <= GoldenCases.TOLERANCE)) {
            throw new TrainingException(
                    "the compiled network is up to "
                            + off
                            + " off from DL4J's, expected at most "
                            + GoldenCases.TOLERANCE);
        }
        BundleFormat.Written written =
                BundleFormat.write(
                        manifest(
                                set,
                                evaluation,
                                new BundleManifest.ThresholdChoice(
                                        curve.words(policy, threshold),
                                        curve.candidates(threshold)),
                                calibration),
                        trained.network(),
                        normalizer,
                        usual(fitting),
                        golden,
                        trained.reference().zip(),
                        TrainingHistograms.of(set, schema.size(), ScoredEvent.scores(scored)));
        verify(written);
        return new TrainedModel(
                written, set, trained.epochs(), trained.bestEpoch(), evaluation, scored);
    }

    private Normalizer normalizer(TrainingSet.Rows rows) {
        // Over the drawn events, frauds in full: what tells frauds apart then keeps more of its
        // range.
        Normalizer.Fitter fitter = new Normalizer.Fitter(schema);
        for (int i = 0; i < rows.size(); i++) {
            fitter.add(rows.row(i).vector(), rows.isFraud(i));
        }
        return fitter.fit();
    }

    private static double averagePrecision(
            Network network, Normalizer normalizer, TrainingSet.Rows rows, boolean[] verdicts) {
        float[] logOdds = logOdds(scorer(network, normalizer, Calibration.NONE), rows);
        double[] scores = new double[logOdds.length];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = logOdds[i];
        }
        return RankedScores.of(scores, verdicts).averagePrecision();
    }

    private static CompiledScorer scorer(
            Network network, Normalizer normalizer, Calibration calibration) {
        return new CompiledScorer("in training", network, normalizer, calibration);
    }

    private static float[] logOdds(CompiledScorer scorer, TrainingSet.Rows rows) {
        float[] logOdds = new float[rows.size()];
        for (int i = 0; i < logOdds.length; i++) {
            logOdds[i] = scorer.logOdds(rows.sequence(i));
        }
        return logOdds;
    }

    /**
     * Per feature the median over legitimate events, missing values left out; NaN where all are
     * missing.
     */
    private float[] usual(TrainingSet.Rows rows) {
        float[] usual = new float[schema.size()];
        int legitimate = rows.size() - rows.frauds();
        int every = Math.max(1, legitimate / USUAL_SAMPLE);
        for (int feature = 0; feature < usual.length; feature++) {
            float[] values = new float[legitimate];
            int count = 0;
            int seen = 0;
            for (int i = 0; i < rows.size(); i++) {
                if (!rows.isFraud(i)
                        && seen++ % every == 0
                        && !Float.isNaN(rows.row(i).vector()[feature])) {
                    values[count++] = rows.row(i).vector()[feature];
                }
            }
            Arrays.sort(values, 0, count);
            usual[feature] = count == 0 ? Float.NaN : values[count / 2];
        }
        return usual;
    }

    private BundleManifest manifest(
            TrainingSet set,
            Evaluation evaluation,
            BundleManifest.ThresholdChoice choice,
            Calibration calibration) {
        return new BundleManifest(
                BundleManifest.FORMAT_VERSION,
                set.settings().network().kind().wireName(),
                schema.fingerprint(),
                schema.specs().stream().map(FeatureSpec::name).toList(),
                FeatureSchema.SEQUENCE_LENGTH,
                set.settings().network().seed(),
                set.window().from(),
                set.validationTo() - 1,
                set.window().labelCutOff(),
                TRAINED_BY,
                evaluation.metrics(),
                evaluation.threshold(),
                choice,
                new BundleManifest.CalibrationEntry(calibration.slope(), calibration.intercept()),
                List.of(),
                Map.of());
    }

    /** Reads the bytes back as the job will, golden cases and all. */
    private void verify(BundleFormat.Written written) throws TrainingException {
        try {
            CompiledScorer.of(BundleFormat.read(written.zip()), schema.fingerprint());
        } catch (BundleException unusable) {
            throw new TrainingException(
                    "the new bundle cannot be used: " + unusable.getMessage(), unusable);
        }
    }
}
