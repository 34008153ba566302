package io.fraudstream.simulation;

/** When in the day and the week somebody pays: relative frequencies, 100 at most. */
@SuppressWarnings("ImmutableEnumChecker") // nobody writes to the tables
enum Habit {
    OFFICE(
            new int[] {
                2, 1, 1, 1, 1, 4, 14, 35, 40, 22, 20, 45, 90, 55, 25, 25, 40, 85, 100, 80, 50, 30,
                15, 6
            },
            new int[] {70, 70, 75, 80, 95, 100, 60}),
    EARLY(
            new int[] {
                0, 0, 0, 0, 2, 10, 30, 60, 85, 100, 95, 80, 60, 40, 45, 50, 45, 35, 25, 15, 8, 4, 1,
                0
            },
            new int[] {90, 90, 90, 90, 95, 100, 40}),
    NIGHT(
            new int[] {
                60, 45, 30, 15, 6, 3, 3, 5, 8, 12, 20, 30, 45, 45, 40, 40, 45, 55, 70, 80, 90, 100,
                95, 80
            },
            new int[] {55, 55, 60, 70, 95, 100, 75}),
    PARENT(
            new int[] {
                1, 0, 0, 0, 1, 5, 20, 50, 90, 75, 60, 50, 45, 40, 55, 90, 100, 80, 55, 35, 25, 15,
                6, 2
            },
            new int[] {80, 80, 80, 80, 90, 100, 50});

    private static final int HOUR_MILLIS = 3_600_000;
    private static final int DAY_MILLIS = 24 * HOUR_MILLIS;

    /** 1970-01-01 was a Thursday. */
    private static final int FIRST_WEEKDAY = 3;

    private final int[] byHour;
    private final int[] byWeekday;

    /**
     * @param byWeekday from Monday
     */
    Habit(int[] byHour, int[] byWeekday) {
        this.byHour = byHour;
        this.byWeekday = byWeekday;
    }

    static int hour(long localMillis) {
        return (int) (Math.floorMod(localMillis, (long) DAY_MILLIS) / HOUR_MILLIS);
    }

    /** The frequency at this time, as a share of the highest. */
    double at(long localMillis) {
        int weekday =
                (int)
                        Math.floorMod(
                                Math.floorDiv(localMillis, (long) DAY_MILLIS) + FIRST_WEEKDAY, 7L);
        return byHour[hour(localMillis)] * byWeekday[weekday] / 10_000.0;
    }

    /** The mean of {@link #at} over a week. */
    double mean() {
        double hours = 0;
        for (int weight : byHour) {
            hours += weight;
        }
        double days = 0;
        for (int weight : byWeekday) {
            days += weight;
        }
        return hours / byHour.length * days / byWeekday.length / 10_000.0;
    }
}
