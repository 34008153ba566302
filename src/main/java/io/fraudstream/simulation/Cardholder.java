package io.fraudstream.simulation;

import io.fraudstream.transaction.Transaction;

/** One card with its owner's habits, and what goes on with it at present. */
final class Cardholder {
    private static final int FAVOURITES = 12;
    private static final double ONLINE_FAVOURITES = 0.25;

    final int number;
    final String cardId;
    final Randomness random;
    final int home;
    final Habit habit;

    /** How much more than others this one spends. */
    final double spending;

    /** Between attempts at the busiest time of the week. */
    final double meanGapMillis;

    final Terminal[] favourites = new Terminal[FAVOURITES];
    final String deviceId;
    final boolean contactless;

    /** A few victims never tell. */
    final boolean reportsFraud;

    long nextPurchase;

    int travelPlace = -1;
    long travelUntil = Long.MIN_VALUE;

    /** A purchase that is to be undone, and when. */
    Transaction toReverse;

    long nextReversal = Long.MAX_VALUE;

    /** When somebody next begins to misuse this card, or goes on with it. */
    long nextFraud;

    FraudEpisode episode;

    Cardholder(int number, SimulationSettings settings, World world) {
        this.number = number;
        this.cardId = Numbered.id("card-", number);
        this.random = Randomness.of(settings.seed(), number);
        this.home = Place.draw(random);
        this.habit = Habit.values()[random.below(Habit.values().length)];
        this.spending = random.around(1, 0.45);
        // The mean of a log-normal lies above its median by this factor.
        double activity = random.around(StrictMath.exp(-0.6 * 0.6 / 2), 0.6);
        this.meanGapMillis =
                86_400_000.0 * habit.mean() / (settings.transactionsPerCardAndDay() * activity);
        for (int i = 0; i < FAVOURITES; i++) {
            favourites[i] =
                    random.chance(ONLINE_FAVOURITES)
                            ? world.shop(random)
                            : world.till(home, random);
        }
        this.deviceId = Numbered.id("dev-", number);
        this.contactless = random.chance(0.7);
        this.reportsFraud = random.chance(0.97);
    }

    long nextEvent() {
        return Math.min(nextPurchase, Math.min(nextReversal, nextFraud));
    }

    /**
     * The time after {@code from} at which the owner next pays: a Poisson process thinned to the
     * habits.
     */
    long purchaseAfter(long from) {
        long offset = Place.ALL.get(home).hoursFromUtc() * 3_600_000L;
        long time = from;
        do {
            time += random.gap(meanGapMillis);
        } while (random.uniform() >= habit.at(time + offset));
        return time;
    }
}
