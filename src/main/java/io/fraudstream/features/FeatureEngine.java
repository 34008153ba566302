package io.fraudstream.features;

import io.fraudstream.transaction.Transaction;
import java.util.Arrays;

/**
 * Turns events into feature vectors: the one implementation behind job, trainer, backtest and
 * replay. First the terminal of an event is stepped, then its card, each with the history that its
 * key has. Not safe for several threads, since it keeps a scratch vector.
 */
public final class FeatureEngine {
    private final FeatureSchema schema;
    private final double[] scratch;

    /** A card's or terminal's features at one event. */
    public record Features(float[] values, boolean approximate) {}

    /**
     * What a sequence model sees.
     *
     * @param sequence raw vectors, oldest first, the event's own last; not to be changed
     * @param approximate whether some window had to forget single events
     */
    public record CardStep(float[][] sequence, boolean approximate) {
        public float[] vector() {
            return sequence[sequence.length - 1];
        }
    }

    public FeatureEngine(FeatureSchema schema) {
        this.schema = schema;
        this.scratch = new double[schema.size()];
    }

    public FeatureSchema schema() {
        return schema;
    }

    /**
     * The features of a terminal's history at this event, which is then part of it; NaN without a
     * terminal.
     */
    public Features stepTerminal(TerminalHistory history, Transaction t) {
        boolean approximate = stepTerminal(history, t, scratch);
        float[] values = new float[schema.terminalSize()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) scratch[schema.terminalOffset() + i];
        }
        return new Features(values, approximate);
    }

    /** The whole vector, given its terminal part, and the sequence that ends with it. */
    public CardStep stepCard(CardHistory history, Transaction t, Features terminal) {
        boolean approximate = stepCard(history, t, scratch);
        float[] vector = new float[schema.size()];
        for (int i = 0; i < schema.terminalOffset(); i++) {
            vector[i] = (float) scratch[i];
        }
        System.arraycopy(
                terminal.values(), 0, vector, schema.terminalOffset(), schema.terminalSize());
        float[][] sequence = history.remember(t, vector, schema.fingerprint());
        return new CardStep(sequence, approximate || terminal.approximate());
    }

    /** In double precision, into {@code out} at the terminal's place. */
    boolean stepTerminal(TerminalHistory history, Transaction t, double[] out) {
        if (t.terminalKey() == null) {
            Arrays.fill(out, schema.terminalOffset(), schema.size(), Double.NaN);
            return false;
        }
        return history.step(t, out, schema.terminalOffset());
    }

    /** In double precision, into {@code out} from 0 up to the terminal's place. */
    boolean stepCard(CardHistory history, Transaction t, double[] out) {
        TransactionFeatures.write(t, out);
        return history.step(t, out, TransactionFeatures.SIZE);
    }
}
