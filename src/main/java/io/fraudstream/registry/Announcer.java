package io.fraudstream.registry;

/** Tells running jobs what a registry decided. */
@FunctionalInterface
public interface Announcer {
    /**
     * Returns when the pointer is where every job will find it.
     *
     * @throws RuntimeException if it cannot be brought there; the decision stays unannounced
     */
    void announce(ModelPointer pointer);
}
