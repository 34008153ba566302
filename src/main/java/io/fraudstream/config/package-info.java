/**
 * Typed settings: {@code config/fraudstream.yaml}, the environment and {@code --set} mapped
 * strictly onto immutable records, and the parts of the codecs that are made out of them. May
 * import Jackson and {@code transaction}.
 */
package io.fraudstream.config;
