package io.fraudstream.features;

/**
 * Distances on the mean Earth by the haversine formula. The functions of angles are polynomials in
 * plain arithmetic (Chebyshev fits; within 2e-15 of the functions), since {@link StrictMath}'s take
 * longer and {@link Math}'s may differ from machine to machine.
 */
final class GreatCircle {
    private static final double RADIUS_KILOMETRES = 6371.0088;
    private static final double RADIANS = StrictMath.PI / 180;

    private GreatCircle() {}

    /**
     * From one place to another, in kilometres.
     *
     * @param latitude1 degrees, -90 to 90
     * @param longitude1 degrees, -180 to 180
     */
    static double kilometres(
            double latitude1, double longitude1, double latitude2, double longitude2) {
        double across = Math.abs(longitude2 - longitude1);
        double sinLatitude = sine((latitude2 - latitude1) * (RADIANS / 2));
        double sinLongitude = sine(Math.min(across, 360 - across) * (RADIANS / 2));
        double h =
                sinLatitude * sinLatitude
                        + cosine(latitude1) * cosine(latitude2) * sinLongitude * sinLongitude;
        return 2 * RADIUS_KILOMETRES * arcsine(Math.min(1, Math.sqrt(h)));
    }

    /** Of degrees from -90 to 90. */
    private static double cosine(double degrees) {
        return sine((90 - Math.abs(degrees)) * RADIANS);
    }

    /**
     * @param x -π/2 to π/2
     */
    static double sine(double x) {
        double u = x * x;
        double p = -7.374387503862757e-13;
        p = p * u + 1.6048168318165643e-10;
        p = p * u - 2.505188194671259e-8;
        p = p * u + 2.7557316609073673e-6;
        p = p * u - 1.9841269824861897e-4;
        p = p * u + 8.333333333282756e-3;
        p = p * u - 1.6666666666666072e-1;
        // The fit's constant is one to its last bit.
        return x + x * (p * u);
    }

    /**
     * @param x 0 to 1
     */
    static double arcsine(double x) {
        if (x <= 0.5) {
            return arcsineOfHalf(x);
        }
        return StrictMath.PI / 2 - 2 * arcsineOfHalf(Math.sqrt((1 - x) / 2));
    }

    private static double arcsineOfHalf(double x) {
        double u = x * x;
        double p = 3.150477675162431e-2;
        p = p * u - 1.1693559679531318e-2;
        p = p * u + 1.825637024213353e-2;
        p = p * u + 9.376473481056654e-3;
        p = p * u + 1.432423514994457e-2;
        p = p * u + 1.7313700945909897e-2;
        p = p * u + 2.2374928823605693e-2;
        p = p * u + 3.0381820752221768e-2;
        p = p * u + 4.464286038603156e-2;
        p = p * u + 7.499999995624415e-2;
        p = p * u + 1.6666666666689706e-1;
        return x + x * (p * u);
    }
}
