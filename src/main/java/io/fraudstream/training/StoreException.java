package io.fraudstream.training;

/** An event store that cannot be read; the message names the place and what was expected. */
public final class StoreException extends Exception {
    private static final long serialVersionUID = 1L;

    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
