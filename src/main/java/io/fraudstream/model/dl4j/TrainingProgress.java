package io.fraudstream.model.dl4j;

/** Hears how a training gets on. */
public interface TrainingProgress {
    /** Hears nothing. */
    TrainingProgress SILENT =
            new TrainingProgress() {
                @Override
                public void batchDone(int epoch, int batch, int batches, double loss) {}

                @Override
                public void epochDone(EpochResult result) {}
            };

    /**
     * @param epoch from 1
     * @param batch from 1
     * @param loss mean over the batch, see {@link Loss}
     */
    void batchDone(int epoch, int batch, int batches, double loss);

    void epochDone(EpochResult result);
}
