package io.fraudstream.bench;

import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.dl4j.EpochResult;
import io.fraudstream.model.dl4j.NetworkSettings;
import io.fraudstream.model.dl4j.TrainingProgress;
import io.fraudstream.training.FeatureRow;
import io.fraudstream.training.Trainer;
import io.fraudstream.training.TrainingSet;
import io.fraudstream.training.TrainingSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Training of each kind of network with its default settings on a simulated stream. */
final class TrainingSection implements Section {
    private static final int CARDS = 2_000;
    private static final int DAYS = 60;

    @Override
    public String name() {
        return "training";
    }

    @Override
    public String description() {
        return "examples a second, and a whole training with its validation";
    }

    @Override
    public void run(BenchSettings settings, Findings findings) throws Exception {
        Workload workload =
                Workload.of((int) settings.amount(CARDS, 300), (int) settings.amount(DAYS, 30));
        List<FeatureRow> rows = workload.rows();
        findings.put("events", rows.size());
        findings.row("", "examples", "examples a second", "epochs", "whole training, s");
        for (NetworkKind kind : NetworkKind.values()) {
            NetworkSettings network = TrainingSettings.defaults(kind, 0).network();
            int epochs = settings.quick() ? 1 : network.maxEpochs();
            TrainingSet set = workload.trainingSet(kind, rows, epochs);
            settings.progress().accept("training: " + kind.wireName() + " ...");
            Clocked clocked = new Clocked();
            long began = System.nanoTime();
            long examples = new Trainer(workload.schema(), clocked).train(set).fittedEvents();
            double seconds = (System.nanoTime() - began) / 1e9;
            Spread rate = clocked.rates(examples);
            findings.under(kind.wireName())
                    .put("examples", examples)
                    .put("examplesPerSecond", rate)
                    .put("epochs", epochs)
                    .put("seconds", seconds);
            findings.row(
                    kind.wireName(),
                    Long.toString(examples),
                    String.format(Locale.ROOT, "%.0f", rate.median()),
                    Integer.toString(epochs),
                    String.format(Locale.ROOT, "%.1f", seconds));
        }
    }

    /** How fast the batches of each epoch are, without the first and the validation. */
    private static final class Clocked implements TrainingProgress {
        private final List<Double> batchesPerSecond = new ArrayList<>();
        private int batchesAnEpoch;
        private long began;

        @Override
        public void batchDone(int epoch, int batch, int batches, double loss) {
            if (batch == 1) {
                began = System.nanoTime();
            } else if (batch == batches) {
                batchesAnEpoch = batches;
                batchesPerSecond.add((batches - 1) * 1e9 / (System.nanoTime() - began));
            }
        }

        @Override
        public void epochDone(EpochResult result) {}

        Spread rates(long examples) {
            return Spread.of(
                    batchesPerSecond.stream()
                            .mapToDouble(rate -> rate * examples / batchesAnEpoch)
                            .toArray());
        }
    }
}
