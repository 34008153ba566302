package io.fraudstream.training;

import static io.fraudstream.training.Samples.DAY;
import static io.fraudstream.training.Samples.HOUR;
import static io.fraudstream.training.Samples.SCHEMA;
import static io.fraudstream.training.Samples.START;
import static org.assertj.core.api.Assertions.assertThat;

import io.fraudstream.features.CardHistory;
import io.fraudstream.features.FeatureEngine;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.features.TerminalHistory;
import io.fraudstream.transaction.Transaction;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class CardSequencesTest {
    /** Pauses of hours to weeks, so that both limits of a sequence bite. */
    @RepeatedTest(5)
    void areThoseOfTheEngine(RepetitionInfo repetition) {
        SplittableRandom random = new SplittableRandom(repetition.getCurrentRepetition());
        FeatureEngine engine = new FeatureEngine(SCHEMA);
        Map<String, CardHistory> histories = new HashMap<>();
        CardSequences sequences = new CardSequences();
        long time = START;
        for (int i = 0; i < 400; i++) {
            time += random.nextInt(8) == 0 ? random.nextLong(33 * DAY) : random.nextLong(12 * HOUR);
            String card = "card-" + random.nextInt(3);
            Transaction t = Samples.transaction("t" + i, time, card, "here", 100);
            FeatureEngine.CardStep step =
                    engine.stepCard(
                            histories.computeIfAbsent(card, id -> new CardHistory(4096)),
                            t,
                            engine.stepTerminal(new TerminalHistory(4096), t));

            assertThat(
                            Arrays.deepEquals(
                                    sequences.next(card, time, step.vector()), step.sequence()))
                    .isTrue();
        }
    }

    @Test
    void theHorizonIsOpenAtItsOldEnd() {
        CardSequences sequences = new CardSequences();
        sequences.next("card", START, new float[1]);

        assertThat(sequences.next("card", START + FeatureSchema.CARD_HORIZON - 1, new float[1]))
                .hasNumberOfRows(2);
        assertThat(sequences.next("card", START + FeatureSchema.CARD_HORIZON, new float[1]))
                .hasNumberOfRows(2);
    }
}
