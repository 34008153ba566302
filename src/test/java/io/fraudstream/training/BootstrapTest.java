package io.fraudstream.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BootstrapTest {
    private static final Bootstrap BOOTSTRAP = new Bootstrap(500, 7);

    /** One event a card; frauds score higher on the whole, by this much. */
    private static List<ScoredEvent> events(int count, double shift, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<ScoredEvent> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            boolean fraud = random.nextInt(5) == 0;
            double score = random.nextDouble() * (1 - shift) + (fraud ? shift : 0);
            events.add(new ScoredEvent("t" + i, "c" + i, i, score, fraud));
        }
        return events;
    }

    private static ScoredEvent rescored(ScoredEvent event, double score) {
        return new ScoredEvent(
                event.transactionId(), event.cardId(), event.eventTime(), score, event.fraud());
    }

    @Test
    void precisionVariesAsABinomialShareDoes() {
        List<ScoredEvent> alerts = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            alerts.add(new ScoredEvent("t" + i, "c" + i, i, 0.9, i % 2 == 0));
        }

        Bootstrap.Interval precision = BOOTSTRAP.measure(alerts, 0.5).precision();

        // 1.96 standard deviations of √(½·½/400).
        assertThat(precision.value()).isEqualTo(0.5);
        assertThat(precision.low()).isCloseTo(0.5 - 0.049, within(0.008));
        assertThat(precision.high()).isCloseTo(0.5 + 0.049, within(0.008));
    }

    @Test
    void valuesAreThoseOfTheEvaluation() {
        List<ScoredEvent> events = events(2000, 0.4, 3);
        Evaluation evaluation = Evaluation.of(events, 0.5);

        Bootstrap.Measures measures = BOOTSTRAP.measure(events, 0.5);

        assertThat(measures.averagePrecision().value()).isEqualTo(evaluation.averagePrecision());
        assertThat(measures.areaUnderRoc().value()).isEqualTo(evaluation.areaUnderRoc());
        assertThat(measures.precision().value()).isEqualTo(evaluation.precision());
        assertThat(measures.recall().value()).isEqualTo(evaluation.recall());
        for (Bootstrap.Interval interval :
                List.of(
                        measures.averagePrecision(),
                        measures.areaUnderRoc(),
                        measures.precision(),
                        measures.recall())) {
            assertThat(interval.value()).isGreaterThan(interval.low()).isLessThan(interval.high());
            assertThat(interval.high() - interval.low()).isBetween(0.005, 0.15);
        }
        assertThat(new Bootstrap(500, 7).measure(events, 0.5)).isEqualTo(measures);
    }

    @Test
    void aCardIsDrawnWithAllItsEvents() {
        List<ScoredEvent> single = events(300, 0.4, 5);
        List<ScoredEvent> fourEach = new ArrayList<>();
        for (ScoredEvent event : single) {
            for (int i = 0; i < 4; i++) {
                fourEach.add(event);
            }
        }

        // More events of the same cards tell nothing new.
        assertThat(BOOTSTRAP.measure(fourEach, 0.6)).isEqualTo(BOOTSTRAP.measure(single, 0.6));
    }

    @Test
    void aGainIsMeasuredOnTheSameSamples() {
        List<ScoredEvent> champion = events(1000, 0.4, 11);
        List<ScoredEvent> challenger =
                champion.stream()
                        .map(e -> rescored(e, e.score() + (e.fraud() ? 0.05 : 0)))
                        .toList();

        Bootstrap.Interval gain = BOOTSTRAP.averagePrecisionGain(challenger, champion);
        Bootstrap.Interval alone = BOOTSTRAP.measure(champion, 0.5).averagePrecision();

        assertThat(gain.value())
                .isEqualTo(
                        Evaluation.of(challenger, 0.5).averagePrecision()
                                - Evaluation.of(champion, 0.5).averagePrecision());
        assertThat(gain.low()).isPositive().isLessThan(gain.value());
        assertThat(gain.high() - gain.low()).isLessThan((alone.high() - alone.low()) / 2);
        assertThat(BOOTSTRAP.averagePrecisionGain(champion, champion))
                .isEqualTo(new Bootstrap.Interval(0, 0, 0));
    }

    @Test
    void aGainNeedsTheSameEvents() {
        List<ScoredEvent> events = events(3, 0.4, 1);

        assertThatThrownBy(() -> BOOTSTRAP.averagePrecisionGain(events, events.subList(0, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the champion scored 2 events, expected the challenger's 3");
        assertThatThrownBy(
                        () ->
                                BOOTSTRAP.averagePrecisionGain(
                                        events,
                                        List.of(events.get(0), events.get(2), events.get(1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the champion's event 1 is transaction t2, expected the challenger's t1");
    }

    @Test
    void whatCannotBeMeasuredHasNoInterval() {
        List<ScoredEvent> legitimate = events(50, 0.4, 2).stream().filter(e -> !e.fraud()).toList();

        Bootstrap.Measures measures = BOOTSTRAP.measure(legitimate, 2);

        assertThat(measures.averagePrecision())
                .isEqualTo(new Bootstrap.Interval(Double.NaN, Double.NaN, Double.NaN));
        assertThat(measures.precision().value()).isNaN();
        assertThat(BOOTSTRAP.measure(List.of(), 0.5).recall().low()).isNaN();
    }

    @Test
    void weightsCountLikeRepeatedEvents() {
        SplittableRandom random = new SplittableRandom(4);
        double[] scores = random.doubles(200).map(s -> Math.rint(s * 30)).toArray();
        boolean[] frauds = new boolean[scores.length];
        int[] weights = new int[scores.length];
        List<ScoredEvent> repeated = new ArrayList<>();
        for (int i = 0; i < scores.length; i++) {
            frauds[i] = random.nextInt(4) == 0;
            weights[i] = random.nextInt(4);
            for (int times = 0; times < weights[i]; times++) {
                repeated.add(new ScoredEvent("t" + i, "c", i, scores[i], frauds[i]));
            }
        }

        RankedScores weighted = RankedScores.of(scores, frauds).weighted(weights);

        Evaluation expected = Evaluation.of(repeated, 15);
        assertThat(weighted.averagePrecision())
                .isCloseTo(expected.averagePrecision(), within(1e-12));
        assertThat(weighted.areaUnderRoc()).isCloseTo(expected.areaUnderRoc(), within(1e-12));
        assertThat(weighted.truePositives(weighted.lastAlert(15)))
                .isEqualTo(expected.truePositives());
        assertThat(weighted.falsePositives(weighted.lastAlert(15)))
                .isEqualTo(expected.falsePositives());
    }
}
