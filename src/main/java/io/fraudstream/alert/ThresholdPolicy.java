package io.fraudstream.alert;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/**
 * How the alert threshold is chosen on the validation days.
 *
 * @param alertsPerDay the budget, on average over the days
 * @param precision the least share of alerts that are to be fraud, above 0 and at most 1
 * @param reviewCostMinor what looking at one alert costs, in minor units of the base currency
 */
public record ThresholdPolicy(By by, int alertsPerDay, double precision, long reviewCostMinor) {
    /** A budget of a hundred alerts a day. */
    public static final ThresholdPolicy DEFAULT = new ThresholdPolicy(By.ALERTS, 100, 0.5, 500);

    /**
     * By alert budget, a score below this is never an alert, however few events a day there are.
     */
    public static final double LOWEST = 0.05;

    /** What counts. */
    public enum By {
        /** The lowest threshold that keeps to the budget of alerts. */
        @JsonProperty("alerts")
        ALERTS,
        /** The lowest threshold that keeps the precision; the most precise one if none does. */
        @JsonProperty("precision")
        PRECISION,
        /** The least of what reviews cost and the amounts of missed frauds together. */
        @JsonProperty("cost")
        COST
    }

    public ThresholdPolicy {
        require(alertsPerDay >= 1, "alertsPerDay", alertsPerDay, "1 or more");
        require(precision > 0 && precision <= 1, "precision", precision, "above 0 and at most 1");
        require(reviewCostMinor >= 0, "reviewCostMinor", reviewCostMinor, "0 or more");
    }

    private static void require(boolean holds, String name, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(name + " is " + value + ", expected " + expected);
        }
    }

    /** The default policy with another budget. */
    public static ThresholdPolicy alerts(int perDay) {
        return new ThresholdPolicy(
                By.ALERTS, perDay, DEFAULT.precision(), DEFAULT.reviewCostMinor());
    }

    /** In words. */
    public String words() {
        return switch (by) {
            case ALERTS -> "at most " + alertsPerDay + " alerts a day";
            case PRECISION -> String.format(Locale.ROOT, "a precision of at least %.3f", precision);
            case COST ->
                    String.format(
                            Locale.ROOT, "least cost, a review at %.2f", reviewCostMinor / 100.0);
        };
    }
}
