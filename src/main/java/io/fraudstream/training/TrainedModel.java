package io.fraudstream.training;

import io.fraudstream.model.BundleFormat;
import io.fraudstream.model.ModelBundle;
import io.fraudstream.model.dl4j.EpochResult;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * A bundle that passed its parity check, and how it came about.
 *
 * @param zip the bundle's bytes
 * @param settings what it was trained with
 * @param validationFrom the first time to validate on, milliseconds since the epoch
 * @param epochs validation is average precision
 * @param bestEpoch whose weights were kept, from 1
 * @param validation at the bundle's threshold, on calibrated scores of the validation days
 * @param validationEvents with calibrated scores, in event order
 * @param alertRows some of the validation events that alert, to say what the model goes by
 * @param fraudRows likewise of the frauds
 * @param fittedEvents how many events were learned from, and how many of them were frauds
 * @param legitimateShare of the legitimate events that was kept
 * @param immature events left out because their label is not mature at the cut-off
 */
@SuppressWarnings("ArrayRecordComponent") // Handed over once, compared never.
public record TrainedModel(
        ModelBundle bundle,
        byte[] zip,
        TrainingSettings settings,
        TrainingWindow window,
        long validationFrom,
        List<EpochResult> epochs,
        int bestEpoch,
        Evaluation validation,
        List<ScoredEvent> validationEvents,
        List<FeatureRow> alertRows,
        List<FeatureRow> fraudRows,
        long fittedEvents,
        long fittedFrauds,
        double legitimateShare,
        long immature) {
    private static final int MOST_ROWS = 200;

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
                set.settings(),
                set.window(),
                set.validationFrom(),
                List.copyOf(epochs),
                bestEpoch,
                validation,
                List.copyOf(validationEvents),
                some(set, i -> validationEvents.get(i).score() >= validation.threshold()),
                some(set, i -> validationEvents.get(i).fraud()),
                set.fitting().size(),
                set.fitting().frauds(),
                set.keptShare(),
                set.immature());
    }

    /** At most {@link #MOST_ROWS} of the validation rows, spread over the days. */
    private static List<FeatureRow> some(TrainingSet set, IntPredicate wanted) {
        int[] all = IntStream.range(0, set.validation().size()).filter(wanted).toArray();
        int every = (all.length + MOST_ROWS - 1) / MOST_ROWS;
        return IntStream.range(0, all.length)
                .filter(i -> i % every == 0)
                .mapToObj(i -> set.validation().row(all[i]))
                .toList();
    }
}
