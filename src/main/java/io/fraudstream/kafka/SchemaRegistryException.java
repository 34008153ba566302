package io.fraudstream.kafka;

/** A schema registry that does not answer, or not as was asked; the message says which and why. */
public final class SchemaRegistryException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean passing;

    SchemaRegistryException(String message, boolean passing) {
        super(message);
        this.passing = passing;
    }

    /** Whether it may help to ask again. */
    public boolean isPassing() {
        return passing;
    }
}
