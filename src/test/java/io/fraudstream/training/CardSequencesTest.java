package io.fraudstream.training;

import static io.fraudstream.training.Samples.DAY;
import static io.fraudstream.training.Samples.HOUR;
import static io.fraudstream.training.Samples.SCHEMA;
import static io.fraudstream.training.Samples.START;
import static org.assertj.core.api.Assertions.assertThat;

import io.fraudstream.features.FeatureSchema;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class CardSequencesTest {
    /** Pauses of hours to weeks, so that both limits of a sequence bite. */
    @RepeatedTest(5)
    void areThoseOfTheEngine(RepetitionInfo repetition) {
        SplittableRandom random = new SplittableRandom(repetition.getCurrentRepetition());
        OfflineFeatures features = new OfflineFeatures(SCHEMA);
        CardSequences sequences = new CardSequences();
        long time = START;
        for (int i = 0; i < 400; i++) {
            time += random.nextInt(8) == 0 ? random.nextLong(33 * DAY) : random.nextLong(12 * HOUR);
            String card = "card-" + random.nextInt(3);
            FeatureRow row = features.step(Samples.transaction("t" + i, time, card, "here", 100));

            float[][] sequence = sequences.next(card, time, row.vector());

            assertThat(sequence).hasNumberOfRows(row.sequence().length);
            for (int step = 0; step < sequence.length; step++) {
                assertThat(sequence[step]).isSameAs(row.sequence()[step]);
            }
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
