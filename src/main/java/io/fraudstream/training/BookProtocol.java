package io.fraudstream.training;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The measures of the book "Reproducible Machine Learning for Credit Card Fraud Detection" (Le
 * Borgne, Siblini, Lebichot, Bontempi), chapter 4. On test day d a card is left out that is known
 * to be compromised: one with a fraud on any day from so many days before the first test day (the
 * label delay and {@link #MEMORY_DAYS}) to d − delay − 1. Days are UTC.
 *
 * @param evaluation over the events that are left
 * @param cardPrecision the mean of {@link #cardPrecisionByDay}
 * @param perfectCardPrecision what scores without a mistake would give
 * @param cardPrecisionByDay each card counts with its highest score of the day; of the k highest
 *     cards the share that has a fraud on this day. Cards found this way are left out on later days
 */
public record BookProtocol(
        Evaluation evaluation,
        int k,
        double cardPrecision,
        double perfectCardPrecision,
        List<Double> cardPrecisionByDay) {
    /** How far before the label delay frauds count as known. */
    public static final int MEMORY_DAYS = 7;

    private static final long DAY = Duration.ofDays(1).toMillis();

    /** A fraud by card and time, from the test days or before. */
    public record Fraud(String cardId, long eventTime) {}

    public BookProtocol {
        cardPrecisionByDay = List.copyOf(cardPrecisionByDay);
    }

    /**
     * @param events of the test days
     * @param frauds all that happened from {@link #MEMORY_DAYS} and the delay before the first test
     *     day on
     * @param firstDay start of the first test day, milliseconds since the epoch
     * @param days how many test days
     * @param delayDays the label delay in whole days
     */
    public static BookProtocol of(
            List<ScoredEvent> events,
            Iterable<Fraud> frauds,
            long firstDay,
            int days,
            int delayDays,
            int k,
            double threshold) {
        Map<String, List<Long>> fraudTimes = new HashMap<>();
        for (Fraud fraud : frauds) {
            fraudTimes
                    .computeIfAbsent(fraud.cardId(), card -> new ArrayList<>())
                    .add(fraud.eventTime());
        }
        long memory = firstDay - (delayDays + MEMORY_DAYS) * DAY;
        List<List<ScoredEvent>> byDay = new ArrayList<>();
        for (int day = 0; day < days; day++) {
            byDay.add(new ArrayList<>());
        }
        List<ScoredEvent> kept = new ArrayList<>();
        for (ScoredEvent event : events) {
            int day = (int) Math.floorDiv(event.eventTime() - firstDay, DAY);
            // The end of day d − delay − 1.
            long knownBefore = firstDay + (day - delayDays) * DAY;
            boolean compromised =
                    fraudTimes.getOrDefault(event.cardId(), List.of()).stream()
                            .anyMatch(time -> time >= memory && time < knownBefore);
            if (!compromised && day >= 0 && day < days) {
                kept.add(event);
                byDay.get(day).add(event);
            }
        }
        List<Double> precision = precisionByDay(byDay, k, false);
        return new BookProtocol(
                Evaluation.of(kept, threshold),
                k,
                mean(precision),
                mean(precisionByDay(byDay, k, true)),
                precision);
    }

    private static List<Double> precisionByDay(
            List<List<ScoredEvent>> byDay, int k, boolean perfect) {
        record Card(String id, double score, boolean fraud) {}
        Set<String> detected = new HashSet<>();
        List<Double> precision = new ArrayList<>();
        for (List<ScoredEvent> day : byDay) {
            Map<String, Card> cards = new HashMap<>();
            for (ScoredEvent event : day) {
                if (!detected.contains(event.cardId())) {
                    double score = perfect ? (event.fraud() ? 1 : 0) : event.score();
                    cards.merge(
                            event.cardId(),
                            new Card(event.cardId(), score, event.fraud()),
                            (a, b) ->
                                    new Card(
                                            a.id(),
                                            Math.max(a.score(), b.score()),
                                            a.fraud() || b.fraud()));
                }
            }
            List<String> hits =
                    cards.values().stream()
                            .sorted(
                                    Comparator.comparingDouble(Card::score)
                                            .reversed()
                                            .thenComparing(Card::id))
                            .limit(k)
                            .filter(Card::fraud)
                            .map(Card::id)
                            .toList();
            detected.addAll(hits);
            precision.add((double) hits.size() / k);
        }
        return precision;
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }
}
