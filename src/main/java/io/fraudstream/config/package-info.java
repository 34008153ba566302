/**
 * Typed settings: {@code config/fraudstream.yaml}, the environment and {@code --set} mapped
 * strictly onto immutable records, and what the job is made of under them: codecs, plan and the
 * main class on a cluster. May import anything but {@code demo} and {@code cli}.
 */
package io.fraudstream.config;
