package io.fraudstream.model.dl4j;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The exponential moving average of weights over steps. The decay grows to its own value as (1 + n)
 * / (10 + n) over n steps, so that a short training is not an average over its first steps.
 */
final class WeightAverage {
    private final double decay;
    private final INDArray average;
    private long steps;

    WeightAverage(double decay, INDArray like) {
        this.decay = decay;
        this.average = Nd4j.zerosLike(like);
    }

    void add(INDArray weights) {
        // The first weights stand as they are.
        double kept = steps == 0 ? 0 : Math.min(decay, (1.0 + steps) / (10.0 + steps));
        steps++;
        try (INDArray away = weights.sub(average)) {
            average.addi(away.muli(1 - kept));
        }
    }

    /** A copy of the average of what was added, one set of weights or more. */
    INDArray average() {
        return average.dup();
    }
}
