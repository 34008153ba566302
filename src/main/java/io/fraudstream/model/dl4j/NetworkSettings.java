package io.fraudstream.model.dl4j;

import io.fraudstream.model.Activation;
import io.fraudstream.model.Network;
import io.fraudstream.model.NetworkKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A network's shape and how it is trained.
 *
 * @param members networks of the same shape that begin with weights of their own and whose log-odds
 *     are averaged; each costs as much as one alone
 * @param lstmUnits of the recurrent layer of {@link NetworkKind#LSTM} and {@link
 *     NetworkKind#COMBINED}
 * @param filters of each convolution of {@link NetworkKind#CNN}, the first over the vectors
 * @param kernel steps that each convolution sees; together they see kernel^layers
 * @param aggregateUnits of each dense layer over the newest vector of {@link NetworkKind#COMBINED}
 * @param hiddenUnits of each dense layer behind the input or the branches, before the one sigmoid
 *     output
 * @param activation of convolutions and hidden dense layers
 * @param positiveWeight what a fraud counts in the loss where a legitimate event counts 1; the
 *     calibration on the validation days undoes what it does to the odds
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
        int members,
        int lstmUnits,
        List<Integer> filters,
        int kernel,
        List<Integer> aggregateUnits,
        List<Integer> hiddenUnits,
        Activation activation,
        Loss loss,
        double positiveWeight,
        double learningRate,
        double learningRateDecay,
        double l2,
        double dropout,
        int batchSize,
        int maxEpochs,
        int patience,
        double averaging,
        long seed) {
    private static final int MAX_MEMBERS = 16;

    /** What {@link #with} can change. */
    public static final List<String> NAMES =
            List.of(
                    "members",
                    "lstmUnits",
                    "filters",
                    "kernel",
                    "aggregateUnits",
                    "hiddenUnits",
                    "activation",
                    "loss",
                    "positiveWeight",
                    "learningRate",
                    "learningRateDecay",
                    "l2",
                    "dropout",
                    "batchSize",
                    "maxEpochs",
                    "patience",
                    "averaging",
                    "seed");

    public NetworkSettings {
        filters = List.copyOf(filters);
        aggregateUnits = List.copyOf(aggregateUnits);
        hiddenUnits = List.copyOf(hiddenUnits);
        boolean recurrent = kind == NetworkKind.LSTM || kind == NetworkKind.COMBINED;
        require(members > 0 && members <= MAX_MEMBERS, "members", members, "1 to " + MAX_MEMBERS);
        require(!recurrent || lstmUnits > 0, "lstmUnits", lstmUnits, "1 or more");
        requireUnits("filters", filters, kind == NetworkKind.CNN);
        requireUnits("aggregateUnits", aggregateUnits, kind == NetworkKind.COMBINED);
        requireUnits("hiddenUnits", hiddenUnits, false);
        require(
                kind != NetworkKind.CNN
                        || (kernel > 0 && Math.pow(kernel, filters.size()) <= Network.MAX_WINDOW),
                "kernel",
                kernel,
                "1 or more and kernel^layers at most " + Network.MAX_WINDOW);
        require(
                positiveWeight > 0 && Double.isFinite(positiveWeight),
                "positiveWeight",
                positiveWeight,
                "above 0");
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
            case "members" -> draft.members = integer(name, value);
            case "lstmUnits" -> draft.lstmUnits = integer(name, value);
            case "filters" -> draft.filters = integers(name, value);
            case "kernel" -> draft.kernel = integer(name, value);
            case "aggregateUnits" -> draft.aggregateUnits = integers(name, value);
            case "hiddenUnits" -> draft.hiddenUnits = integers(name, value);
            case "activation" -> draft.activation = choice(name, value, Activation.values());
            case "loss" -> draft.loss = choice(name, value, Loss.values());
            case "positiveWeight" -> draft.positiveWeight = number(name, value);
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

    private static void requireUnits(String name, List<Integer> units, boolean some) {
        require(!some || !units.isEmpty(), name, units, "one number or more");
        for (int count : units) {
            require(count > 0, name, count, "1 or more each");
        }
    }

    private static void require(boolean holds, String name, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(name + " is " + value + ", expected " + expected);
        }
    }

    /** The default of every setting, by kind. */
    public static NetworkSettings defaults(NetworkKind kind, long seed) {
        Draft draft = new Draft(kind, seed);
        switch (kind) {
            case DENSE -> {
                draft.hiddenUnits = List.of(128, 64);
                draft.l2 = 1e-4;
            }
            // Recurrent layers learn most in their first epochs, and each takes several times as
            // long as one of a dense network.
            case LSTM -> {
                draft.lstmUnits = 32;
                draft.hiddenUnits = List.of(32);
                draft.recurrentRates();
            }
            case CNN -> {
                draft.filters = List.of(64, 32);
                draft.kernel = 3;
                draft.hiddenUnits = List.of(32);
                draft.l2 = 1e-4;
            }
            case COMBINED -> {
                draft.lstmUnits = 32;
                draft.aggregateUnits = List.of(128);
                draft.hiddenUnits = List.of(64);
                draft.recurrentRates();
                draft.learningRate = 1e-3;
            }
        }
        return draft.settings();
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

    private static <E extends Enum<E>> E choice(String name, String value, E[] choices) {
        List<String> words = new ArrayList<>();
        for (E choice : choices) {
            String word = choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
            if (word.equals(value.trim())) {
                return choice;
            }
            words.add(word);
        }
        throw unreadable(name, value, "one of " + words, null);
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

    /** The settings while some of them change. */
    private static final class Draft {
        private final NetworkKind kind;
        private int members = 1;
        private int lstmUnits;
        private List<Integer> filters = List.of();
        private int kernel;
        private List<Integer> aggregateUnits = List.of();
        private List<Integer> hiddenUnits = List.of();
        private Activation activation = Activation.RELU;
        private Loss loss = Loss.CROSS_ENTROPY;
        private double positiveWeight = 1;
        private double learningRate = 1e-3;
        private double learningRateDecay = 0.9;
        private double l2;
        private double dropout;
        private int batchSize = 256;
        private int maxEpochs = 10;
        private int patience = 3;
        private double averaging = 0.999;
        private long seed;

        Draft(NetworkKind kind, long seed) {
            this.kind = kind;
            this.seed = seed;
        }

        Draft(NetworkSettings from) {
            kind = from.kind;
            members = from.members;
            lstmUnits = from.lstmUnits;
            filters = from.filters;
            kernel = from.kernel;
            aggregateUnits = from.aggregateUnits;
            hiddenUnits = from.hiddenUnits;
            activation = from.activation;
            loss = from.loss;
            positiveWeight = from.positiveWeight;
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

        void recurrentRates() {
            learningRate = 2e-3;
            learningRateDecay = 0.7;
            maxEpochs = 6;
            patience = 2;
        }

        NetworkSettings settings() {
            return new NetworkSettings(
                    kind,
                    members,
                    lstmUnits,
                    filters,
                    kernel,
                    aggregateUnits,
                    hiddenUnits,
                    activation,
                    loss,
                    positiveWeight,
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
