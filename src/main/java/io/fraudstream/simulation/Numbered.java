package io.fraudstream.simulation;

/** Ids of equal length, and places with four decimals. */
final class Numbered {
    private static final String ZEROS = "0000000";

    private Numbered() {}

    static String id(String prefix, int number) {
        String digits = Integer.toString(number);
        return prefix + ZEROS.substring(Math.min(digits.length(), ZEROS.length())) + digits;
    }

    static double degrees(double value) {
        return StrictMath.rint(value * 10_000) / 10_000;
    }
}
