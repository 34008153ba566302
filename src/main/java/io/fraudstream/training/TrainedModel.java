package io.fraudstream.training;

import io.fraudstream.model.BundleFormat;
import io.fraudstream.model.ModelBundle;
import io.fraudstream.model.dl4j.EpochResult;
import java.util.List;

/**
 * A bundle that passed its parity check, and how it came about.
 *
 * @param zip the bundle's bytes
 * @param validationFrom the first time to validate on, milliseconds since the epoch
 * @param epochs validation is average precision
 * @param bestEpoch whose weights were kept, from 1
 * @param validation at the bundle's threshold, on calibrated scores of the validation days
 * @param validationEvents with calibrated scores, in event order
 * @param fittedEvents how many events were learned from, and how many of them were frauds
 * @param legitimateShare of the legitimate events that was kept
 * @param immature events left out because their label is not mature at the cut-off
 */
@SuppressWarnings("ArrayRecordComponent") // Handed over once, compared never.
public record TrainedModel(
        ModelBundle bundle,
        byte[] zip,
        TrainingWindow window,
        long validationFrom,
        List<EpochResult> epochs,
        int bestEpoch,
        Evaluation validation,
        List<ScoredEvent> validationEvents,
        long fittedEvents,
        long fittedFrauds,
        double legitimateShare,
        long immature) {
    TrainedModel(
            BundleFormat.Written written,
            TrainingSet set,
            List<EpochResult> epochs,
            int bestEpoch,
            Evaluation validation,
            List<ScoredEvent> validationEvents) {
        this(
                written.bundle(),
                written.zip(),
                set.window(),
                set.validationFrom(),
                List.copyOf(epochs),
                bestEpoch,
                validation,
                List.copyOf(validationEvents),
                set.fitting().size(),
                set.fitting().frauds(),
                set.keptShare(),
                set.immature());
    }
}
