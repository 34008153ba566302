package io.fraudstream.simulation;

import io.fraudstream.transaction.EntryMode;

/** One misuse of a card from its first to its last transaction. */
final class FraudEpisode {
    private static final long SECOND = 1000;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;
    private static final String APPROVED = "00";
    private static final String DO_NOT_HONOUR = "05";
    private static final String STOLEN = "43";
    private static final String OVER_LIMIT = "61";

    /** What the thief does next. */
    record Step(
            Terminal terminal,
            double cents,
            EntryMode entryMode,
            String deviceId,
            String responseCode) {}

    private static final FraudKind[] KINDS = {
        FraudKind.STOLEN_CARD,
        FraudKind.CARD_TESTING,
        FraudKind.ACCOUNT_TAKEOVER,
        FraudKind.LIMIT_PROBING
    };

    /** The share of the new kind once it has come up. */
    private static final double NEW_KIND = 0.7;

    final FraudKind kind;
    private final World world;
    private final int place;
    private final String deviceId;
    private final int steps;
    private int done;
    private Terminal terminal;
    private double cents;
    private double limitCents;

    /**
     * @param newKind whether most misuses are of the kind that nobody knows yet
     */
    FraudEpisode(Cardholder card, World world, boolean newKind) {
        Randomness random = card.random;
        this.world = world;
        this.kind =
                newKind && random.chance(NEW_KIND)
                        ? FraudKind.STANDING_CHARGES
                        : KINDS[random.below(KINDS.length)];
        this.deviceId = Numbered.id("dev-x", random.below(1_000_000));
        switch (kind) {
            case STOLEN_CARD -> {
                place = random.chance(0.6) ? card.home : Place.draw(random);
                steps = random.between(3, 9);
            }
            case CARD_TESTING -> {
                place = card.home;
                steps = random.between(6, 14);
                terminal = world.shop(random);
            }
            case ACCOUNT_TAKEOVER -> {
                place = Place.draw(random);
                steps = random.between(4, 9);
            }
            case LIMIT_PROBING -> {
                place = card.home;
                steps = random.between(6, 12);
                terminal = world.shop(random);
                cents = random.between(800, 2500);
                limitCents = random.around(60_000, 0.4);
            }
            case STANDING_CHARGES -> {
                place = card.home;
                steps = random.between(8, 14);
            }
            case TERMINAL_COMPROMISE ->
                    throw new IllegalStateException("terminals are compromised in the world");
            default -> throw new IllegalStateException("unknown kind " + kind);
        }
    }

    boolean isOver() {
        return done == steps;
    }

    long gap(Randomness random) {
        return switch (kind) {
            case STOLEN_CARD -> random.between(3, 50) * MINUTE + random.millis(MINUTE);
            case CARD_TESTING ->
                    lastSteps(2)
                            ? random.between(5, 90) * MINUTE + random.millis(MINUTE)
                            : random.between(4, 40) * SECOND + random.millis(SECOND);
            case ACCOUNT_TAKEOVER -> random.between(10, 600) * MINUTE + random.millis(MINUTE);
            case LIMIT_PROBING -> random.between(8, 180) * MINUTE + random.millis(MINUTE);
            case STANDING_CHARGES -> random.between(90, 420) * MINUTE + random.millis(MINUTE);
            case TERMINAL_COMPROMISE -> HOUR;
        };
    }

    Step next(Cardholder card) {
        Randomness random = card.random;
        Step step =
                switch (kind) {
                    case STOLEN_CARD -> stolen(random);
                    case CARD_TESTING -> testing(random);
                    case ACCOUNT_TAKEOVER ->
                            new Step(
                                    world.shop(random),
                                    random.around(14_000, 0.6),
                                    random.chance(0.7)
                                            ? EntryMode.CREDENTIAL_ON_FILE
                                            : EntryMode.ECOMMERCE,
                                    deviceId,
                                    random.chance(0.1) ? DO_NOT_HONOUR : APPROVED);
                    case LIMIT_PROBING -> probing(random);
                    case STANDING_CHARGES ->
                            new Step(
                                    world.shop(random),
                                    random.between(900, 2400),
                                    EntryMode.CREDENTIAL_ON_FILE,
                                    deviceId,
                                    APPROVED);
                    case TERMINAL_COMPROMISE ->
                            throw new IllegalStateException("not an episode of a card");
                };
        done++;
        return step;
    }

    private Step stolen(Randomness random) {
        Terminal best = world.till(place, random);
        // Goods that sell on, if one of a few shops has them.
        for (int i = 0; i < 4 && best.trade.medianCents < 5000; i++) {
            best = world.till(place, random);
        }
        double amount = random.around(Math.max(9000, 1.5 * best.trade.medianCents), 0.6);
        EntryMode mode = random.chance(0.5) ? EntryMode.CONTACTLESS : EntryMode.MAGSTRIPE;
        // Near the end the owner has noticed, and the issuer refuses.
        String response = lastSteps(1) && random.chance(0.6) ? STOLEN : APPROVED;
        return new Step(best, amount, mode, null, response);
    }

    private Step testing(Randomness random) {
        boolean cashingIn = lastSteps(2);
        if (cashingIn) {
            return new Step(
                    world.shop(random),
                    random.around(25_000, 0.6),
                    EntryMode.ECOMMERCE,
                    deviceId,
                    APPROVED);
        }
        String response = random.chance(0.5) ? DO_NOT_HONOUR : APPROVED;
        return new Step(terminal, random.between(60, 250), EntryMode.ECOMMERCE, deviceId, response);
    }

    private Step probing(Randomness random) {
        boolean over = cents > limitCents;
        Step step =
                new Step(
                        terminal,
                        cents,
                        EntryMode.ECOMMERCE,
                        deviceId,
                        over ? OVER_LIMIT : APPROVED);
        cents =
                over
                        ? limitCents * (0.85 + 0.1 * random.uniform())
                        : cents * (1.35 + 0.4 * random.uniform());
        return step;
    }

    private boolean lastSteps(int count) {
        return done >= steps - count;
    }
}
