/**
 * What a model is to the rest: a port, the bundle it travels in, normalisation, calibration and
 * reason codes. May import {@code features} and what that may; DL4J stays inside {@code
 * model.dl4j}.
 */
package io.fraudstream.model;
