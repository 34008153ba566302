package io.fraudstream.training;

import io.fraudstream.model.DriftReference;
import io.fraudstream.model.ReferenceBins;
import java.util.ArrayList;
import java.util.List;

/** The histograms of a training window that later events are held against. */
final class TrainingHistograms {
    private static final int SAMPLE = 50_000;

    private TrainingHistograms() {}

    /**
     * Features over the whole window, each legitimate event that was drawn standing for those that
     * were not; scores over the validation days.
     */
    static DriftReference of(TrainingSet set, int features, double[] validationScores) {
        List<ReferenceBins> bins = new ArrayList<>();
        for (int feature = 0; feature < features; feature++) {
            bins.add(bins(set, feature));
        }
        float[] scores = new float[validationScores.length];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = (float) validationScores[i];
        }
        ReferenceBins empty = empty(scores);
        for (double score : validationScores) {
            empty.counts()[empty.binOf(score)]++;
        }
        return new DriftReference(bins, empty);
    }

    private static ReferenceBins bins(TrainingSet set, int feature) {
        TrainingSet.Rows fitting = set.fitting();
        TrainingSet.Rows validation = set.validation();
        int size = fitting.size() + validation.size();
        int every = Math.max(1, size / SAMPLE);
        float[] sample = new float[(size + every - 1) / every];
        for (int i = 0; i < sample.length; i++) {
            int row = i * every;
            sample[i] =
                    (row < fitting.size() ? fitting.row(row) : validation.row(row - fitting.size()))
                            .vector()[feature];
        }
        ReferenceBins bins = empty(sample);
        double drawn = 1 / set.keptShare();
        for (int i = 0; i < fitting.size(); i++) {
            bins.counts()[bins.binOf(fitting.row(i).vector()[feature])] +=
                    fitting.isFraud(i) ? 1 : drawn;
        }
        for (int i = 0; i < validation.size(); i++) {
            bins.counts()[bins.binOf(validation.row(i).vector()[feature])]++;
        }
        return bins;
    }

    private static ReferenceBins empty(float[] values) {
        float[] edges = ReferenceBins.edges(values);
        return new ReferenceBins(edges, new double[edges.length + 2]);
    }
}
