package io.fraudstream.model;

/**
 * Inputs with the outputs that the reference implementation gave, to check a scorer against.
 *
 * @param sequences raw vectors of events, oldest first, per case
 * @param outputs the network's raw output (before calibration) per case, as DL4J computed it
 */
public record GoldenCases(float[][][] sequences, float[] outputs) {
    /** How far a scorer may be off. */
    public static final double TOLERANCE = 1e-5;

    public GoldenCases {
        if (sequences.length != outputs.length) {
            throw new IllegalArgumentException(
                    "golden cases: "
                            + sequences.length
                            + " inputs and "
                            + outputs.length
                            + " outputs");
        }
    }
}
