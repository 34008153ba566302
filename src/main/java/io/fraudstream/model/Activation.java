package io.fraudstream.model;

/** What a layer does to its sums. */
public enum Activation {
    RELU,
    TANH,
    SIGMOID
}
