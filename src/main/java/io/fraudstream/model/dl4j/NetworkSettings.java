package io.fraudstream.model.dl4j;

import io.fraudstream.model.NetworkKind;
import java.util.ArrayList;
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
 * @param averaging decay per step of the exponential moving average of the weights (Polyak and
 *     Juditsky 1992), which is then validated and kept instead of the last step's; such as 0.999, 0
 *     for none
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
        double averaging,
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
        require(averaging >= 0 && averaging < 1, "averaging", averaging, "0 or more and below 1");
    }

    /**
     * The same settings with one of them changed.
     *
     * @param name of a component of this record, all but {@code kind}
     * @param value as text; a list's numbers stand apart by {@code -}, such as {@code 128-64}
     * @throws IllegalArgumentException naming the setting, the value and what was expected
     */
    public NetworkSettings with(String name, String value) {
        Draft draft = new Draft(this);
        switch (name) {
            case "lstmUnits" -> draft.lstmUnits = integer(name, value);
            case "hiddenUnits" -> draft.hiddenUnits = integers(name, value);
            case "learningRate" -> draft.learningRate = number(name, value);
            case "learningRateDecay" -> draft.learningRateDecay = number(name, value);
            case "l2" -> draft.l2 = number(name, value);
            case "dropout" -> draft.dropout = number(name, value);
            case "batchSize" -> draft.batchSize = integer(name, value);
            case "maxEpochs" -> draft.maxEpochs = integer(name, value);
            case "patience" -> draft.patience = integer(name, value);
            case "averaging" -> draft.averaging = number(name, value);
            case "seed" -> draft.seed = whole(name, value);
            default ->
                    throw new IllegalArgumentException(
                            "\""
                                    + name
                                    + "\" is no setting of a network, expected one of "
                                    + NAMES);
        }
        return draft.settings();
    }

    /** The same settings with other bounds on the epochs. */
    public NetworkSettings withEpochs(int most, int withoutGain) {
        Draft draft = new Draft(this);
        draft.maxEpochs = most;
        draft.patience = withoutGain;
        return draft.settings();
    }

    /** What {@link #with} can change. */
    public static final List<String> NAMES =
            List.of(
                    "lstmUnits",
                    "hiddenUnits",
                    "learningRate",
                    "learningRateDecay",
                    "l2",
                    "dropout",
                    "batchSize",
                    "maxEpochs",
                    "patience",
                    "averaging",
                    "seed");

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
                            kind, 0, List.of(128, 64), 1e-3, 0.8, 1e-4, 0, 256, 20, 3, 0, seed);
            // It learns most in its first epochs, and each costs as much as twenty of the other
            // kind.
            case LSTM ->
                    new NetworkSettings(kind, 32, List.of(32), 2e-3, 0.5, 0, 0, 256, 4, 2, 0, seed);
        };
    }

    private static long whole(String name, String value) {
        try {
            return Long.parseLong(value.trim());
        } catch (NumberFormatException wrong) {
            throw unreadable(name, value, "a whole number", wrong);
        }
    }

    private static int integer(String name, String value) {
        try {
            return Integer.parseInt(value.trim());
        } catch (NumberFormatException wrong) {
            throw unreadable(name, value, "a whole number", wrong);
        }
    }

    private static List<Integer> integers(String name, String value) {
        List<Integer> numbers = new ArrayList<>();
        if (!value.isBlank()) {
            for (String part : value.split("-", -1)) {
                numbers.add(integer(name, part));
            }
        }
        return numbers;
    }

    private static double number(String name, String value) {
        try {
            return Double.parseDouble(value.trim());
        } catch (NumberFormatException wrong) {
            throw unreadable(name, value, "a number", wrong);
        }
    }

    private static IllegalArgumentException unreadable(
            String name, String value, String expected, NumberFormatException wrong) {
        return new IllegalArgumentException(
                name + " is \"" + value + "\", expected " + expected, wrong);
    }

    /** The settings while one of them changes. */
    private static final class Draft {
        private final NetworkKind kind;
        private int lstmUnits;
        private List<Integer> hiddenUnits;
        private double learningRate;
        private double learningRateDecay;
        private double l2;
        private double dropout;
        private int batchSize;
        private int maxEpochs;
        private int patience;
        private double averaging;
        private long seed;

        Draft(NetworkSettings from) {
            kind = from.kind;
            lstmUnits = from.lstmUnits;
            hiddenUnits = from.hiddenUnits;
            learningRate = from.learningRate;
            learningRateDecay = from.learningRateDecay;
            l2 = from.l2;
            dropout = from.dropout;
            batchSize = from.batchSize;
            maxEpochs = from.maxEpochs;
            patience = from.patience;
            averaging = from.averaging;
            seed = from.seed;
        }

        NetworkSettings settings() {
            return new NetworkSettings(
                    kind,
                    lstmUnits,
                    hiddenUnits,
                    learningRate,
                    learningRateDecay,
                    l2,
                    dropout,
                    batchSize,
                    maxEpochs,
                    patience,
                    averaging,
                    seed);
        }
    }
}
