package io.fraudstream.config;

import java.util.List;

/**
 * Settings that nothing is wrong with.
 *
 * @param ratesVersion of the rate table in use
 * @param sources where values were given that are in effect: a file, variables of the environment,
 *     options
 * @param notes what the settings refer to and this process lacks, which is no fault where the job
 *     runs elsewhere
 */
public record CheckedSettings(
        Settings settings, String ratesVersion, List<String> sources, List<String> notes) {}
