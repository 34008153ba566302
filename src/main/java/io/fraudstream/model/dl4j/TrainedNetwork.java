package io.fraudstream.model.dl4j;

import io.fraudstream.model.Network;
import java.util.List;

/**
 * What a training gives.
 *
 * @param network the weights behind the best epoch
 * @param epochs all that ran, in order
 * @param bestEpoch whose weights were kept, from 1
 */
public record TrainedNetwork(
        ReferenceNetwork reference, Network network, List<EpochResult> epochs, int bestEpoch) {
    public TrainedNetwork {
        epochs = List.copyOf(epochs);
    }
}
