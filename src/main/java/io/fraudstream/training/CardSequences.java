package io.fraudstream.training;

import io.fraudstream.features.FeatureSchema;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * Puts stored vectors together to the sequences that the job saw: a card's last {@link
 * FeatureSchema#SEQUENCE_LENGTH} events within the horizon, the current one last. Events come in
 * (event time, id) order.
 */
final class CardSequences {
    private record Vector(long eventTime, float[] values) {}

    private final Map<String, ArrayDeque<Vector>> cards = new HashMap<>();

    float[][] next(String cardId, long eventTime, float[] vector) {
        ArrayDeque<Vector> vectors =
                cards.computeIfAbsent(
                        cardId, id -> new ArrayDeque<>(FeatureSchema.SEQUENCE_LENGTH + 1));
        if (vectors.size() == FeatureSchema.SEQUENCE_LENGTH) {
            vectors.removeFirst();
        }
        while (!vectors.isEmpty()
                && vectors.peekFirst().eventTime() <= eventTime - FeatureSchema.CARD_HORIZON) {
            vectors.removeFirst();
        }
        vectors.addLast(new Vector(eventTime, vector));
        float[][] sequence = new float[vectors.size()][];
        Iterator<Vector> oldestFirst = vectors.iterator();
        for (int i = 0; i < sequence.length; i++) {
            sequence[i] = oldestFirst.next().values();
        }
        return sequence;
    }
}
