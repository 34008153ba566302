package io.fraudstream.training;

/**
 * What a challenger must keep to be promoted.
 *
 * @param testDays how many of the newest matured days it is tested on
 * @param minEvents fewer test events decide nothing
 * @param minFrauds likewise for known frauds, in the test days and in the days trained on
 * @param averagePrecisionMargin by how much its average precision may lie below the champion's
 * @param maxCalibrationError the highest expected calibration error, 0 to 1
 * @param meanScoreFactor how many times its mean score may be the share of frauds, or the other way
 *     round
 * @param alertVolumeFactor how many times the budget of alerts a day it may raise
 * @param segmentMargin by how much its recall in any segment may lie below the champion's
 * @param segmentMinFrauds segments with fewer frauds are not looked at
 * @param maxFeaturePsi the highest population stability index of any feature; 0 only reports it
 */
public record GateLimits(
        int testDays,
        int minEvents,
        int minFrauds,
        double averagePrecisionMargin,
        double maxCalibrationError,
        double meanScoreFactor,
        double alertVolumeFactor,
        double segmentMargin,
        int segmentMinFrauds,
        double maxFeaturePsi) {}
