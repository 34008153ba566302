package io.fraudstream.simulation;

import java.util.List;

/**
 * A city in which people live and pay.
 *
 * @param minorUnitsPerCent roughly how many minor units of the currency one euro cent buys
 * @param hoursFromUtc all year round
 * @param weight of its share of all people
 */
record Place(
        String country,
        String currency,
        double minorUnitsPerCent,
        double latitude,
        double longitude,
        int hoursFromUtc,
        int weight) {
    static final List<Place> ALL =
            List.of(
                    new Place("DE", "EUR", 1, 52.52, 13.40, 1, 9),
                    new Place("DE", "EUR", 1, 48.14, 11.58, 1, 6),
                    new Place("FR", "EUR", 1, 48.86, 2.35, 1, 10),
                    new Place("ES", "EUR", 1, 40.42, -3.70, 1, 7),
                    new Place("IT", "EUR", 1, 45.46, 9.19, 1, 6),
                    new Place("NL", "EUR", 1, 52.37, 4.90, 1, 5),
                    new Place("AT", "EUR", 1, 48.21, 16.37, 1, 4),
                    new Place("GB", "GBP", 0.86, 51.51, -0.13, 0, 10),
                    new Place("GB", "GBP", 0.86, 53.48, -2.24, 0, 4),
                    new Place("US", "USD", 1.1, 40.71, -74.01, -5, 8),
                    new Place("US", "USD", 1.1, 37.77, -122.42, -8, 4),
                    new Place("CH", "CHF", 0.95, 47.38, 8.54, 1, 4),
                    new Place("SE", "SEK", 11.3, 59.33, 18.07, 1, 4),
                    new Place("PL", "PLN", 4.3, 52.23, 21.01, 1, 5),
                    new Place("PL", "PLN", 4.3, 50.06, 19.94, 1, 3),
                    new Place("JP", "JPY", 1.6, 35.68, 139.69, 9, 5),
                    new Place("JP", "JPY", 1.6, 34.69, 135.50, 9, 3));

    /** A place drawn by weight. */
    static int draw(Randomness random) {
        int sum = 0;
        for (Place place : ALL) {
            sum += place.weight;
        }
        int left = random.below(sum);
        for (int i = 0; ; i++) {
            left -= ALL.get(i).weight;
            if (left < 0) {
                return i;
            }
        }
    }
}
