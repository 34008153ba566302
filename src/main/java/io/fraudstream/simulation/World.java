package io.fraudstream.simulation;

import java.util.ArrayList;
import java.util.List;

/** The terminals, by place and online, and which of them are compromised when. */
final class World {
    private static final long DAY = 86_400_000L;

    /** The share of the terminals that is compromised at any time, at an intensity of 1. */
    private static final double COMPROMISED_SHARE = 0.008;

    private static final int SHORTEST_DAYS = 7;
    private static final int LONGEST_DAYS = 28;
    private static final double MEAN_DAYS = (SHORTEST_DAYS + LONGEST_DAYS) / 2.0;

    private final List<List<Terminal>> tillsOfPlace = new ArrayList<>();
    private final List<Terminal> tills = new ArrayList<>();
    private final List<Terminal> shops = new ArrayList<>();
    private final Randomness random;
    private final double meanGapMillis;
    private long nextCompromise;

    World(SimulationSettings settings) {
        this.random = Randomness.of(settings.seed(), -1);
        Place.ALL.forEach(place -> tillsOfPlace.add(new ArrayList<>()));
        for (int i = 0; i < settings.terminals(); i++) {
            // Every place has tills and every fifth terminal is a shop, whatever is drawn.
            boolean online = i % 5 == 4;
            int place = i < 2 * Place.ALL.size() ? i % Place.ALL.size() : Place.draw(random);
            int merchant = i - i % 3 * random.below(2);
            Terminal terminal =
                    new Terminal(
                            i, merchant, Trade.draw(random, online), Place.ALL.get(place), random);
            if (online) {
                shops.add(terminal);
            } else {
                tillsOfPlace.get(place).add(terminal);
                tills.add(terminal);
            }
        }
        double compromised = tills.size() * COMPROMISED_SHARE * settings.fraudIntensity();
        this.meanGapMillis = compromised == 0 ? 0 : MEAN_DAYS * DAY / compromised;
        long start = settings.start().toEpochMilli();
        this.nextCompromise = compromised == 0 ? Long.MAX_VALUE : start + random.gap(meanGapMillis);
        // Some are compromised already when the stream begins, as at any other time.
        for (int i = 0; i < compromised; i++) {
            tills.get(random.below(tills.size())).compromisedUntil =
                    start + random.millis((long) (MEAN_DAYS * DAY));
        }
    }

    /** Lets time pass up to this event; called in order. */
    void advanceTo(long time) {
        while (nextCompromise <= time) {
            Terminal terminal = tills.get(random.below(tills.size()));
            terminal.compromisedUntil =
                    nextCompromise + random.between(SHORTEST_DAYS, LONGEST_DAYS) * DAY;
            nextCompromise += random.gap(meanGapMillis);
        }
    }

    /** A till in a place, the popular ones more often. */
    Terminal till(int place, Randomness by) {
        List<Terminal> local = tillsOfPlace.get(place);
        return local.get(skewed(local.size(), by));
    }

    /** A shop, the popular ones more often. */
    Terminal shop(Randomness by) {
        return shops.get(skewed(shops.size(), by));
    }

    private static int skewed(int count, Randomness by) {
        double uniform = by.uniform();
        return (int) (uniform * uniform * count);
    }
}
