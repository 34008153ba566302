package io.fraudstream.model.dl4j;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The exponential moving average of weights over steps, with Adam's correction for its start at
 * zero (Kingma and Ba 2015, section 3).
 */
final class WeightAverage {
    private final double decay;
    private final INDArray sum;
    private double weight = 1;

    WeightAverage(double decay, INDArray like) {
        this.decay = decay;
        this.sum = Nd4j.zerosLike(like);
    }

    void add(INDArray weights) {
        try (INDArray away = weights.sub(sum)) {
            sum.addi(away.muli(1 - decay));
        }
        weight *= decay;
    }

    /** A copy of the average of what was added, one set of weights or more. */
    INDArray average() {
        return sum.div(1 - weight);
    }
}
