package io.fraudstream.training;

import io.fraudstream.model.FraudModel;
import io.fraudstream.model.dl4j.Examples;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Collects the events of a training window, the earlier ones to fit on and the last days to
 * validate on. Of the legitimate events to fit on only a share is kept, drawn from the seed and the
 * transaction's id, so the draw does not depend on the order or on other events; validation keeps
 * all. Events too young for silence to mean anything are left out, known frauds among them too:
 * with those alone the last days would seem to hold nothing but fraud. Rows outside the window are
 * passed over, so that a whole history can be streamed through.
 */
public final class TrainingSet {
    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

    private final TrainingSettings settings;
    private final TrainingWindow window;
    private final KnownLabels labels;
    private final long matureBefore;
    private final long validationFrom;
    private final Rows fitting = new Rows();
    private final Rows validation = new Rows();
    private long legitimateSeen;
    private long immature;

    /** Examples in the order in which they came. */
    static final class Rows implements Examples {
        private final List<FeatureRow> rows = new ArrayList<>();
        private final BitSet frauds = new BitSet();

        private void add(FeatureRow row, boolean fraud) {
            frauds.set(rows.size(), fraud);
            rows.add(row);
        }

        FeatureRow row(int index) {
            return rows.get(index);
        }

        @Override
        public int size() {
            return rows.size();
        }

        @Override
        public float[][] sequence(int index) {
            return rows.get(index).sequence();
        }

        @Override
        public boolean isFraud(int index) {
            return frauds.get(index);
        }

        int frauds() {
            return frauds.cardinality();
        }

        boolean[] verdicts() {
            boolean[] verdicts = new boolean[size()];
            for (int i = 0; i < verdicts.length; i++) {
                verdicts[i] = frauds.get(i);
            }
            return verdicts;
        }
    }

    public TrainingSet(TrainingSettings settings, TrainingWindow window, KnownLabels labels) {
        this.settings = settings;
        this.window = window;
        this.labels = labels;
        this.matureBefore = Math.min(window.to(), labels.matureBefore());
        this.validationFrom = window.validationFrom(matureBefore, settings.validationDays());
    }

    /** Takes in a row, if it is to be learned from. */
    public void add(FeatureRow row) {
        if (!window.contains(row.eventTime()) || row.reversal()) {
            return;
        }
        if (row.eventTime() >= matureBefore) {
            immature++;
            return;
        }
        boolean fraud =
                labels.verdict(row.transactionId(), row.eventTime()) == KnownLabels.Verdict.FRAUD;
        if (row.eventTime() >= validationFrom) {
            validation.add(row, fraud);
            return;
        }
        legitimateSeen += fraud ? 0 : 1;
        if (fraud || isKept(row.transactionId())) {
            fitting.add(row, fraud);
        }
    }

    private boolean isKept(String transactionId) {
        // The finaliser of SplitMix64 (Steele et al. 2014) spreads the hash's bits.
        long z = transactionId.hashCode() * GOLDEN_RATIO + settings.network().seed();
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return ((z ^ z >>> 31) >>> 11) * 0x1.0p-53 < settings.legitimateShare();
    }

    /** The validation days, in event order, as a model scores them. */
    public List<ScoredEvent> scoreValidation(FraudModel model) {
        List<ScoredEvent> scored = new ArrayList<>(validation.size());
        for (int i = 0; i < validation.size(); i++) {
            scored.add(
                    ScoredEvent.of(
                            validation.row(i),
                            model.score(validation.sequence(i)),
                            validation.isFraud(i)));
        }
        return scored;
    }

    TrainingSettings settings() {
        return settings;
    }

    TrainingWindow window() {
        return window;
    }

    /** Behind the last event that can be validated on. */
    long validationTo() {
        return matureBefore;
    }

    long validationFrom() {
        return validationFrom;
    }

    Rows fitting() {
        return fitting;
    }

    Rows validation() {
        return validation;
    }

    /** The share of legitimate events to fit on that was really kept. */
    double keptShare() {
        int kept = fitting.size() - fitting.frauds();
        return legitimateSeen == 0 ? 1 : (double) kept / legitimateSeen;
    }

    /**
     * How many events of the window were left out because their label is not mature at the cut-off.
     */
    public long immature() {
        return immature;
    }

    /** How many legitimate events there were to fit on before the share was drawn. */
    public long legitimateSeen() {
        return legitimateSeen;
    }
}
