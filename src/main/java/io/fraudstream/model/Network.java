package io.fraudstream.model;

import java.util.List;

/**
 * A trained network as plain numbers: the layers in order, the last of them one sigmoid unit.
 *
 * @param layers each taking as many inputs as the one before gives outputs
 */
public record Network(NetworkKind kind, List<Layer> layers) {
    public Network {
        layers = List.copyOf(layers);
        for (int i = 0; i < layers.size(); i++) {
            boolean recurrent = layers.get(i) instanceof Layer.Lstm;
            if (recurrent != (kind == NetworkKind.LSTM && i == 0)) {
                throw new IllegalArgumentException(
                        "layer "
                                + i
                                + " of a "
                                + kind.wireName()
                                + " network is "
                                + layers.get(i).getClass().getSimpleName());
            }
            if (i > 0 && layers.get(i).inputs() != layers.get(i - 1).outputs()) {
                throw new IllegalArgumentException(
                        "layer "
                                + i
                                + " takes "
                                + layers.get(i).inputs()
                                + " inputs, expected "
                                + layers.get(i - 1).outputs());
            }
        }
        Layer last = layers.get(layers.size() - 1);
        if (!(last instanceof Layer.Dense dense)
                || dense.outputs() != 1
                || dense.activation() != Activation.SIGMOID) {
            throw new IllegalArgumentException("the last layer is expected to be one sigmoid unit");
        }
    }

    /** How many features a vector holds. */
    public int inputs() {
        return layers.get(0).inputs();
    }
}
