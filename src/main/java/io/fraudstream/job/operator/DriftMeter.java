package io.fraudstream.job.operator;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.model.DriftCounts;
import io.fraudstream.model.DriftReference;
import io.fraudstream.transaction.Transaction;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;

/**
 * How far features and scores of the last 24 hours of event time, in this subtask, have drifted
 * from what the bundle in service was trained on. Worked out anew every hour of event time; NaN
 * until a day is full and holds {@link #FEWEST} events, since some hour of the day is always
 * missing before.
 */
final class DriftMeter {
    static final long STEP = Duration.ofHours(1).toMillis();
    static final int STEPS = 24;
    static final int FEWEST = 1000;

    /** A day is either at the weekend or not, so this one says nothing within a day. */
    private static final String OF_THE_WEEK = "is_weekend";

    private final FeatureSchema schema;
    private final Deque<DriftCounts> steps = new ArrayDeque<>();
    private String bundleId;
    private DriftReference reference;
    private long newestStep;
    private volatile double score = Double.NaN;
    private volatile double[] features;

    DriftMeter(FeatureSchema schema, MetricGroup metrics) {
        this.schema = schema;
        forget();
        metrics.gauge("score_psi", (Gauge<Double>) () -> score);
        for (int i = 0; i < schema.size(); i++) {
            String name = schema.specs().get(i).name();
            if (!name.equals(OF_THE_WEEK)) {
                int feature = i;
                metrics.addGroup("feature", name)
                        .gauge("psi", (Gauge<Double>) () -> features[feature]);
            }
        }
    }

    /**
     * @param serving gave the score; with another bundle counting begins anew; {@code null} where
     *     nothing is in service
     */
    void add(ServingModel serving, Transaction transaction, float[] vector, double calibrated) {
        if (serving == null || transaction.isReversal()) {
            return;
        }
        if (!serving.model().bundleId().equals(bundleId)) {
            bundleId = serving.model().bundleId();
            reference = serving.trainedOn();
            steps.clear();
            forget();
        }
        if (reference == null) {
            return;
        }
        long step = Math.floorDiv(transaction.eventTime(), STEP);
        if (steps.isEmpty()) {
            newestStep = step;
            steps.addLast(new DriftCounts(reference));
        }
        // Events out of order count in the newest step.
        for (long missing = Math.min(step - newestStep, STEPS + 1); missing > 0; missing--) {
            measure();
            steps.addLast(new DriftCounts(reference));
            if (steps.size() > STEPS) {
                steps.removeFirst();
            }
        }
        newestStep = Math.max(newestStep, step);
        steps.getLast().add(vector, calibrated);
    }

    private void measure() {
        DriftCounts total = new DriftCounts(reference);
        steps.forEach(total::add);
        if (steps.size() < STEPS || total.events() < FEWEST) {
            forget();
            return;
        }
        double[] indices = new double[schema.size()];
        Arrays.setAll(indices, total::featureIndex);
        score = total.scoreIndex();
        features = indices;
    }

    private void forget() {
        double[] unknown = new double[schema.size()];
        Arrays.fill(unknown, Double.NaN);
        score = Double.NaN;
        features = unknown;
    }
}
