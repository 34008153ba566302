package io.fraudstream.cli;

import io.fraudstream.model.dl4j.EpochResult;
import io.fraudstream.model.dl4j.TrainingProgress;
import java.io.PrintWriter;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/**
 * Shows a training's progress on standard error: a bar for each epoch at a terminal, a line for
 * each epoch elsewhere.
 */
final class TrainingDisplay implements TrainingProgress, AutoCloseable {
    private final PrintWriter err;
    private final boolean bars;
    private ProgressBar bar;

    TrainingDisplay(PrintWriter err, boolean bars) {
        this.err = err;
        this.bars = bars;
    }

    @Override
    public void batchDone(int epoch, int batch, int batches, double loss) {
        if (!bars) {
            return;
        }
        if (bar == null) {
            bar =
                    new ProgressBarBuilder()
                            .setTaskName("epoch " + epoch)
                            .setInitialMax(batches)
                            .build();
        }
        bar.stepTo(batch).setExtraMessage(String.format(Locale.ROOT, "loss %.4f", loss));
    }

    @Override
    public void epochDone(EpochResult result) {
        close();
        err.printf(
                Locale.ROOT,
                "epoch %d: loss %.5f, average precision on the validation days %.4f%n",
                result.epoch(),
                result.loss(),
                result.validation());
        err.flush();
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
