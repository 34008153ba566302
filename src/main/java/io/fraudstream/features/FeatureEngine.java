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
    private final long fingerprint;
    private final double[] scratch;

    /** Keeps what was touched from being left out. */
    @SuppressWarnings("UnusedVariable")
    private long touched;

    /** A card's or terminal's features at one event. */
    public record Features(float[] values, boolean approximate) {}

    /** What a model sees: the event's own vector, and those of the card's events before it. */
    public static final class CardStep {
        private final RecentVectors.Earlier earlier;
        private final float[] vector;
        private final boolean approximate;

        private CardStep(RecentVectors.Earlier earlier, float[] vector, boolean approximate) {
            this.earlier = earlier;
            this.vector = vector;
            this.approximate = approximate;
        }

        /** The event's own raw vector; not to be changed. */
        public float[] vector() {
            return vector;
        }

        /**
         * Raw vectors, oldest first, the event's own last: as many as there are; not to be changed,
         * and valid until the next step of this card.
         */
        public float[][] sequence() {
            return last(earlier.count());
        }

        /**
         * The same with the newest only.
         *
         * @param steps how many at most, the event's own included; at least 1
         */
        public float[][] sequence(int steps) {
            return last(Math.min(earlier.count(), steps - 1));
        }

        private float[][] last(int before) {
            float[][] sequence = new float[before + 1][];
            for (int i = 0; i < before; i++) {
                sequence[i] = earlier.vector(earlier.count() - before + i);
            }
            sequence[before] = vector;
            return sequence;
        }

        /** Whether some window had to forget single events. */
        public boolean approximate() {
            return approximate;
        }
    }

    public FeatureEngine(FeatureSchema schema) {
        this.schema = schema;
        this.fingerprint = Long.parseUnsignedLong(schema.fingerprint(), 16);
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
        touched += history == null ? 0 : history.touch();
        boolean approximate = stepTerminal(history, t, scratch);
        float[] values = new float[schema.terminalSize()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) scratch[schema.terminalOffset() + i];
        }
        return new Features(values, approximate);
    }

    /** The whole vector, given its terminal part, and the sequence that ends with it. */
    public CardStep stepCard(CardHistory history, Transaction t, Features terminal) {
        touched += history.events.touch() + history.vectors.touch();
        long rank = EventIdentity.rank(t.id());
        boolean approximate = stepCard(history, t, rank, scratch);
        float[] vector = new float[schema.size()];
        for (int i = 0; i < schema.terminalOffset(); i++) {
            vector[i] = (float) scratch[i];
        }
        System.arraycopy(
                terminal.values(), 0, vector, schema.terminalOffset(), schema.terminalSize());
        RecentVectors.Earlier earlier =
                history.vectors.add(t.eventTime(), rank, vector, fingerprint);
        return new CardStep(earlier, vector, approximate || terminal.approximate());
    }

    /** In double precision, into {@code out} at the terminal's place. */
    boolean stepTerminal(TerminalHistory history, Transaction t, double[] out) {
        if (!t.hasTerminalKey()) {
            Arrays.fill(out, schema.terminalOffset(), schema.size(), Double.NaN);
            return false;
        }
        return history.step(t, out, schema.terminalOffset());
    }

    /** In double precision, into {@code out} from 0 up to the terminal's place. */
    boolean stepCard(CardHistory history, Transaction t, double[] out) {
        return stepCard(history, t, EventIdentity.rank(t.id()), out);
    }

    private static boolean stepCard(CardHistory history, Transaction t, long rank, double[] out) {
        TransactionFeatures.write(t, out);
        return history.step(t, rank, out, TransactionFeatures.SIZE);
    }
}
