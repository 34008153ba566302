package io.fraudstream.model;

/** A bundle that must not be used; the message says what is wrong with it and what was expected. */
public final class BundleException extends Exception {
    private static final long serialVersionUID = 1L;

    public BundleException(String message) {
        super(message);
    }

    public BundleException(String message, Throwable cause) {
        super(message, cause);
    }
}
