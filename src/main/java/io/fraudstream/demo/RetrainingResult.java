package io.fraudstream.demo;

import io.fraudstream.training.Bootstrap;
import io.fraudstream.training.RetrainingRound;
import java.util.List;

/**
 * What retraining came to in the demo.
 *
 * @param rounds in the order in which they were done
 * @param before of the live events that the first model scored
 * @param after of those that a promoted one scored; {@code null} if none was promoted
 * @param afterWithout of the same events as {@code after}, had the first model gone on
 * @param gain in average precision of the new model over the first on these events
 * @param swapMillis from the announcement to when the last record that the first model scored was
 *     sent; 0 if there was none
 */
public record RetrainingResult(
        List<RetrainingRound> rounds,
        Detection before,
        Detection after,
        Detection afterWithout,
        Bootstrap.Interval gain,
        long swapMillis) {}
