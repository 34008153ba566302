package io.fraudstream.training;

import static io.fraudstream.training.Samples.DAY;
import static io.fraudstream.training.Samples.HOUR;
import static io.fraudstream.training.Samples.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fraudstream.training.BookProtocol.Fraud;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BookProtocolTest {
    private static final long FIRST = START + 30 * DAY;

    private final List<ScoredEvent> events = new ArrayList<>();
    private final List<Fraud> frauds = new ArrayList<>();

    @Test
    void aCardCountsWithItsHighestScoreAndIsFoundOnce() {
        score(0, "a", 0.9, true);
        score(0, "a", 0.1, false);
        score(0, "b", 0.8, false);
        score(0, "c", 0.7, true);
        // On the second day a is out, for it was found; c was not, since only two cards are looked
        // at.
        score(1, "a", 0.99, true);
        score(1, "b", 0.2, false);
        score(1, "c", 0.6, true);
        score(1, "d", 0.5, true);

        BookProtocol book = measure(2, 2);

        assertThat(book.cardPrecisionByDay()).containsExactly(0.5, 1.0);
        assertThat(book.cardPrecision()).isEqualTo(0.75);
        // A perfect scorer finds a and c on the first day; on the second only d is left.
        assertThat(book.perfectCardPrecision()).isEqualTo((1.0 + 0.5) / 2);
    }

    @Test
    void aHitIsACardWithAnyFraudOnThatDay() {
        score(0, "a", 0.9, false);
        score(0, "a", 0.1, true);

        assertThat(measure(1, 1).cardPrecisionByDay()).containsExactly(1.0);
    }

    @Test
    void cardsKnownToBeCompromisedAreLeftOut() {
        frauds.add(new Fraud("known", FIRST - 8 * DAY + HOUR));
        frauds.add(new Fraud("known at the first day's end only", FIRST - 7 * DAY));
        frauds.add(new Fraud("oldest that counts", FIRST - 14 * DAY));
        frauds.add(new Fraud("forgotten", FIRST - 14 * DAY - 1));
        for (int day = 0; day < 2; day++) {
            score(day, "known", 0.1, false);
            score(day, "known at the first day's end only", 0.2, false);
            score(day, "oldest that counts", 0.3, false);
            score(day, "forgotten", 0.4, true);
        }

        BookProtocol book = measure(2, 1);

        // Two cards on the first day, one on the second.
        assertThat(book.evaluation().events()).isEqualTo(3);
        assertThat(book.evaluation().frauds()).isEqualTo(2);
        assertThat(book.evaluation().averagePrecision()).isCloseTo(1, within(1e-15));
        assertThat(book.cardPrecisionByDay()).containsExactly(1.0, 0.0);
    }

    @Test
    void fewerCardsThanLookedAtStillDivideByK() {
        score(0, "a", 0.9, true);

        assertThat(measure(1, 100).cardPrecision()).isEqualTo(0.01);
    }

    private BookProtocol measure(int days, int k) {
        return BookProtocol.of(events, frauds, FIRST, days, 7, k, 0.5);
    }

    private void score(int day, String card, double score, boolean fraud) {
        long time = FIRST + day * DAY + HOUR;
        events.add(new ScoredEvent("t" + events.size(), card, time, score, fraud));
        if (fraud) {
            frauds.add(new Fraud(card, time));
        }
    }
}
