package io.fraudstream.training;

import static io.fraudstream.training.Samples.DAY;
import static io.fraudstream.training.Samples.START;
import static io.fraudstream.training.Samples.label;
import static io.fraudstream.training.Samples.transaction;
import static org.assertj.core.api.Assertions.assertThat;

import io.fraudstream.training.KnownLabels.Verdict;
import io.fraudstream.transaction.Transaction;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class KnownLabelsTest {
    private static final Duration WEEK = Duration.ofDays(7);

    private final Transaction t = transaction("1", START, "card", "here", 100);

    @Test
    void knownAtAloneDecidesWhetherALabelIsUsed() {
        List<io.fraudstream.transaction.FraudLabel> labels =
                List.of(label(t, true, START + 9 * DAY));

        assertThat(new KnownLabels(labels, START + 9 * DAY - 1, WEEK).verdict("1", START))
                .isEqualTo(Verdict.LEGITIMATE);
        assertThat(new KnownLabels(labels, START + 9 * DAY, WEEK).verdict("1", START))
                .isEqualTo(Verdict.FRAUD);
    }

    @Test
    void silenceMeansLegitimateOnceTheHorizonHasPassed() {
        KnownLabels labels = new KnownLabels(List.of(), START + 7 * DAY, WEEK);

        assertThat(labels.verdict("1", START)).isEqualTo(Verdict.LEGITIMATE);
        assertThat(labels.verdict("1", START + 1)).isEqualTo(Verdict.UNKNOWN);
        assertThat(labels.matureBefore()).isEqualTo(START + 1);
    }

    @Test
    void theLastVerdictCountsAndFraudOnTies() {
        KnownLabels cleared =
                new KnownLabels(
                        List.of(label(t, false, START + 2), label(t, true, START + 1)),
                        START + DAY,
                        WEEK);
        KnownLabels tie =
                new KnownLabels(
                        List.of(label(t, true, START + 1), label(t, false, START + 1)),
                        START + DAY,
                        WEEK);

        assertThat(cleared.verdict("1", START)).isEqualTo(Verdict.LEGITIMATE);
        assertThat(tie.verdict("1", START)).isEqualTo(Verdict.FRAUD);
    }
}
