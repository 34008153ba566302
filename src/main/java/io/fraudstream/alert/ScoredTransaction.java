package io.fraudstream.alert;

import io.fraudstream.model.Reason;
import io.fraudstream.transaction.TraceContext;
import io.fraudstream.transaction.Transaction;
import java.util.List;

/**
 * A transaction with all that was found out about it.
 *
 * @param features the raw vector; not to be changed
 * @param score calibrated probability of fraud; NaN in observe mode
 * @param threshold that was in force; NaN in observe mode
 * @param bundleId of the model that scored; {@code null} in observe mode
 * @param reasons strongest first; empty unless it is an alert
 * @param scoredLate it came later than the bound on disorder and was scored all the same
 * @param approximate a history had to forget single events, so that some window is not exact
 * @param receivedAt the record's own timestamp, milliseconds since the epoch; not part of any
 *     canonical output
 * @param shadowScore what the model gave that scores beside the champion and decides nothing; NaN
 *     without one, and where it failed
 * @param shadowBundleId of that model; {@code null} without one
 * @param trace that the transaction's sender wants to see it in, or {@code null}; not part of any
 *     canonical output
 */
public record ScoredTransaction(
        Transaction transaction,
        float[] features,
        double score,
        double threshold,
        String bundleId,
        Decision decision,
        List<Reason> reasons,
        boolean scoredLate,
        boolean approximate,
        long receivedAt,
        double shadowScore,
        String shadowBundleId,
        TraceContext trace) {

    /** Without a model beside the champion, and in no trace. */
    public ScoredTransaction(
            Transaction transaction,
            float[] features,
            double score,
            double threshold,
            String bundleId,
            Decision decision,
            List<Reason> reasons,
            boolean scoredLate,
            boolean approximate,
            long receivedAt) {
        this(
                transaction,
                features,
                score,
                threshold,
                bundleId,
                decision,
                reasons,
                scoredLate,
                approximate,
                receivedAt,
                Double.NaN,
                null,
                null);
    }

    /** The same for every copy of the alert, whatever replays, restarts or models lie between. */
    public String alertId() {
        return "alert-" + transaction.id();
    }
}
