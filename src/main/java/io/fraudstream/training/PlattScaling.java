package io.fraudstream.training;

import io.fraudstream.model.Calibration;

/**
 * Fits a {@link Calibration} to log-odds and verdicts by Newton's method with Platt's smoothed
 * targets (Platt 1999, as corrected by Lin, Lin and Weng 2007).
 */
final class PlattScaling {
    /** With fewer events of either kind the two numbers are not worth estimating. */
    static final int MIN_EACH = 30;

    private static final int MAX_STEPS = 100;
    private static final double RIDGE = 1e-12;

    private PlattScaling() {}

    /**
     * @param prior what to return where there are too few events, or where higher log-odds do not
     *     mean more fraud
     */
    static Calibration fit(float[] logOdds, boolean[] frauds, Calibration prior) {
        int positives = 0;
        for (boolean fraud : frauds) {
            positives += fraud ? 1 : 0;
        }
        int negatives = frauds.length - positives;
        if (positives < MIN_EACH || negatives < MIN_EACH) {
            return prior;
        }
        double high = (positives + 1.0) / (positives + 2.0);
        double low = 1.0 / (negatives + 2.0);
        double slope = prior.slope();
        double intercept = prior.intercept();
        double loss = loss(logOdds, frauds, high, low, slope, intercept);
        for (int step = 0; step < MAX_STEPS; step++) {
            double gradientSlope = 0;
            double gradientIntercept = 0;
            double h11 = RIDGE;
            double h22 = RIDGE;
            double h21 = 0;
            for (int i = 0; i < logOdds.length; i++) {
                double p = 1 / (1 + StrictMath.exp(-(slope * logOdds[i] + intercept)));
                double difference = p - (frauds[i] ? high : low);
                double weight = p * (1 - p);
                gradientSlope += difference * logOdds[i];
                gradientIntercept += difference;
                h11 += weight * logOdds[i] * logOdds[i];
                h21 += weight * logOdds[i];
                h22 += weight;
            }
            double determinant = h11 * h22 - h21 * h21;
            double moveSlope = -(h22 * gradientSlope - h21 * gradientIntercept) / determinant;
            double moveIntercept = -(h11 * gradientIntercept - h21 * gradientSlope) / determinant;
            double scale = 1;
            double tried = Double.POSITIVE_INFINITY;
            while (scale > 1e-8) {
                tried =
                        loss(
                                logOdds,
                                frauds,
                                high,
                                low,
                                slope + scale * moveSlope,
                                intercept + scale * moveIntercept);
                if (tried <= loss) {
                    break;
                }
                scale /= 2;
            }
            if (!(tried <= loss)) {
                break;
            }
            slope += scale * moveSlope;
            intercept += scale * moveIntercept;
            boolean settled = loss - tried < 1e-10 * loss;
            loss = tried;
            if (settled) {
                break;
            }
        }
        return slope > 0 && Double.isFinite(slope) && Double.isFinite(intercept)
                ? new Calibration(slope, intercept)
                : prior;
    }

    private static double loss(
            float[] logOdds,
            boolean[] frauds,
            double high,
            double low,
            double slope,
            double intercept) {
        double sum = 0;
        for (int i = 0; i < logOdds.length; i++) {
            double z = slope * logOdds[i] + intercept;
            double target = frauds[i] ? high : low;
            // log(1 + e^z) − target·z, without overflow.
            sum += Math.max(z, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(z))) - target * z;
        }
        return sum;
    }
}
