package io.fraudstream.model.dl4j;

import io.fraudstream.model.Network;
import io.fraudstream.model.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Trains a network on binary cross-entropy with Adam, in mini-batches in an order drawn from the
 * seed, until the validation measure has not risen for {@link NetworkSettings#patience()} epochs;
 * the weights of the best epoch are kept. With {@link NetworkSettings#averaging()} it is the moving
 * average of the weights that is validated and kept. The same settings, examples and threads give
 * the same weights.
 */
public final class NetworkTrainer {
    private final NetworkSettings settings;
    private final TrainingProgress progress;

    public NetworkTrainer(NetworkSettings settings, TrainingProgress progress) {
        this.settings = settings;
        this.progress = progress;
    }

    /**
     * @param validation higher is better; NaN if there is nothing to measure, and then the last
     *     epoch counts as the best
     */
    public TrainedNetwork train(
            Examples examples, Normalizer normalizer, ToDoubleFunction<Network> validation) {
        if (examples.size() == 0) {
            throw new IllegalArgumentException(
                    "there are 0 examples to train on, expected 1 or more");
        }
        ReferenceNetwork reference = ReferenceNetwork.create(settings, normalizer);
        SplittableRandom random = new SplittableRandom(settings.seed());
        int[] order = new int[examples.size()];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        WeightAverage average =
                settings.averaging() > 0
                        ? new WeightAverage(settings.averaging(), reference.weights())
                        : null;
        // Of a full batch and of the last one of an epoch.
        Map<Integer, Batch> buffers = new HashMap<>();
        List<EpochResult> epochs = new ArrayList<>();
        int best = 0;
        INDArray bestWeights = null;
        for (int epoch = 1;
                epoch <= settings.maxEpochs() && epoch - best <= settings.patience();
                epoch++) {
            shuffle(order, random);
            double loss = runEpoch(reference, average, examples, buffers, order, epoch);
            reference.endEpoch();
            INDArray weights = average == null ? reference.weights().dup() : average.average();
            Network network = reference.network(weights);
            EpochResult result = new EpochResult(epoch, loss, validation.applyAsDouble(network));
            epochs.add(result);
            progress.epochDone(result);
            if (best == 0 || !(result.validation() <= epochs.get(best - 1).validation())) {
                best = epoch;
                if (bestWeights != null) {
                    bestWeights.close();
                }
                bestWeights = weights;
            } else {
                weights.close();
            }
        }
        reference.setWeights(bestWeights);
        bestWeights.close();
        buffers.values().forEach(Batch::close);
        return new TrainedNetwork(reference, reference.network(), epochs, best);
    }

    private double runEpoch(
            ReferenceNetwork reference,
            WeightAverage average,
            Examples examples,
            Map<Integer, Batch> buffers,
            int[] order,
            int epoch) {
        int batches = (order.length + settings.batchSize() - 1) / settings.batchSize();
        double sum = 0;
        for (int number = 0; number < batches; number++) {
            int from = number * settings.batchSize();
            int size = Math.min(settings.batchSize(), order.length - from);
            Batch batch =
                    buffers.computeIfAbsent(
                            size, count -> reference.batch(count, settings.positiveWeight()));
            for (int i = 0; i < size; i++) {
                int example = order[from + i];
                batch.set(i, examples.sequence(example), examples.isFraud(example));
            }
            double loss = reference.fit(batch);
            if (average != null) {
                average.add(reference.weights());
            }
            sum += loss * size;
            progress.batchDone(epoch, number + 1, batches, loss);
        }
        return sum / order.length;
    }

    private static void shuffle(int[] order, SplittableRandom random) {
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
    }
}
