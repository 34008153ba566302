package io.fraudstream.simulation;

import java.time.Duration;
import java.time.Instant;

/**
 * What is simulated.
 *
 * @param seed the same one gives the same stream
 * @param cards how many there are; memory grows with them and the terminals, and not with the
 *     duration
 * @param terminals how many there are; an online shop counts as one
 * @param start of the first day, UTC; everything lies at or after it
 * @param duration how much event time is simulated
 * @param transactionsPerCardAndDay on average; cards differ, and so do hours and days
 * @param fraudIntensity 1 gives about one fraud in a hundred transactions, 0 none
 * @param newFraudFrom from when on most misuses of a card are {@link FraudKind#STANDING_CHARGES},
 *     of which there are none before; {@code null} for never
 */
public record SimulationSettings(
        long seed,
        int cards,
        int terminals,
        Instant start,
        Duration duration,
        double transactionsPerCardAndDay,
        double fraudIntensity,
        Instant newFraudFrom) {
    public static final SimulationSettings DEFAULT =
            new SimulationSettings(
                    42,
                    5_000,
                    2_000,
                    Instant.parse("2026-01-01T00:00:00Z"),
                    Duration.ofDays(30),
                    2,
                    1);

    private static final int FEWEST_TERMINALS = 3 * Place.ALL.size();
    private static final int MOST = 10_000_000;

    /** Frauds of the same kinds throughout. */
    public SimulationSettings(
            long seed,
            int cards,
            int terminals,
            Instant start,
            Duration duration,
            double transactionsPerCardAndDay,
            double fraudIntensity) {
        this(
                seed,
                cards,
                terminals,
                start,
                duration,
                transactionsPerCardAndDay,
                fraudIntensity,
                null);
    }

    public SimulationSettings {
        require(cards >= 1 && cards <= MOST, "cards", cards, "1 to " + MOST);
        require(
                terminals >= FEWEST_TERMINALS && terminals <= MOST,
                "terminals",
                terminals,
                FEWEST_TERMINALS + " to " + MOST);
        require(
                !duration.isNegative() && !duration.isZero(),
                "duration",
                duration,
                "more than zero");
        require(
                transactionsPerCardAndDay > 0 && transactionsPerCardAndDay <= 1000,
                "transactionsPerCardAndDay",
                transactionsPerCardAndDay,
                "more than 0, at most 1000");
        require(
                fraudIntensity >= 0 && fraudIntensity <= 50,
                "fraudIntensity",
                fraudIntensity,
                "0 to 50");
    }

    private static void require(boolean holds, String name, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(name + " is " + value + ", expected " + expected);
        }
    }
}
