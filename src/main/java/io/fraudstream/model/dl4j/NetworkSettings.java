package io.fraudstream.model.dl4j;

import io.fraudstream.model.NetworkKind;
import java.util.List;

/**
 * A network's shape and how it is trained.
 *
 * @param lstmUnits of the recurrent layer; passed over for {@link NetworkKind#DENSE}
 * @param hiddenUnits of each dense ReLU layer behind the input or the recurrent layer, before the
 *     one sigmoid output
 * @param learningRate of Adam (Kingma and Ba 2015) in the first epoch
 * @param learningRateDecay what the rate is multiplied by from one epoch to the next, above 0 and
 *     at most 1
 * @param l2 weight of the squared weights in the loss; 0 for none
 * @param dropout share of a hidden layer's inputs that are dropped while training; 0 for none
 * @param batchSize examples a step
 * @param maxEpochs passes over the examples at most
 * @param patience so many epochs without a better validation end the training
 * @param seed of first weights, dropout and the order of examples
 */
public record NetworkSettings(
        NetworkKind kind,
        int lstmUnits,
        List<Integer> hiddenUnits,
        double learningRate,
        double learningRateDecay,
        double l2,
        double dropout,
        int batchSize,
        int maxEpochs,
        int patience,
        long seed) {

    public NetworkSettings {
        hiddenUnits = List.copyOf(hiddenUnits);
        require(kind == NetworkKind.DENSE || lstmUnits > 0, "lstmUnits", lstmUnits, "1 or more");
        for (int units : hiddenUnits) {
            require(units > 0, "hiddenUnits", units, "1 or more each");
        }
        require(
                learningRate > 0 && learningRate < 1,
                "learningRate",
                learningRate,
                "above 0 and below 1");
        require(
                learningRateDecay > 0 && learningRateDecay <= 1,
                "learningRateDecay",
                learningRateDecay,
                "above 0 and at most 1");
        require(l2 >= 0 && l2 < 1, "l2", l2, "0 or more and below 1");
        require(dropout >= 0 && dropout < 1, "dropout", dropout, "0 or more and below 1");
        require(batchSize > 0, "batchSize", batchSize, "1 or more");
        require(maxEpochs > 0, "maxEpochs", maxEpochs, "1 or more");
        require(patience > 0, "patience", patience, "1 or more");
    }

    private static void require(boolean holds, String name, Number value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(name + " is " + value + ", expected " + expected);
        }
    }

    /** The default of every setting, by kind. */
    public static NetworkSettings defaults(NetworkKind kind, long seed) {
        return switch (kind) {
            case DENSE ->
                    new NetworkSettings(
                            kind, 0, List.of(128, 64), 1e-3, 0.8, 1e-4, 0, 256, 20, 3, seed);
            // It learns most in its first epochs, and each costs as much as twenty of the other
            // kind.
            case LSTM ->
                    new NetworkSettings(kind, 32, List.of(32), 2e-3, 0.5, 0, 0, 256, 4, 2, seed);
        };
    }
}
